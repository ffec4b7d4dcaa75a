#include "api/zip_stream.h"

#include <algorithm>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "api/archive_file_test.h"
#include "base/hashing.h"

namespace intelliclinix::api {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

/// Zeros, as many as wanted.
class Zeros final : public ByteSource {
 public:
  explicit Zeros(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t count = offset >= size_ ? 0 : std::min<std::uint64_t>(out.size(), size_ - offset);
    std::ranges::fill(out.first(count), std::byte{0});
    return count;
  }

 private:
  std::uint64_t size_;
};

std::vector<ZipEntry> EntriesOf(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<ZipEntry> entries;
  for (const auto& [name, text] : files) entries.push_back({name, text.size(), Crc32(0, AsBytes(text))});
  return entries;
}

ZipStream::OpenEntry OpenTexts(const std::vector<std::pair<std::string, std::string>>& files) {
  return [&files](std::size_t index) -> Result<std::unique_ptr<ByteSource>> {
    return std::make_unique<MemorySource>(AsBytes(files[index].second));
  };
}

std::string Whole(ZipStream& zip) {
  const auto bytes = *ReadAll(zip, 1 << 30);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const TimePoint kTime = *ParseTime("2026-11-24T10:20:31.000Z");

TEST(ZipStream, AnotherReaderFindsTheSameFiles) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"manifest.json", "{}"}, {"naïve 細胞/a.png", std::string(100'000, 'x')}, {"b/empty.txt", ""}};
  ZipStream zip(EntriesOf(files), kTime, OpenTexts(files));
  const testing::ArchiveFile file(Whole(zip));
  EXPECT_TRUE(file.PythonAgrees(R"(
assert archive.testzip() is None
assert archive.namelist() == ['manifest.json', 'naïve 細胞/a.png', 'b/empty.txt'], archive.namelist()
assert archive.read('naïve 細胞/a.png') == b'x' * 100000
assert archive.getinfo('manifest.json').date_time == (2026, 11, 24, 10, 20, 30)
assert archive.getinfo('b/empty.txt').external_attr >> 16 == 0o100644
)"));
  EXPECT_TRUE(file.UnzipAgrees());
}

TEST(ZipStream, EveryOffsetReadsAsInOrder) {
  std::mt19937 random(7);
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 40; ++i) {
    std::string text(random() % 700, ' ');
    for (char& c : text) c = static_cast<char>(random());
    files.emplace_back("folder/" + std::to_string(i), text);
  }
  ZipStream zip(EntriesOf(files), kTime, OpenTexts(files));
  const auto whole = *ReadAll(zip, 1 << 20);
  for (std::size_t offset = 0; offset <= whole.size() + 1; ++offset) {
    std::vector<std::byte> piece(random() % 2000);
    const std::size_t got = *zip.ReadAt(offset, piece);
    ASSERT_EQ(got, std::min(piece.size(), whole.size() - std::min(offset, whole.size())));
    ASSERT_TRUE(std::equal(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got),
                           whole.begin() + static_cast<std::ptrdiff_t>(std::min(offset, whole.size()))));
  }
}

TEST(ZipStream, NoFilesIsAnArchiveToo) {
  ZipStream zip({}, kTime, nullptr);
  EXPECT_EQ(ReadAll(zip, 100)->size(), 22U);
}

TEST(ZipStream, FilesAndOffsetsAboveFourGiB) {
  const std::string text = "after the big one";
  const std::vector<ZipEntry> entries = {{"first.txt", text.size(), Crc32(0, AsBytes(text))},
                                         {"big.tif", 5 * kGiB, 0},
                                         {"last.txt", text.size(), Crc32(0, AsBytes(text))}};
  ZipStream zip(entries, kTime, [&text](std::size_t index) -> Result<std::unique_ptr<ByteSource>> {
    if (index == 1) return std::make_unique<Zeros>(5 * kGiB);
    return std::make_unique<MemorySource>(AsBytes(text));
  });
  ASSERT_GT(zip.size(), 5 * kGiB);
  // The zeros are left out of the file on disk: it is sparse, and equal all the same.
  const testing::ArchiveFile file;
  std::ofstream disk(file.path(), std::ios::binary);
  const auto copy = [&](std::uint64_t offset, std::size_t count) {
    std::vector<std::byte> bytes(count);
    const std::size_t got = *zip.ReadAt(offset, bytes);
    disk.seekp(static_cast<std::streamoff>(offset));
    disk.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(got));
  };
  copy(0, 4096);
  copy(zip.size() - 4096, 4096);
  disk.close();
  EXPECT_TRUE(file.PythonAgrees(R"(
big = archive.getinfo('big.tif')
assert big.file_size == big.compress_size == 5 << 30, big
assert archive.getinfo('last.txt').header_offset > 5 << 30
assert archive.read('first.txt') == archive.read('last.txt') == b'after the big one'
with archive.open('big.tif') as stream:
    assert stream.read(1 << 20) == bytes(1 << 20)
)"));
}

TEST(ZipStream, MoreEntriesThanSixteenBitsCount) {
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 70'000; ++i) entries.push_back({std::to_string(i), 0, 0});
  ZipStream zip(std::move(entries), kTime,
                [](std::size_t) -> Result<std::unique_ptr<ByteSource>> { return std::make_unique<Zeros>(0); });
  const testing::ArchiveFile file(Whole(zip));
  EXPECT_TRUE(file.PythonAgrees("assert archive.namelist() == [str(i) for i in range(70000)]"));
}

TEST(ZipStream, AFileThatIsGoneOrTooShortIsAnError) {
  ZipStream gone({{"a", 3, 0}}, kTime, [](std::size_t) -> Result<std::unique_ptr<ByteSource>> {
    return Fail(ErrorCode::kNotFound, "There is no such file.");
  });
  EXPECT_EQ(ReadAll(gone, 1000).error().code, ErrorCode::kNotFound);
  ZipStream cut({{"a", 3, 0}}, kTime,
                [](std::size_t) -> Result<std::unique_ptr<ByteSource>> { return std::make_unique<Zeros>(2); });
  EXPECT_EQ(ReadAll(cut, 1000).error().code, ErrorCode::kInternal);
}

TEST(DosTime, IsHeldWithinWhatTheFormatSays) {
  EXPECT_EQ(ToDosTime(*ParseTime("1970-01-01T00:00:00.000Z")).date, 1 << 5 | 1);
  EXPECT_EQ(ToDosTime(*ParseTime("1980-01-01T00:00:01.999Z")).time, 0);
  EXPECT_EQ(ToDosTime(*ParseTime("2107-12-31T23:59:59.999Z")).date,
            ToDosTime(*ParseTime("2200-01-01T00:00:00.000Z")).date);
}

}  // namespace
}  // namespace intelliclinix::api
