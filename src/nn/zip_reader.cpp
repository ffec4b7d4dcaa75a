#include "nn/zip_reader.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <zlib.h>

#include "base/hashing.h"
#include "nn/little_endian.h"

namespace intelliclinix::nn {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint64_t kMaxDirectoryBytes = 16 << 20;
constexpr std::uint32_t kIn64 = 0xffffffff;  // "see the ZIP64 field"

std::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "The ZIP archive is damaged: " + what + ". Fetch the file again.");
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

// The end record stands last, followed only by a comment of at most 65,535 bytes.
std::optional<std::size_t> FindEndRecord(std::span<const std::byte> tail) {
  if (tail.size() < kEndBytes) return std::nullopt;
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    const bool found = LoadLittleEndian<std::uint32_t>(tail, at) == kEndSignature;
    if (found && LoadLittleEndian<std::uint16_t>(tail, at + 20) == tail.size() - at - kEndBytes) return at;
  }
  return std::nullopt;
}

Result<Directory> ReadEnd64(ByteSource& file, std::uint64_t locator_offset) {
  IC_ASSIGN_OR_RETURN(auto locator, ReadExactly(file, locator_offset, kLocator64Bytes));
  IC_ASSIGN_OR_RETURN(auto record, ReadExactly(file, LoadLittleEndian<std::uint64_t>(locator, 8), kEnd64Bytes));
  if (LoadLittleEndian<std::uint32_t>(record, 0) != kEnd64Signature) return Damaged("its ZIP64 end record is missing");
  return Directory{.offset = LoadLittleEndian<std::uint64_t>(record, 48),
                   .bytes = LoadLittleEndian<std::uint64_t>(record, 40)};
}

Result<bool> HasLocator64(ByteSource& file, std::uint64_t end_offset) {
  if (end_offset < kLocator64Bytes) return false;
  IC_ASSIGN_OR_RETURN(auto signature, ReadExactly(file, end_offset - kLocator64Bytes, 4));
  return LoadLittleEndian<std::uint32_t>(signature, 0) == kLocator64Signature;
}

Result<Directory> LocateDirectory(ByteSource& file) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file.size(), kEndBytes + 0xffff);
  const std::uint64_t tail_offset = file.size() - tail_bytes;
  IC_ASSIGN_OR_RETURN(auto tail, ReadExactly(file, tail_offset, tail_bytes));
  const std::optional<std::size_t> at = FindEndRecord(tail);
  if (!at.has_value()) return Damaged("its end is missing, as after a download that was cut short");
  IC_ASSIGN_OR_RETURN(bool is_zip64, HasLocator64(file, tail_offset + *at));
  if (is_zip64) return ReadEnd64(file, tail_offset + *at - kLocator64Bytes);
  return Directory{.offset = LoadLittleEndian<std::uint32_t>(tail, *at + 16),
                   .bytes = LoadLittleEndian<std::uint32_t>(tail, *at + 12)};
}

// The ZIP64 field holds, in this order, those of the three numbers that did not fit 32 bits.
void ReadExtra64(std::span<const std::byte> extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const auto id = LoadLittleEndian<std::uint16_t>(extra, 0);
    const std::size_t length = std::min<std::size_t>(LoadLittleEndian<std::uint16_t>(extra, 2), extra.size() - 4);
    std::span<const std::byte> field = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
    if (id != 1) continue;
    for (std::uint64_t* number : {&entry.bytes, &entry.compressed_bytes, &entry.header_offset}) {
      if (*number != kIn64 || field.size() < 8) continue;
      *number = LoadLittleEndian<std::uint64_t>(field, 0);
      field = field.subspan(8);
    }
  }
}

Result<std::vector<std::byte>> Inflate(std::span<const std::byte> compressed, std::uint64_t bytes) {
  constexpr std::uint64_t kMaxRatio = 1032;  // of deflate; a directory that claims more lies
  constexpr std::uint64_t kMaxBytes = std::numeric_limits<uInt>::max();
  if (bytes > kMaxBytes || compressed.size() > kMaxBytes || bytes / kMaxRatio > compressed.size()) {
    return Damaged("the size of a member is wrong");
  }
  std::vector<std::byte> out(bytes + 1);  // one more, so that a longer stream shows
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Fail(ErrorCode::kResourceExhausted, "There is no memory left.");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(std::min<std::uint64_t>(out.size(), kMaxBytes));
  const int outcome = inflate(&stream, Z_FINISH);
  const bool whole = outcome == Z_STREAM_END && stream.total_out == bytes;
  inflateEnd(&stream);
  if (!whole) return Damaged("a member cannot be decompressed");
  out.resize(bytes);
  return out;
}

}  // namespace

Result<std::vector<std::byte>> ReadExactly(ByteSource& file, std::uint64_t offset, std::uint64_t length) {
  if (offset > file.size() || length > file.size() - offset) {
    return Fail(ErrorCode::kInvalidArgument, "The file ends too early; it is damaged. Fetch it again.");
  }
  std::vector<std::byte> bytes(length);
  IC_ASSIGN_OR_RETURN(std::size_t read, file.ReadAt(offset, bytes));
  if (read != length) return Fail(ErrorCode::kInvalidArgument, "The file became shorter while it was read.");
  return bytes;
}

Result<bool> ZipReader::LooksLikeZip(ByteSource& file) {
  if (file.size() < kEndBytes) return false;
  IC_ASSIGN_OR_RETURN(auto start, ReadExactly(file, 0, 4));
  return LoadLittleEndian<std::uint32_t>(start, 0) == kLocalSignature;
}

Result<ZipReader> ZipReader::Open(ByteSource& file) {
  IC_ASSIGN_OR_RETURN(Directory directory, LocateDirectory(file));
  if (directory.bytes > kMaxDirectoryBytes) return Damaged("its directory is too long");
  IC_ASSIGN_OR_RETURN(auto bytes, ReadExactly(file, directory.offset, directory.bytes));
  ZipReader reader(file);
  std::span<const std::byte> rest = bytes;
  while (rest.size() >= kCentralBytes && LoadLittleEndian<std::uint32_t>(rest, 0) == kCentralSignature) {
    const std::size_t name_bytes = LoadLittleEndian<std::uint16_t>(rest, 28);
    const std::size_t extra_bytes = LoadLittleEndian<std::uint16_t>(rest, 30);
    const std::size_t all = kCentralBytes + name_bytes + extra_bytes + LoadLittleEndian<std::uint16_t>(rest, 32);
    if (all > rest.size()) return Damaged("its directory is cut short");
    ZipEntry entry{.method = LoadLittleEndian<std::uint16_t>(rest, 10),
                   .crc = LoadLittleEndian<std::uint32_t>(rest, 16),
                   .compressed_bytes = LoadLittleEndian<std::uint32_t>(rest, 20),
                   .bytes = LoadLittleEndian<std::uint32_t>(rest, 24),
                   .header_offset = LoadLittleEndian<std::uint32_t>(rest, 42)};
    ReadExtra64(rest.subspan(kCentralBytes + name_bytes, extra_bytes), entry);
    std::string name(reinterpret_cast<const char*>(rest.data()) + kCentralBytes, name_bytes);
    if (!reader.entries_.emplace(std::move(name), entry).second) return Damaged("two members have one name");
    rest = rest.subspan(all);
  }
  if (!rest.empty()) return Damaged("its directory is cut short");
  return reader;
}

Result<std::uint64_t> ZipReader::LocateContent(const std::string& name, const ZipEntry& entry) const {
  IC_ASSIGN_OR_RETURN(auto header, ReadExactly(*file_, entry.header_offset, kLocalBytes));
  if (LoadLittleEndian<std::uint32_t>(header, 0) != kLocalSignature) {
    return Damaged("member '" + name + "' is not where the directory says");
  }
  constexpr std::uint16_t kEncrypted = 1;
  if ((LoadLittleEndian<std::uint16_t>(header, 6) & kEncrypted) != 0) {
    return Fail(ErrorCode::kInvalidArgument, "The ZIP archive is encrypted. Save it without a password.");
  }
  return entry.header_offset + kLocalBytes + LoadLittleEndian<std::uint16_t>(header, 26) +
         LoadLittleEndian<std::uint16_t>(header, 28);
}

Result<std::vector<std::byte>> ZipReader::Read(const std::string& name, std::uint64_t max_bytes) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return Damaged("member '" + name + "' is missing");
  const ZipEntry& entry = found->second;
  if (entry.bytes > max_bytes) {
    return Fail(ErrorCode::kTooLarge,
                "Member '" + name + "' of the ZIP archive is larger than " + std::to_string(max_bytes) + " bytes.");
  }
  IC_ASSIGN_OR_RETURN(std::uint64_t offset, LocateContent(name, entry));
  IC_ASSIGN_OR_RETURN(auto bytes, ReadExactly(*file_, offset, entry.compressed_bytes));
  if (entry.method == 8) {
    IC_ASSIGN_OR_RETURN(bytes, Inflate(bytes, entry.bytes));
  } else if (entry.method != 0) {
    return Fail(ErrorCode::kInvalidArgument, "Member '" + name + "' of the ZIP archive is compressed by method " +
                                                 std::to_string(entry.method) + "; use deflate or none.");
  }
  if (bytes.size() != entry.bytes || Crc32(0, bytes) != entry.crc) {
    return Damaged("the content of member '" + name + "' has changed");
  }
  return bytes;
}

}  // namespace intelliclinix::nn
