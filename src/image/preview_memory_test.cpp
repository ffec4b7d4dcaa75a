// Previews of 864 MB of pixels, in files that are made while they are read.
#include <algorithm>
#include <array>
#include <string>

#include <zlib.h>

#include "base/peak_memory_test.h"
#include "image/made_files_test.h"
#include "image/preview.h"

namespace intelliclinix::image::testing {
namespace {

constexpr int kSide = 12'000;
constexpr int kPreviewSide = 1334;  // blocks of 9 x 9
constexpr std::uint64_t kMaxGrowth = 64 << 20;

#if defined(__has_feature)
#define INTELLICLINIX_HAS_FEATURE(name) __has_feature(name)
#else
#define INTELLICLINIX_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || INTELLICLINIX_HAS_FEATURE(address_sanitizer) || \
    INTELLICLINIX_HAS_FEATURE(thread_sanitizer)
constexpr bool kSanitized = true;  // memory is the sanitizer's then, and time too
#else
constexpr bool kSanitized = false;
#endif

/// A row of RGB with 16 bits: red rises and green falls in steps of 100 px, blue is constant.
std::vector<std::uint16_t> Row() {
  std::vector<std::uint16_t> row;
  for (int x = 0; x < kSide; ++x) {
    const int step = x / 100;
    row.insert(row.end(), {static_cast<std::uint16_t>(500 * step), static_cast<std::uint16_t>(60'000 - 500 * step), 7});
  }
  return row;
}

/// A head, the same block again and again, a tail.
class RepeatingSource final : public ByteSource {
 public:
  RepeatingSource(Bytes head, Bytes block, std::uint64_t count, Bytes tail)
      : head_(std::move(head)), block_(std::move(block)), tail_(std::move(tail)), blocks_end_(count * block_.size()) {}

  std::uint64_t size() const override { return head_.size() + blocks_end_ + tail_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && offset + filled < size()) {
      const std::span<const std::byte> piece = From(offset + filled);
      const std::size_t count = std::min(piece.size(), out.size() - filled);
      std::copy_n(piece.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(filled));
      filled += count;
    }
    return filled;
  }

 private:
  std::span<const std::byte> From(std::uint64_t offset) const {
    if (offset < head_.size()) return std::span(head_).subspan(offset);
    offset -= head_.size();
    if (offset < blocks_end_) return std::span(block_).subspan(offset % block_.size());
    return std::span(tail_).subspan(offset - blocks_end_);
  }

  Bytes head_, block_, tail_;
  std::uint64_t blocks_end_;
};

void Append(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

/// One uncompressed strip, little-endian.
RepeatingSource LargeTiff() {
  const Bytes row = BytesOf(Row());
  struct Entry {
    int tag, type;  // type 3 has 2 bytes, 4 has 4
    std::uint64_t count, value;
  };
  constexpr std::uint64_t kBitsAt = 8 + 2 + 9 * 12 + 4;
  const std::array<Entry, 9> entries{{{256, 4, 1, kSide},
                                      {257, 4, 1, kSide},
                                      {258, 3, 3, kBitsAt},
                                      {259, 3, 1, 1},
                                      {262, 3, 1, 2},
                                      {273, 4, 1, kBitsAt + 6},
                                      {277, 3, 1, 3},
                                      {278, 4, 1, kSide},
                                      {279, 4, 1, row.size() * kSide}}};
  Bytes head = BytesOf<std::uint8_t>({'I', 'I', 42, 0, 8, 0, 0, 0});
  Append(head, entries.size(), 2);
  for (const Entry& entry : entries) {
    Append(head, static_cast<std::uint64_t>(entry.tag), 2);
    Append(head, static_cast<std::uint64_t>(entry.type), 2);
    Append(head, entry.count, 4);
    Append(head, entry.value, 4);
  }
  Append(head, 0, 4);
  for (int channel = 0; channel < 3; ++channel) Append(head, 16, 2);
  return {head, row, kSide, {}};
}

void AppendBigEndian(Bytes& bytes, std::uint64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(value >> shift));
}

Bytes Chunk(const char* kind, const Bytes& content) {
  Bytes chunk;
  AppendBigEndian(chunk, content.size());
  for (int i = 0; i < 4; ++i) chunk.push_back(static_cast<std::byte>(kind[i]));
  chunk.insert(chunk.end(), content.begin(), content.end());
  const auto* checked = reinterpret_cast<const Bytef*>(chunk.data() + 4);
  AppendBigEndian(chunk, crc32(0, checked, static_cast<uInt>(chunk.size() - 4)));
  return chunk;
}

/// A raw deflate block that refers to nothing before it.
Bytes DeflateAlone(Bytes& row) {
  z_stream stream{};
  EXPECT_EQ(Z_OK, deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY));
  Bytes packed(row.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(row.data());
  stream.avail_in = static_cast<uInt>(row.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(Z_OK, deflate(&stream, Z_FULL_FLUSH));
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// Each row is an IDAT chunk of its own.
RepeatingSource LargePng() {
  Bytes row{std::byte{0}};  // no filter
  for (const std::uint16_t sample : Row()) {
    row.push_back(static_cast<std::byte>(sample >> 8));
    row.push_back(static_cast<std::byte>(sample));
  }
  Bytes shape;
  AppendBigEndian(shape, kSide);
  AppendBigEndian(shape, kSide);
  for (const int value : {16, 2, 0, 0, 0}) shape.push_back(static_cast<std::byte>(value));

  Bytes head = BytesOf<std::uint8_t>({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
  for (const Bytes& chunk : {Chunk("IHDR", shape), Chunk("IDAT", BytesOf<std::uint8_t>({0x78, 0x9c}))}) {
    head.insert(head.end(), chunk.begin(), chunk.end());
  }
  const auto* first = reinterpret_cast<const Bytef*>(row.data());
  const uLong of_row = adler32(1, first, static_cast<uInt>(row.size()));
  uLong of_all = 1;
  for (int y = 0; y < kSide; ++y) of_all = adler32_combine(of_all, of_row, static_cast<z_off_t>(row.size()));
  Bytes end = BytesOf<std::uint8_t>({0x03, 0x00});  // the last block, empty
  AppendBigEndian(end, of_all);
  Bytes tail = Chunk("IDAT", end);
  const Bytes iend = Chunk("IEND", {});
  tail.insert(tail.end(), iend.begin(), iend.end());
  return {head, Chunk("IDAT", DeflateAlone(row)), kSide, tail};
}

void ExpectSmallMemory(ByteSource& file) {
  if (kSanitized) GTEST_SKIP();
  TakePeakMemory();
  const std::uint64_t before = TakePeakMemory();
  const Result<Bytes> preview = MakePreview(file);
  const std::uint64_t peak = TakePeakMemory();
  ASSERT_TRUE(preview.has_value()) << preview.error().message;
  EXPECT_LT(peak, before + kMaxGrowth);

  const Image shown = DecodeGood(*preview);
  ASSERT_EQ(kPreviewSide, shown.width);
  ASSERT_EQ(kPreviewSide, shown.height);
  const std::uint8_t* middle = shown.As<std::uint8_t>() + (shown.pixel_count() / 2 + kPreviewSide / 2) * 3;
  EXPECT_NEAR(127, middle[0], 2);
  EXPECT_NEAR(127, middle[1], 2);
  EXPECT_EQ(0, middle[2]);
}

TEST(PreviewMemoryTest, DoesNotGrowWithATiff) {
  RepeatingSource file = LargeTiff();
  ExpectSmallMemory(file);
}

TEST(PreviewMemoryTest, DoesNotGrowWithAPng) {
  RepeatingSource file = LargePng();
  ExpectSmallMemory(file);
}

}  // namespace
}  // namespace intelliclinix::image::testing
