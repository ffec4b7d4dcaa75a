// Which processes share a data folder, and which of them are gone.
#pragma once

#include <string>

#include "base/object_id.h"
#include "base/result.h"

namespace intelliclinix::store::sqlite {

/// A file of a folder that this process has locked. The system frees the lock however the process ends, also when it is
/// killed; while it is merely stopped, the lock is held.
/// Threads: any.
class Presence {
 public:
  /// Makes a file named by a new id in `folder`, and locks it. Errors: as SystemError.
  static Result<Presence> Enter(const std::string& folder);
  Presence(Presence&& other) noexcept;
  Presence& operator=(Presence&&) = delete;
  /// Removes the file.
  ~Presence();

  ObjectId id() const { return id_; }

 private:
  Presence(std::string path, ObjectId id, int fd) : path_(std::move(path)), id_(id), fd_(fd) {}

  std::string path_;
  ObjectId id_;
  int fd_;
};

/// Whether the process that entered `folder` as `id` is there. What cannot be told counts as there.
bool IsPresent(const std::string& folder, ObjectId id);

/// A lock of a whole file, held until it goes.
/// Threads: one at a time.
class FileLock {
 public:
  /// Opens `path`, made where it is missing, without a lock. Errors: as SystemError.
  static Result<FileLock> Open(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  /// Whether it could be taken, without waiting, in place of what is held. A try that fails leaves nothing held.
  bool TryShared() const;
  bool TryExclusive() const;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace intelliclinix::store::sqlite
