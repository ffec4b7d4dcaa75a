// The folder that a store lives in: who uses it, and its blob files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "base/object_id.h"
#include "base/result.h"
#include "store/sqlite/presence.h"

namespace intelliclinix::store::sqlite {

/// A file that is being written. Destroyed before KeepAs, it is removed.
/// Threads: one.
class IncomingFile {
 public:
  /// Makes the file `path`. Errors: as SystemError.
  static Result<IncomingFile> Create(std::string path);
  IncomingFile(IncomingFile&& other) noexcept;
  IncomingFile& operator=(IncomingFile&&) = delete;
  ~IncomingFile();

  /// Errors: kResourceExhausted when the disk is full. After an error the file cannot be kept.
  Status Write(std::span<const std::byte> bytes);
  Result<std::unique_ptr<ByteSource>> Reader() const;

  /// Makes the file durable under the name `path`, in an existing folder. Call once.
  Status KeepAs(const std::string& path);

  std::uint64_t bytes() const { return bytes_; }
  std::uint32_t crc32() const { return crc32_; }
  /// Call once, after the last Write.
  std::string FinishSha256() { return sha256_.FinishHex(); }

 private:
  IncomingFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;  // empty once kept
  int fd_;
  std::uint64_t bytes_ = 0;
  std::uint32_t crc32_ = 0;
  Sha256 sha256_;
  std::optional<Error> failure_;
};

/// `lock`, `starting`, `processes/`, `incoming/` and `blobs/` of a data folder on a local disk, which any number of
/// processes of this machine share.
/// Threads: any.
class DataFolder {
 public:
  /// Enters the folder; makes what is missing, removes what dead processes left in `incoming/` and `processes/`. Until
  /// Started is called, no other process opens the folder.
  /// Errors: kConflict when a process has it that shares with nobody (an older version); kUnavailable when another
  /// process does not get done with opening; kInvalidArgument for an empty path; as SystemError.
  static Result<std::unique_ptr<DataFolder>> Open(const std::string& folder_path);
  /// Whether a store was made there before. Errors: kNotFound, which names the folder.
  static Status CheckExists(const std::string& folder_path);

  ~DataFolder();

  /// Whether no other process uses the folder. Call before Started.
  bool IsAlone() const;
  /// The folder is open: others may come. Call once.
  Status Started();

  /// By which others know this process.
  ObjectId process() const { return presence_.id(); }
  /// Whether the process that was known as `process` uses the folder.
  bool IsPresent(ObjectId process) const { return sqlite::IsPresent(path_ + "/processes", process); }
  /// Removes what processes that are gone left in `incoming/`.
  Status ClearIncoming() const;

  Result<IncomingFile> CreateIncoming() const;
  /// Makes the file durable as that of the blob `id`. Errors: as SystemError.
  Status Keep(IncomingFile& file, ObjectId id) const;
  /// Where the blob `id` lies. The last two digits are those that vary most among ids.
  std::string BlobPath(ObjectId id) const;
  /// The size of the file of a blob; none where there is none.
  std::optional<std::int64_t> BlobBytes(ObjectId id) const;
  /// Removes the file of a blob, if there is one. A file that cannot be removed is logged: nothing points to it.
  void RemoveBlob(ObjectId id) const;
  /// visit(ids of the blobs whose files are in one folder), folder by folder, until it returns false or fails.
  Status ForEachBlobFolder(const std::function<Result<bool>(const std::vector<ObjectId>&)>& visit) const;
  std::string DatabasePath() const { return path_ + kDatabaseName; }

 private:
  static constexpr const char* kDatabaseName = "/intelliclinix.db";

  DataFolder(std::string path, FileLock shared, FileLock starting, Presence presence)
      : path_(std::move(path)),
        shared_(std::move(shared)),
        starting_(std::move(starting)),
        presence_(std::move(presence)) {}
  std::string IncomingPath() const { return path_ + "/incoming/" + process().ToString(); }
  Status MakeContents() const;
  Status ClearPresences() const;

  const std::string path_;
  FileLock shared_;                   // shared by all who use the folder
  std::optional<FileLock> starting_;  // exclusive, while the folder is being opened
  Presence presence_;
};

}  // namespace intelliclinix::store::sqlite
