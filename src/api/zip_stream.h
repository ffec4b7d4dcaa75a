// A ZIP archive that is made while it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/zip_records.h"

namespace intelliclinix::api {

/// The archive of files whose sizes and checksums are known beforehand: its size is exact before a byte is read, and
/// reading may begin anywhere. It holds its entries and one open file.
/// Threads: one at a time.
class ZipStream final : public ByteSource {
 public:
  /// Opens the bytes of entry `index`.
  using OpenEntry = std::function<Result<std::unique_ptr<ByteSource>>(std::size_t index)>;

  /// Names must differ. `modified` is the time of every file.
  ZipStream(std::vector<ZipEntry> entries, TimePoint modified, OpenEntry open);

  std::uint64_t size() const override { return end_offset_ + end_.size(); }
  /// Errors: those of `open` and of what it opened; kInternal when that is shorter than its entry says.
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override;

 private:
  Result<std::size_t> ReadPiece(std::uint64_t offset, std::span<std::byte> out);
  Result<std::size_t> ReadFile(std::size_t index, std::uint64_t offset, std::span<std::byte> out);

  const std::vector<ZipEntry> entries_;
  const DosTime time_;
  const OpenEntry open_;
  std::vector<std::uint64_t> local_offsets_;    // of each entry, then the directory's begin
  std::vector<std::uint64_t> central_offsets_;  // likewise, then the directory's end
  std::uint64_t end_offset_ = 0;
  std::string end_;
  std::size_t open_index_ = 0;
  std::unique_ptr<ByteSource> open_file_;  // of open_index_; null when none is open
};

}  // namespace intelliclinix::api
