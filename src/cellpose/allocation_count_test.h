// Counts what tests allocate.
#pragma once

namespace intelliclinix::cellpose {

/// Calls of operator new in this process so far, from any thread.
long AllocationCount();

}  // namespace intelliclinix::cellpose
