// Files that are not images, not whole, too large, or changed at random.
#include "image/decode.h"

#include <algorithm>
#include <array>
#include <random>

#include "image/encode.h"
#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

Bytes RandomBytes(std::size_t count) {
  std::mt19937 random(1);
  Bytes bytes(count);
  std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random()); });
  return bytes;
}

std::vector<std::uint8_t> NoiseBytes(std::size_t count) {
  std::vector<std::uint8_t> bytes;
  for (const std::byte byte : RandomBytes(count)) bytes.push_back(std::to_integer<std::uint8_t>(byte));
  return bytes;
}

/// Small files of every format, and of every way to store one that has code of its own.
std::vector<Bytes> Corpus() {
  const auto finite = [](std::size_t count) { return BytesOf(std::vector<float>(count, 1.5F)); };
  return {
      MakePng({.height = 21, .width = 17, .colour_type = 2}, NoiseBytes(21 * 17 * 3)),
      MakePng({.height = 21, .width = 17, .bit_depth = 16, .interlaced = true}, NoiseBytes(21 * 17 * 2)),
      MakePng({.height = 9, .width = 16, .bit_depth = 1}, NoiseBytes(9 * 2)),
      MakePng({.height = 9, .width = 9, .colour_type = 3, .palette = {{1, 2, 3}, {4, 5, 6}}},
              std::vector<std::uint8_t>(81, 1)),
      MakeJpeg({.height = 21, .width = 17, .channels = 3, .orientation = 6}, NoiseBytes(21 * 17 * 3)),
      MakeJpeg({.height = 21, .width = 17, .progressive = true}, NoiseBytes(21 * 17)),
      MakeTiff({.height = 21, .width = 17, .channels = 3, .photometric = 2}, RandomBytes(21 * 17 * 3)),
      MakeTiff({.height = 21, .width = 17, .bits = 16, .compression = 5, .predictor = 2}, RandomBytes(21 * 17 * 2)),
      MakeTiff({.height = 21, .width = 17, .compression = 8, .tile_side = 16}, RandomBytes(21 * 17)),
      MakeTiff({.height = 21, .width = 17, .compression = 32773, .mode = "w8b"}, RandomBytes(21 * 17)),
      MakeTiff({.height = 21, .width = 17, .channels = 2, .bits = 32, .format = 3, .planes = true, .mode = "wb"},
               finite(21 * 17 * 2)),
      MakeTiff({.height = 21, .width = 17, .photometric = 0, .tile_side = 32, .planes = true}, RandomBytes(21 * 17)),
  };
}

constexpr DecodeLimits kTight{
    .max_pixels = 1 << 16, .max_side = 4096, .max_channels = 16, .max_bytes = 1 << 20, .max_block_bytes = 1 << 20};

/// Expects the same verdict of Decode and Check. Returns whether it was good.
bool ExpectSameVerdict(const Bytes& bytes) {
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<Image> image = Decode(file, kTight);
  const Result<ImageHeader> checked = Check(file, kTight);
  EXPECT_EQ(image.has_value(), checked.has_value());
  if (image || checked) return image.has_value();
  EXPECT_EQ(image.error().message, checked.error().message);
  EXPECT_FALSE(image.error().message.empty());
  return false;
}

TEST(DecodeTest, SaysWhatIsNoImage) {
  const auto message = [](std::string_view text) {
    const auto bytes = AsBytes(text);
    return DecodeBad(Bytes(bytes.begin(), bytes.end())).message;
  };
  EXPECT_NE(std::string::npos, message("").find("empty"));
  EXPECT_NE(std::string::npos, message("Field,Nuclei\n1,52\n").find("neither PNG, JPEG nor TIFF"));
  EXPECT_NE(std::string::npos, message("\x89PNG").find("neither"));
  EXPECT_NE(std::string::npos, message("x").find("neither"));
}

TEST(DecodeTest, RefusesEveryFileThatIsCutShort) {
  for (const Bytes& whole : Corpus()) {
    EXPECT_TRUE(ExpectSameVerdict(whole));
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(ExpectSameVerdict(cut)) << "file of " << whole.size() << " bytes, cut to " << size;
    }
  }
}

TEST(DecodeTest, CheckAndDecodeAgreeOnChangedFiles) {
  std::mt19937 random(7);
  for (const Bytes& whole : Corpus()) {
    for (int round = 0; round < 300; ++round) {
      Bytes changed = whole;
      for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
        // Half of the changes hit the head, where sizes and kinds are.
        const std::size_t reach = random() % 2 == 0 ? std::min<std::size_t>(64, changed.size()) : changed.size();
        changed[random() % reach] = static_cast<std::byte>(random());
      }
      ExpectSameVerdict(changed);
    }
  }
}

/// Counts what is read.
class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    Result<std::size_t> count = bytes_.ReadAt(offset, out);
    read_ += count.value_or(0);
    return count;
  }
  std::uint64_t read() const { return read_; }

 private:
  MemorySource bytes_;
  std::uint64_t read_ = 0;
};

TEST(DecodeTest, RefusesABombFromItsHeader) {
  Bytes bytes = MakePng({.height = 1, .width = 30'000}, std::vector<std::uint8_t>(30'000));
  // Now it claims 30,000 rows: height is big-endian at 20, the checksum of IHDR at 29.
  const std::array<std::uint8_t, 4> height{0, 0, 0x75, 0x30};
  const std::array<std::uint8_t, 4> checksum{0x43, 0x4C, 0xA7, 0x66};
  std::ranges::copy(std::as_bytes(std::span(height)), bytes.begin() + 20);
  std::ranges::copy(std::as_bytes(std::span(checksum)), bytes.begin() + 29);
  bytes.resize(1 << 20);
  CountingSource file(std::move(bytes));
  const Result<Image> image = Decode(file);
  ASSERT_FALSE(image);
  EXPECT_EQ(ErrorCode::kTooLarge, image.error().code);
  EXPECT_NE(std::string::npos, image.error().message.find("30,000 x 30,000 pixels, 900,000,000 in all"))
      << image.error().message;
  EXPECT_LE(file.read(), 128u << 10);
}

TEST(DecodeTest, NamesTheLimitThatAFileIsOver) {
  const Bytes bytes = MakePng({.height = 10, .width = 20, .colour_type = 6}, std::vector<std::uint8_t>(800));
  const auto message = [&](const DecodeLimits& limits) {
    const Error error = DecodeBad(bytes, limits);
    EXPECT_EQ(ErrorCode::kTooLarge, error.code);
    return error.message;
  };
  EXPECT_NE(std::string::npos, message({.max_pixels = 199}).find("at most 199"));
  EXPECT_NE(std::string::npos, message({.max_side = 19}).find("a side can have at most 19"));
  EXPECT_NE(std::string::npos, message({.max_channels = 3}).find("4 channels; at most 3"));
  EXPECT_NE(std::string::npos, message({.max_bytes = 599}).find("600 bytes when decoded; at most 599"));
  DecodeGood(bytes, {.max_pixels = 200, .max_side = 20, .max_channels = 4, .max_bytes = 600});
}

/// Fails from `good_bytes` on, as a disk does.
class BrokenSource final : public ByteSource {
 public:
  BrokenSource(Bytes bytes, std::uint64_t good_bytes) : bytes_(std::move(bytes)), good_bytes_(good_bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset + out.size() > good_bytes_ && offset < bytes_.size()) return Fail(ErrorCode::kInternal, "broken disk");
    return bytes_.ReadAt(offset, out);
  }

 private:
  MemorySource bytes_;
  std::uint64_t good_bytes_;
};

TEST(DecodeTest, PassesOnTheErrorOfTheSource) {
  for (const Bytes& whole : Corpus()) {
    BrokenSource file(whole, 8);
    const Result<Image> image = Decode(file);
    ASSERT_FALSE(image);
    EXPECT_EQ("broken disk", image.error().message);
  }
}

}  // namespace
}  // namespace intelliclinix::image::testing
