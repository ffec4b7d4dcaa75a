// Reads members of a ZIP archive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix {

/// One member of an archive, as the central directory describes it.
struct ZipMember {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t header_offset = 0;
};

/// The bytes of one member from begin to end, in the memory of two buffers.
/// Threads: one. Borrows: the file.
class ZipContent {
 public:
  virtual ~ZipContent() = default;
  /// Fills `out`, which is not empty, in part or in whole; 0 at the end, when size and CRC-32 are what the directory
  /// says. Errors: kInvalidArgument when they are not or the bytes cannot be decompressed; those of the file.
  virtual Result<std::size_t> Read(std::span<std::byte> out) = 0;
};

/// A ZIP archive's directory, and its members one by one. ZIP64 is understood; encryption and archives in several
/// parts are not. What claims to become larger than deflate can make it is refused, and so are members that share
/// bytes: no archive is worth more than about a thousand times its own size.
/// Threads: those that may read the file. Owns: the directory; borrows the file.
/// Source: PKWARE APPNOTE.TXT 6.3.10.
class ZipReader {
 public:
  using Members = std::map<std::string, ZipMember, std::less<>>;

  /// Whether the file begins as a ZIP archive does.
  static Result<bool> LooksLikeZip(ByteSource& file);

  /// Reads the directory. Errors: kInvalidArgument when it is damaged or names a member twice.
  static Result<ZipReader> Open(ByteSource& file);

  const Members& members() const { return members_; }

  /// Opens a member whose two headers agree.
  /// Errors: kInvalidArgument when they do not, or it is missing, encrypted or compressed by another method.
  Result<std::unique_ptr<ZipContent>> OpenMember(const std::string& name) const;

  /// The member's bytes, checked against its CRC-32.
  /// Errors: kTooLarge when it has more than `max_bytes`; as OpenMember and ZipContent::Read.
  Result<std::vector<std::byte>> Read(const std::string& name, std::uint64_t max_bytes) const;

 private:
  explicit ZipReader(ByteSource& file) : file_(&file) {}

  ByteSource* file_;
  Members members_;
};

/// `length` bytes from `offset`. Errors: kInvalidArgument when the file ends before.
Result<std::vector<std::byte>> ReadExactly(ByteSource& file, std::uint64_t offset, std::uint64_t length);

}  // namespace intelliclinix
