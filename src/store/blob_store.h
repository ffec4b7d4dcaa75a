// Bytes: source images and artifacts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/clock.h"
#include "base/object_id.h"
#include "base/result.h"

namespace intelliclinix::store {

/// What is known of a blob before its bytes are.
struct NewBlob {
  ObjectId owner_id;
  std::string filename;
  std::string content_type;
  std::optional<ObjectId> inference_id;  ///< set for artifacts
  std::optional<ObjectId> source_id;     ///< of an artifact or preview: the source image it was made from
};

struct BlobRecord : NewBlob {
  ObjectId id;
  std::uint64_t bytes = 0;
  std::string sha256;       ///< 64 hex digits
  std::uint32_t crc32 = 0;  ///< for ZIP archives
  TimePoint created_at;
};

/// Streams bytes into a blob that nobody sees before Commit. Destroyed without it, it leaves nothing.
/// Threads: one at a time.
/// Borrows: the store, which must outlive it.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  /// Errors: kResourceExhausted when the disk is full.
  virtual Status Write(std::span<const std::byte> bytes) = 0;
  /// The bytes written so far, to be checked before Commit. Borrows from the writer, which must outlive it and not
  /// be written to meanwhile.
  virtual Result<std::unique_ptr<ByteSource>> Reader() = 0;
  /// Makes the blob durable and visible. Call once, last.
  virtual Result<BlobRecord> Commit() = 0;
  /// The content type may be known only once the bytes are: replaces the one given at creation. Before Commit.
  virtual void SetContentType(std::string content_type) = 0;
};

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work. What is somebody else's is kNotFound.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  virtual Result<std::unique_ptr<BlobWriter>> CreateBlob(const NewBlob& blob) = 0;
  virtual Result<BlobRecord> GetBlob(ObjectId owner, ObjectId id) = 0;
  /// The bytes of a committed blob, whoever owns it: callers check the owner with GetBlob. A blob that is deleted
  /// while it is open stays readable to its end where the store can do that, else reads fail.
  virtual Result<std::unique_ptr<ByteSource>> OpenBlob(ObjectId id) = 0;
  /// Removes a blob that nothing points to (a failed upload, an artifact of a lost lease). Idempotent; also for bytes
  /// without a record, as ListOrphans tells of.
  virtual Status DeleteBlob(ObjectId id) = 0;
  /// Blobs of before `created_before` that no dataset names as a file or a preview and no result as an artifact, at
  /// most `limit`, in any order; also bytes without a record, from a crash between the two. Not those that were made
  /// for an inference that has not ended: a worker may be about to commit them. An upload must be over in the time
  /// between, so choose a day. Where a store has no transactions, this also removes the records that deletions left
  /// which were cut short.
  virtual Result<std::vector<ObjectId>> ListOrphans(TimePoint created_before, int limit) = 0;
};

}  // namespace intelliclinix::store
