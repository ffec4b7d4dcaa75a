// What the processor is and can do.
#pragma once

#include <string>

namespace intelliclinix::nn {

/// The processor's name as the system tells it, for example "AMD EPYC 9R14"; "unknown processor" where it does not.
std::string CpuName();

/// Whether the processor multiplies matrices in bfloat16 (AMX).
bool CpuHasAmx();

}  // namespace intelliclinix::nn
