// Limits that a container or a service manager sets.
#pragma once

#include <string>
#include <vector>

namespace intelliclinix {

/// The first line of `file`, for example "cpu.max", of this process's control group and of each above it, where it is
/// there. Empty on systems without cgroup v2.
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html
std::vector<std::string> ReadCgroupFiles(const std::string& file);

}  // namespace intelliclinix
