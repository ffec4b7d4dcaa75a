#include "nn/cpu.h"

#include <fstream>

namespace intelliclinix::nn {
namespace {

/// Whether a word stands among the "flags" of /proc/cpuinfo: there the system has enabled the feature, too.
bool HasFlag(const std::string& flag) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("flags")) return (line + ' ').find(' ' + flag + ' ') != std::string::npos;
  }
  return false;
}

}  // namespace

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

bool CpuHasAmx() { return HasFlag("amx_bf16") && HasFlag("amx_tile"); }

}  // namespace intelliclinix::nn
