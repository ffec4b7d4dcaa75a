#include "base/zip_reader.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/object_id.h"

namespace intelliclinix {
namespace {

/// Archives that Python's zipfile makes.
class ZipReaderTest : public ::testing::Test {
 protected:
  ~ZipReaderTest() override { std::filesystem::remove_all(folder_); }

  /// The archive that `script` leaves; in it, `archive` is a ZipFile to be written, and `path` its path. What stands
  /// after a line "---" is run when the archive is closed.
  std::unique_ptr<FileSource> Make(std::string script) {
    const std::size_t cut = std::min(script.find("---"), script.size());
    const std::string after = script.substr(std::min(cut + 3, script.size()));
    script.resize(cut);
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "make.py") << "import struct, sys, zipfile\npath = sys.argv[1]\n"
                                       << "archive = zipfile.ZipFile(path, 'w')\n"
                                       << script << "\narchive.close()\ncontent = bytearray(open(path, 'rb').read())\n"
                                       << after << "\nopen(path, 'wb').write(content)\n";
    const std::string path = folder_ / "a.zip";
    const std::string command = "/usr/bin/python3 '" + (folder_ / "make.py").string() + "' '" + path + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return *FileSource::Open(path);
  }

  /// What reading one member tells: its text or the error.
  static std::string ReadText(ByteSource& file, const std::string& name, std::uint64_t max_bytes = 1 << 20) {
    const Result<ZipReader> archive = ZipReader::Open(file);
    if (!archive) return archive.error().message;
    const Result<std::vector<std::byte>> bytes = archive->Read(name, max_bytes);
    if (!bytes) return bytes.error().message;
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("zip_reader." + ObjectId::Generate().ToString());
};

TEST_F(ZipReaderTest, ReadsStoredDeflatedEmptyAndZip64) {
  const auto file = Make(R"(
archive.writestr('stored', 'one')
archive.writestr('deflated', 'two' * 100000, zipfile.ZIP_DEFLATED)
archive.writestr('empty', '', zipfile.ZIP_DEFLATED)
with archive.open('zip64', 'w', force_zip64=True) as member: member.write(b'four'))");
  EXPECT_EQ(ReadText(*file, "stored"), "one");
  EXPECT_EQ(ReadText(*file, "deflated").size(), 300'000U);
  EXPECT_EQ(ReadText(*file, "empty"), "");
  EXPECT_EQ(ReadText(*file, "zip64"), "four");
  EXPECT_NE(ReadText(*file, "deflated", 1000).find("larger than 1000 bytes"), std::string::npos);
}

TEST_F(ZipReaderTest, StreamsInPiecesAndChecksTheEnd) {
  const auto file = Make("archive.writestr('a', 'abcdefgh' * 5000, zipfile.ZIP_DEFLATED)");
  const ZipReader archive = *ZipReader::Open(*file);
  const auto content = *archive.OpenMember("a");
  std::array<std::byte, 7> piece;
  std::size_t all = 0;
  for (Result<std::size_t> got = 1; got && *got > 0; all += *got) {
    got = content->Read(piece);
    ASSERT_TRUE(got.has_value()) << got.error().message;
  }
  EXPECT_EQ(all, 40'000U);
}

TEST_F(ZipReaderTest, TellsWhatIsDamaged) {
  const struct {
    const char* script;
    const char* told;
  } cases[] = {
      {"archive.writestr('a', 'one')\n---\ncontent[31] ^= 1", "the content of member 'a' has changed"},
      {"archive.writestr('a', 'one' * 9, zipfile.ZIP_DEFLATED)\n---\ncontent[31] = 0xff", "cannot be decompressed"},
      {"archive.writestr('a', 'one')\n---\ncontent[22] = 4", "contradict each other"},
      {"archive.writestr('a', 'one')\n---\ncontent[30] = 98", "contradict each other"},
      {"archive.writestr('a', 'one')\n---\ncontent[6] = 1", "encrypted"},
      {"archive.writestr('a', 'one', zipfile.ZIP_BZIP2)", "compressed by method 12"},
      {"archive.writestr('a', 'one')\n---\ndel content[-1]", "its end is missing"},
      {"archive.writestr('a', 'one')\n---\ncontent[-10] -= 1", "its directory is cut short"},
      {"archive.writestr('b', 'one')\n---\n", "member 'a' is missing"},
      // Both headers claim a size that the bytes do not have.
      {"archive.writestr('a', 'one')\n---\n"
       "at = content.index(b'PK\\1\\2')\ncontent[22] = content[18] = content[at + 20] = content[at + 24] = 200",
       "shares bytes"},
      {"archive.writestr('a', 'x' * 9, zipfile.ZIP_DEFLATED)\n---\n"
       "at = content.index(b'PK\\1\\2')\ncontent[24] = content[at + 26] = 1",
       "the size of member 'a' is wrong"},
      {"archive.writestr('a', 'x' * 9, zipfile.ZIP_DEFLATED)\n---\n"
       "at = content.index(b'PK\\1\\2')\ncontent[22] = content[at + 24] = 8",
       "the content of member 'a' has changed"},
      {"archive.writestr('a', 'x' * 9, zipfile.ZIP_DEFLATED)\n---\n"
       "at = content.index(b'PK\\1\\2')\ncontent[22] = content[at + 24] = 10",
       "the content of member 'a' has changed"},
  };
  for (const auto& [script, told] : cases) {
    const auto file = Make(script);
    EXPECT_NE(ReadText(*file, "a").find(told), std::string::npos) << script << "\n" << ReadText(*file, "a");
  }
}

TEST_F(ZipReaderTest, RefusesTwinsAndMembersThatShareBytes) {
  const auto twins = Make(
      "archive.writestr('a', 'one')\narchive.writestr('b', 'one')\n---\n"
      "at = content.rindex(b'b')\ncontent[at] = 97");
  EXPECT_NE(ReadText(*twins, "a").find("two members have the name 'a'"), std::string::npos);
  // The second record of the directory points to the first's header: Fifield's bomb, with one layer.
  const auto bomb = Make(
      "archive.writestr('a', 'one')\narchive.writestr('b', 'one')\n---\n"
      "at = content.rindex(b'PK\\1\\2')\ncontent[at + 42:at + 46] = bytes(4)");
  EXPECT_NE(ReadText(*bomb, "a").find("shares bytes"), std::string::npos);
}

}  // namespace
}  // namespace intelliclinix
