#include "base/zip_reader.h"

#include <algorithm>
#include <optional>

#include "base/little_endian.h"
#include "base/zip_format.h"

namespace intelliclinix {
namespace {

using zip::Damaged;

constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::uint64_t kMaxDirectoryBytes = 64 << 20;

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

/// Refuses members that share bytes, with which a small archive can hold anything many times.
Status CheckApart(const ZipReader::Members& members, std::uint64_t directory_offset) {
  std::vector<const ZipReader::Members::value_type*> in_order;
  for (const auto& member : members) in_order.push_back(&member);
  std::ranges::sort(in_order, {}, [](const auto* member) { return member->second.header_offset; });
  std::uint64_t end = 0;
  for (const auto* member : in_order) {
    const auto& [name, facts] = *member;
    const std::uint64_t room = directory_offset - std::min(directory_offset, facts.header_offset);
    const std::uint64_t header = zip::kLocalBytes + name.size();
    if (facts.header_offset < end || header > room || facts.compressed_bytes > room - header) {
      return Damaged("member '" + name + "' shares bytes with something else");
    }
    end = facts.header_offset + header + facts.compressed_bytes;
  }
  return {};
}

}  // namespace

std::unexpected<Error> zip::Damaged(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "The ZIP archive is damaged: " + what + ". Fetch the file again.");
}

// The ZIP64 field holds, in this order, those of the three numbers that did not fit 32 bits.
void zip::ReadExtra64(std::span<const std::byte> extra, ZipMember& member) {
  while (extra.size() >= 4) {
    const auto id = LoadLittleEndian<std::uint16_t>(extra, 0);
    const std::size_t length = std::min<std::size_t>(LoadLittleEndian<std::uint16_t>(extra, 2), extra.size() - 4);
    std::span<const std::byte> field = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
    if (id != 1) continue;
    for (std::uint64_t* number : {&member.bytes, &member.compressed_bytes, &member.header_offset}) {
      if (*number != kIn64 || field.size() < 8) continue;
      *number = LoadLittleEndian<std::uint64_t>(field, 0);
      field = field.subspan(8);
    }
  }
}

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
  return LoadLittleEndian<std::uint32_t>(start, 0) == zip::kLocalSignature;
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
    ZipMember member{.flags = LoadLittleEndian<std::uint16_t>(rest, 8),
                     .method = LoadLittleEndian<std::uint16_t>(rest, 10),
                     .crc = LoadLittleEndian<std::uint32_t>(rest, 16),
                     .compressed_bytes = LoadLittleEndian<std::uint32_t>(rest, 20),
                     .bytes = LoadLittleEndian<std::uint32_t>(rest, 24),
                     .header_offset = LoadLittleEndian<std::uint32_t>(rest, 42)};
    zip::ReadExtra64(rest.subspan(kCentralBytes + name_bytes, extra_bytes), member);
    const std::string name(reinterpret_cast<const char*>(rest.data()) + kCentralBytes, name_bytes);
    if (!reader.members_.emplace(name, member).second) return Damaged("two members have the name '" + name + "'");
    rest = rest.subspan(all);
  }
  if (!rest.empty()) return Damaged("its directory is cut short");
  IC_RETURN_IF_ERROR(CheckApart(reader.members_, directory.offset));
  return reader;
}

}  // namespace intelliclinix
