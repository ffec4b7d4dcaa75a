#include <algorithm>
#include <cassert>
#include <vector>

#include <zlib.h>

#include "base/hashing.h"
#include "base/little_endian.h"
#include "base/zip_format.h"
#include "base/zip_reader.h"

namespace intelliclinix {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kEncryptedFlag = 1 << 0;
constexpr std::uint16_t kSizesFollowFlag = 1 << 3;  // sizes and CRC-32 stand behind the content, not before it

std::string Quoted(const std::string& name) { return "member '" + name + "'"; }

/// Where a member is and what is known of it.
struct Place {
  ByteSource& file;
  std::uint64_t offset;  ///< of the next byte of its content
  std::string name;
  ZipMember member;
};

/// Counts and sums what passes.
class CheckedContent : public ZipContent {
 public:
  explicit CheckedContent(Place place) : place_(std::move(place)) {}

  Result<std::size_t> Read(std::span<std::byte> out) final {
    assert(!out.empty());
    const std::uint64_t left = place_.member.bytes - bytes_;
    if (left == 0) return CheckEnd();
    IC_ASSIGN_OR_RETURN(const std::size_t got, ReadSome(out.first(std::min<std::uint64_t>(out.size(), left))));
    if (got == 0) return Changed();
    bytes_ += got;
    crc_ = Crc32(crc_, out.first(got));
    return got;
  }

 protected:
  /// Some of the next bytes; 0 when there are none.
  virtual Result<std::size_t> ReadSome(std::span<std::byte> out) = 0;
  /// Whether the content goes on after the size that the directory gives.
  virtual Result<bool> HasMore() = 0;

  Place place_;

 private:
  std::unexpected<Error> Changed() const {
    return zip::Damaged("the content of " + Quoted(place_.name) + " has changed");
  }
  Result<std::size_t> CheckEnd() {
    IC_ASSIGN_OR_RETURN(const bool has_more, HasMore());
    if (has_more || crc_ != place_.member.crc) return Changed();
    return 0;
  }

  std::uint64_t bytes_ = 0;
  std::uint32_t crc_ = 0;
};

class StoredContent final : public CheckedContent {
 public:
  using CheckedContent::CheckedContent;

 private:
  Result<std::size_t> ReadSome(std::span<std::byte> out) override {
    IC_ASSIGN_OR_RETURN(const std::size_t got, place_.file.ReadAt(place_.offset, out));
    place_.offset += got;
    return got;
  }
  Result<bool> HasMore() override { return false; }
};

class InflatedContent final : public CheckedContent {
 public:
  explicit InflatedContent(Place place)
      : CheckedContent(std::move(place)), left_(place_.member.compressed_bytes), buffer_(kBufferBytes) {}
  ~InflatedContent() override { inflateEnd(&stream_); }
  InflatedContent(const InflatedContent&) = delete;
  InflatedContent& operator=(const InflatedContent&) = delete;

  Status Begin() {
    if (inflateInit2(&stream_, -MAX_WBITS) == Z_OK) return {};
    return Fail(ErrorCode::kResourceExhausted, "There is no memory left.");
  }

 private:
  Result<std::size_t> ReadSome(std::span<std::byte> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    const std::size_t wanted = std::min<std::size_t>(out.size(), 1 << 30);
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted && !ended_) {
      if (stream_.avail_in == 0) IC_RETURN_IF_ERROR(Refill());
      const int outcome = inflate(&stream_, Z_NO_FLUSH);
      ended_ = outcome == Z_STREAM_END;
      if (!ended_ && outcome != Z_OK) return zip::Damaged(Quoted(place_.name) + " cannot be decompressed");
    }
    return wanted - stream_.avail_out;
  }

  // The stream's end may still be to come, and so may bytes that the directory does not know of.
  Result<bool> HasMore() override {
    if (ended_) return left_ > 0 || stream_.avail_in > 0;
    std::byte next{};
    IC_ASSIGN_OR_RETURN(const std::size_t got, ReadSome({&next, 1}));
    return got > 0 || left_ > 0 || stream_.avail_in > 0;
  }

  Status Refill() {
    const std::size_t wanted = std::min<std::uint64_t>(left_, buffer_.size());
    IC_ASSIGN_OR_RETURN(const std::size_t got, place_.file.ReadAt(place_.offset, std::span(buffer_).first(wanted)));
    if (got != wanted) return Fail(ErrorCode::kInvalidArgument, "The file became shorter while it was read.");
    place_.offset += got;
    left_ -= got;
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(got);
    return {};
  }

  std::uint64_t left_;  // compressed, not yet read
  std::vector<std::byte> buffer_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

Result<std::uint64_t> zip::LocateContent(ByteSource& file, const std::string& name, const ZipMember& member) {
  IC_ASSIGN_OR_RETURN(const auto header, ReadExactly(file, member.header_offset, kLocalBytes));
  if (LoadLittleEndian<std::uint32_t>(header, 0) != kLocalSignature)
    return Damaged("the header of " + Quoted(name) + " is missing");
  const std::size_t name_bytes = LoadLittleEndian<std::uint16_t>(header, 26);
  const std::size_t extra_bytes = LoadLittleEndian<std::uint16_t>(header, 28);
  IC_ASSIGN_OR_RETURN(const auto rest, ReadExactly(file, member.header_offset + kLocalBytes, name_bytes + extra_bytes));
  ZipMember local{.flags = LoadLittleEndian<std::uint16_t>(header, 6),
                  .method = LoadLittleEndian<std::uint16_t>(header, 8),
                  .crc = LoadLittleEndian<std::uint32_t>(header, 14),
                  .compressed_bytes = LoadLittleEndian<std::uint32_t>(header, 18),
                  .bytes = LoadLittleEndian<std::uint32_t>(header, 22)};
  ReadExtra64(std::span(rest).subspan(name_bytes), local);
  if (((local.flags | member.flags) & kEncryptedFlag) != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "The ZIP archive is encrypted: " + Quoted(name) + ". Save it without a password.");
  }
  const bool sizes_follow = (local.flags & kSizesFollowFlag) != 0;
  const bool same_sizes = local.bytes == member.bytes && local.compressed_bytes == member.compressed_bytes;
  const bool same_name = std::ranges::equal(std::span(rest).first(name_bytes), AsBytes(name));
  if (!same_name || local.method != member.method || (!sizes_follow && (!same_sizes || local.crc != member.crc))) {
    return Damaged("the header of " + Quoted(name) + " and the directory contradict each other");
  }
  return member.header_offset + kLocalBytes + name_bytes + extra_bytes;
}

Result<std::unique_ptr<ZipContent>> ZipReader::OpenMember(const std::string& name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) return zip::Damaged(Quoted(name) + " is missing");
  const ZipMember& member = found->second;
  IC_ASSIGN_OR_RETURN(const std::uint64_t offset, zip::LocateContent(*file_, name, member));
  if (offset > file_->size() || member.compressed_bytes > file_->size() - offset) {
    return zip::Damaged(Quoted(name) + " ends after the file");
  }
  if (member.method == kStored) {
    if (member.bytes != member.compressed_bytes) return zip::Damaged("the size of " + Quoted(name) + " is wrong");
    return std::make_unique<StoredContent>(Place{*file_, offset, name, member});
  }
  if (member.method != kDeflated) {
    return Fail(ErrorCode::kInvalidArgument, "Member '" + name + "' of the ZIP archive is compressed by method " +
                                                 std::to_string(member.method) + "; use deflate or none.");
  }
  constexpr std::uint64_t kMaxRatio = 1032;  // of deflate; a directory that claims more lies
  if (member.bytes / kMaxRatio > member.compressed_bytes)
    return zip::Damaged("the size of " + Quoted(name) + " is wrong");
  auto content = std::make_unique<InflatedContent>(Place{*file_, offset, name, member});
  IC_RETURN_IF_ERROR(content->Begin());
  return content;
}

Result<std::vector<std::byte>> ZipReader::Read(const std::string& name, std::uint64_t max_bytes) const {
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ZipContent> content, OpenMember(name));
  const std::uint64_t size = members_.find(name)->second.bytes;
  if (size > max_bytes) {
    return Fail(ErrorCode::kTooLarge,
                "Member '" + name + "' of the ZIP archive is larger than " + std::to_string(max_bytes) + " bytes.");
  }
  std::vector<std::byte> bytes(size);
  std::size_t filled = 0;
  std::byte beyond{};  // a read past the end checks it
  while (true) {
    const std::span<std::byte> rest = std::span(bytes).subspan(filled);
    IC_ASSIGN_OR_RETURN(const std::size_t got, content->Read(rest.empty() ? std::span(&beyond, 1) : rest));
    if (got == 0) return bytes;
    filled += got;
  }
}

}  // namespace intelliclinix
