#include "app/machine.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

#include "base/cgroup.h"

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;

// As /proc/cpuinfo writes them, on x86-64 and on 64-bit Arm.
constexpr std::array kX86Features = {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16"};
constexpr std::array kArmFeatures = {"asimd", "fphp", "sve", "bf16", "i8mm"};

/// "name : value" with the spaces around both taken off.
std::pair<std::string, std::string> SplitLine(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return {line, ""};
  const auto trim = [](const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
  };
  return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

template <typename Names>
void MarkFeatures(const std::string& flags, const Names& names, CpuFacts& cpu) {
  std::istringstream words(flags);
  const std::set<std::string> present{std::istream_iterator<std::string>(words), {}};
  for (const char* const name : names) cpu.features[name] = present.contains(name);
}

fs::path NearestFolder(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error);
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

CpuFacts ReadCpu() {
  CpuFacts cpu;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const auto [name, value] = SplitLine(line);
    if (name == "model name") cpu.model = value;
    if (name == "flags") MarkFeatures(value, kX86Features, cpu);
    if (name == "Features") MarkFeatures(value, kArmFeatures, cpu);
  }
  return cpu;
}

MemoryFacts ReadMemory() {
  MemoryFacts memory;
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    const auto [name, value] = SplitLine(line);
    const std::uint64_t bytes = std::strtoull(value.c_str(), nullptr, 10) * 1024;
    if (name == "MemTotal") memory.total = bytes;
    if (name == "MemAvailable") memory.available = bytes;
  }
  for (const std::string& line : ReadCgroupFiles("memory.max")) {
    const std::uint64_t limit = std::strtoull(line.c_str(), nullptr, 10);  // 0 for "max"
    if (limit > 0) memory.limit = std::min(limit, memory.limit.value_or(limit));
  }
  return memory;
}

std::uint64_t ReadPeakMemory() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    const auto [name, value] = SplitLine(line);
    if (name == "VmHWM") return std::strtoull(value.c_str(), nullptr, 10) * 1024;
  }
  return 0;
}

OpenFileLimits ReadOpenFileLimits() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return {limit.rlim_cur, limit.rlim_max};
}

Result<std::uint64_t> FreeBytes(const std::string& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(NearestFolder(folder), error);
  if (error) return Fail(ErrorCode::kInternal, "The free space of '" + folder + "' is not known: " + error.message());
  return space.available;
}

bool CanWriteTo(const std::string& folder) { return access(NearestFolder(folder).c_str(), W_OK | X_OK) == 0; }

}  // namespace intelliclinix::app
