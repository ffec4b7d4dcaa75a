#include "store/sqlite/presence.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

namespace intelliclinix::store::sqlite {

Result<Presence> Presence::Enter(const std::string& folder) {
  const ObjectId id = ObjectId::Generate();
  std::string path = folder + "/" + id.ToString();
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnersFileMode);
  if (fd < 0) return std::unexpected(SystemError("Making '" + path + "' failed", errno));
  Presence presence(std::move(path), id, fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return presence;
  return std::unexpected(SystemError("Locking '" + presence.path_ + "' failed", errno));
}

Presence::Presence(Presence&& other) noexcept
    : path_(std::move(other.path_)), id_(other.id_), fd_(std::exchange(other.fd_, -1)) {}

Presence::~Presence() {
  if (fd_ < 0) return;
  unlink(path_.c_str());
  close(fd_);
}

bool IsPresent(const std::string& folder, ObjectId id) {
  const int fd = open((folder + "/" + id.ToString()).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno != ENOENT;
  // Shared, so that two who ask at the same time do not take each other for the owner.
  const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
  close(fd);
  return held;
}

Result<FileLock> FileLock::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnersFileMode);
  if (fd < 0) return std::unexpected(SystemError("Opening '" + path + "' failed", errno));
  return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

bool FileLock::TryShared() const { return flock(fd_, LOCK_SH | LOCK_NB) == 0; }

bool FileLock::TryExclusive() const { return flock(fd_, LOCK_EX | LOCK_NB) == 0; }

}  // namespace intelliclinix::store::sqlite
