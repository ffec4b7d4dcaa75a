// What the processor is.
#pragma once

#include <string>

namespace intelliclinix::nn {

/// The processor's name as the system tells it, for example "AMD EPYC 9R14"; "unknown processor" where it does not.
std::string CpuName();

}  // namespace intelliclinix::nn
