// Counts what tests allocate.
#pragma once

namespace intelliclinix {

/// Calls of operator new in this process so far, from any thread.
long AllocationCount();

/// What they asked for, all together. Units: bytes.
long AllocatedBytes();

}  // namespace intelliclinix
