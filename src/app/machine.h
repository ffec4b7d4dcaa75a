// What this machine has, as far as it matters for segmentation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace intelliclinix::app {

struct CpuFacts {
  std::string model = "unknown";
  std::map<std::string, bool> features;  ///< instruction sets that networks gain from
};

/// Units: bytes.
struct MemoryFacts {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
  std::optional<std::uint64_t> limit;  ///< of the control group; none: no limit
};

struct OpenFileLimits {
  std::uint64_t now = 0;
  std::uint64_t permitted = 0;  ///< up to here the process may raise it
};

/// Source: /proc/cpuinfo.
CpuFacts ReadCpu();
/// Source: /proc/meminfo, /sys/fs/cgroup.
MemoryFacts ReadMemory();
/// The most memory that this process has held. What getrusage tells counts the program that started it, too, where that
/// was larger. Units: bytes. Source: VmHWM in /proc/self/status.
std::uint64_t ReadPeakMemory();
OpenFileLimits ReadOpenFileLimits();

/// Free bytes for `folder`, or for the nearest folder above it that is there. Errors: kInternal.
Result<std::uint64_t> FreeBytes(const std::string& folder);

/// Whether files can be made in `folder`, or the folder itself where it is not there yet.
bool CanWriteTo(const std::string& folder);

}  // namespace intelliclinix::app
