// Files in GridFS.
// Source: https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/clock.h"
#include "base/hashing.h"
#include "store/blob_store.h"
#include "store/mongo/connection.h"

namespace intelliclinix::store::mongo {

/// Chunks that are read, and written, by one command.
inline constexpr std::uint64_t kChunksTogether = 4;

/// Where the chunks of a file lie.
struct GridFile {
  ObjectId id;
  std::uint64_t bytes = 0;
  std::uint64_t chunk_bytes = std::uint64_t{255} << 10;
};

/// A file as its document in fs.files has it. What GridFS does not know, or an older program did not write, is empty.
GridFile GridFileFrom(View document);
BlobRecord BlobFrom(View document);

/// Reads the chunks of a file, one to four megabytes at a time.
/// Borrows: the connection. Owns: what it read last.
class GridSource final : public ByteSource {
 public:
  /// `tail` are bytes behind those of the chunks, from a writer that has not stored them yet; borrowed.
  GridSource(Connection& connection, const GridFile& file, std::span<const std::byte> tail = {})
      : connection_(connection), file_(file), tail_(tail) {}

  std::uint64_t size() const override { return file_.bytes + tail_.size(); }
  /// Errors: kUnavailable when a chunk is missing: the file was deleted while it was open, or is damaged.
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override;

 private:
  Status Fill(std::uint64_t offset, std::uint64_t bytes);
  std::span<const std::byte> Held(std::uint64_t offset) const;

  Connection& connection_;
  const GridFile file_;
  const std::span<const std::byte> tail_;
  std::uint64_t window_begin_ = 0;
  std::vector<std::byte> window_;
};

/// Writes chunks as they fill, and the file's document last: before that nobody sees the file.
class GridWriter final : public BlobWriter {
 public:
  /// Borrows: the connection and the clock.
  GridWriter(Connection& connection, const Clock& clock, const NewBlob& blob);
  GridWriter(const GridWriter&) = delete;
  GridWriter& operator=(const GridWriter&) = delete;
  ~GridWriter() override;

  Status Write(std::span<const std::byte> bytes) override;
  Result<std::unique_ptr<ByteSource>> Reader() override;
  Result<BlobRecord> Commit() override;
  void SetContentType(std::string content_type) override { record_.content_type = std::move(content_type); }

 private:
  Status StoreChunks();

  Connection& connection_;
  const Clock& clock_;
  BlobRecord record_;
  GridFile file_;  // what is stored
  std::vector<std::byte> pending_;
  Sha256 sha256_;
  bool wrote_ = false;
  bool committed_ = false;
};

}  // namespace intelliclinix::store::mongo
