// The folder that a store lives in: its lock and its blob files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "base/object_id.h"
#include "base/result.h"

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

/// `lock`, `incoming/` and `blobs/` of a data folder.
/// Threads: any.
class DataFolder {
 public:
  /// Takes the folder for this process; makes what is missing, removes what an earlier process left in `incoming/`.
  /// Errors: kConflict when another process has it; kInvalidArgument for an empty path; as SystemError.
  static Result<std::unique_ptr<DataFolder>> Open(const std::string& folder_path);
  ~DataFolder();

  Result<IncomingFile> CreateIncoming() const;
  /// Makes the file durable as that of the blob `id`. Errors: as SystemError.
  Status Keep(IncomingFile& file, ObjectId id) const;
  /// Where the blob `id` lies. The last two digits are those that vary most among ids.
  std::string BlobPath(ObjectId id) const;
  /// Removes the file of a blob, if there is one. A file that cannot be removed is logged: nothing points to it.
  void RemoveBlob(ObjectId id) const;
  std::string DatabasePath() const { return path_ + "/intelliclinix.db"; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  Status MakeContents() const;
  Status ClearIncoming() const;

  const std::string path_;
  const int lock_;
};

}  // namespace intelliclinix::store::sqlite
