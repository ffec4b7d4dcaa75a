// Reads members of a ZIP archive.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::nn {

/// One member of an archive, as the central directory describes it.
struct ZipEntry {
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t header_offset = 0;
};

/// A ZIP archive's directory, and its members one by one. ZIP64 is understood; encryption and archives in several
/// parts are not.
/// Threads: one at a time. Owns: the directory; borrows the file.
/// Source: PKWARE APPNOTE.TXT 6.3.10.
class ZipReader {
 public:
  /// Whether the file begins as a ZIP archive does.
  static Result<bool> LooksLikeZip(ByteSource& file);

  /// Reads the directory. Errors: kInvalidArgument when it is damaged.
  static Result<ZipReader> Open(ByteSource& file);

  const std::map<std::string, ZipEntry, std::less<>>& entries() const { return entries_; }

  /// The member's bytes, checked against its CRC-32.
  /// Errors: kTooLarge when it has more than `max_bytes`; kInvalidArgument when it is damaged or of another method.
  Result<std::vector<std::byte>> Read(const std::string& name, std::uint64_t max_bytes) const;

 private:
  explicit ZipReader(ByteSource& file) : file_(&file) {}
  Result<std::uint64_t> LocateContent(const std::string& name, const ZipEntry& entry) const;

  ByteSource* file_;
  std::map<std::string, ZipEntry, std::less<>> entries_;
};

/// `length` bytes from `offset`. Errors: kInvalidArgument when the file ends before.
Result<std::vector<std::byte>> ReadExactly(ByteSource& file, std::uint64_t offset, std::uint64_t length);

}  // namespace intelliclinix::nn
