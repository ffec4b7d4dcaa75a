#include "base/cgroup.h"

#include <filesystem>
#include <fstream>

namespace intelliclinix {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = "/sys/fs/cgroup";

/// The group's path below the root: "/" where there is none, or where a container shows its own group as the root.
fs::path OwnGroup() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::/")) return line.substr(3);
  }
  return "/";
}

}  // namespace

std::vector<std::string> ReadCgroupFiles(const std::string& file) {
  std::vector<std::string> lines;
  for (fs::path group = OwnGroup().relative_path();; group = group.parent_path()) {
    std::ifstream content(kRoot / group / file);
    if (std::string line; std::getline(content, line)) lines.push_back(line);
    if (group.empty()) return lines;
  }
}

}  // namespace intelliclinix
