#include "base/temporary_folder.h"

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

namespace intelliclinix {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "incoming.";
/// What mkdtemp makes into a name of its own.
constexpr std::string_view kRandom = "XXXXXX";

int OpenFolder(const std::string& path) { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }

}  // namespace

Result<TemporaryFolder> TemporaryFolder::Make(const std::string& parent) {
  const std::string what = "A folder in '" + parent + "' cannot be made";
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return std::unexpected(SystemError(what, error.value()));
  while (true) {
    std::string name = parent + "/" + std::string(kPrefix) + std::string(kRandom);
    if (mkdtemp(name.data()) == nullptr) return std::unexpected(SystemError(what, errno));
    const int lock = OpenFolder(name);
    if (lock < 0 && errno != ENOENT) return std::unexpected(SystemError(what, errno));
    if (lock < 0) continue;  // taken for abandoned before it was locked
    TemporaryFolder made(std::move(name), lock);
    if (flock(lock, LOCK_EX) != 0) return std::unexpected(SystemError(what, errno));
    if (fs::exists(made.path_, error)) return made;
  }
}

/// A folder is removed by whoever holds its lock, so that one that is being made is either seen as locked, or gone by
/// the time that its maker has locked it.
void TemporaryFolder::RemoveAbandoned(const std::string& parent) {
  std::error_code ignored;
  for (fs::directory_iterator entry(parent, ignored); entry != fs::directory_iterator(); entry.increment(ignored)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with(kPrefix) || name.size() != kPrefix.size() + kRandom.size()) continue;
    const int lock = OpenFolder(entry->path());
    if (lock < 0) continue;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry->path(), ignored);
    close(lock);
  }
}

TemporaryFolder::~TemporaryFolder() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  close(lock_);
}

}  // namespace intelliclinix
