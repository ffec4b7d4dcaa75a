// How much memory the process of a test has held.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace intelliclinix {

/// The most memory that the process has held since the last call. Units: bytes.
/// Source: VmHWM and clear_refs in proc(5).
inline std::uint64_t TakePeakMemory() {
  std::ifstream status("/proc/self/status");
  std::uint64_t peak_kib = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) peak_kib = std::stoull(line.substr(6));
  }
  std::ofstream("/proc/self/clear_refs") << "5";
  return peak_kib << 10;
}

}  // namespace intelliclinix
