// Archives that are made here are held to their manifest, whole and after somebody changed them.
#include "api/archive_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hashing.h"
#include "base/zip_records.h"

namespace intelliclinix::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct File {
  std::string path;
  std::string content;
};

/// An archive of stored files, as ZipStream lays it out.
std::string Zip(const std::vector<File>& files) {
  std::string bytes;
  std::string directory;
  for (const File& file : files) {
    const ZipEntry entry{file.path, file.content.size(), Crc32(0, AsBytes(file.content))};
    directory += CentralHeader(entry, {}, bytes.size());
    bytes += LocalHeader(entry, {}) + file.content;
  }
  return bytes + directory + EndRecords({files.size(), bytes.size(), directory.size()});
}

Json FileJson(const File& file) {
  return {{"path", file.path},
          {"kind", "original"},
          {"source_filename", "a.png"},
          {"bytes", file.content.size()},
          {"sha256", Sha256Hex(AsBytes(file.content))}};
}

Json ManifestOf(const std::vector<File>& files) {
  Json manifest = {{"_id", "65f0"},
                   {"model_id", "cellpose_default"},
                   {"provenance", {{"version", "1"}}},
                   {"results", {{{"source_filename", "a.png"}, {"status", "completed"}, {"objects", 3}}}},
                   {"files", Json::array()}};
  for (const File& file : files) manifest["files"].push_back(FileJson(file));
  return manifest;
}

const std::vector<File> kFiles = {{"a/a.png", "pixels"}, {"a/a_cp_masks.png", "labels"}, {"b/empty", ""}};

/// The faults of an archive of `entries` with the manifest of kFiles.
std::vector<std::string> Faults(std::vector<File> entries) {
  entries.insert(entries.begin(), {"manifest.json", ManifestOf(kFiles).dump()});
  std::vector<std::string> faults;
  const std::string bytes = Zip(entries);
  MemorySource source{AsBytes(bytes)};
  const Result<ZipReader> archive = ZipReader::Open(source);
  EXPECT_TRUE(archive);
  const Result<Manifest> manifest = ReadManifest(*archive);
  EXPECT_TRUE(manifest) << manifest.error().message;
  const Result<ArchiveCheck> check = CheckArchive(*archive, *manifest, {});
  EXPECT_TRUE(check);
  for (const EntryProblem& problem : check->problems) {
    faults.push_back(std::string(EntryFaultName(problem.fault)) + " " + problem.entry);
  }
  return faults;
}

TEST(CheckArchive, FindsNothingWrongWithWhatIsWhole) {
  EXPECT_THAT(Faults(kFiles), IsEmpty());
  std::vector<File> with_folder = kFiles;
  with_folder.push_back({"a/", ""});
  EXPECT_THAT(Faults(with_folder), IsEmpty());
}

TEST(CheckArchive, NamesEachEntryAndItsFault) {
  EXPECT_THAT(Faults({kFiles[0], kFiles[1]}), ElementsAre("missing b/empty"));
  EXPECT_THAT(Faults({kFiles[0], {"a/renamed.png", "labels"}, kFiles[2]}),
              ElementsAre("missing a/a_cp_masks.png", "extra a/renamed.png"));
  EXPECT_THAT(Faults({kFiles[0], {"a/a_cp_masks.png", "LABELS"}, kFiles[2]}), ElementsAre("differs a/a_cp_masks.png"));
  EXPECT_THAT(Faults({kFiles[0], {"a/a_cp_masks.png", "label"}, kFiles[2]}), ElementsAre("differs a/a_cp_masks.png"));
  EXPECT_THAT(Faults({kFiles[0], kFiles[1], kFiles[2], {"b/more", "x"}}), ElementsAre("extra b/more"));
}

TEST(CheckArchive, ADamagedEntryDoesNotHideTheOthers) {
  std::vector<File> entries = kFiles;
  entries.insert(entries.begin(), {"manifest.json", ManifestOf(kFiles).dump()});
  entries.back() = {"b/other", "x"};
  std::string bytes = Zip(entries);
  bytes[bytes.find("pixels")] ^= 1;
  MemorySource source{AsBytes(bytes)};
  const ZipReader archive = *ZipReader::Open(source);
  const ArchiveCheck check = *CheckArchive(archive, *ReadManifest(archive), {});
  ASSERT_EQ(check.problems.size(), 3U);
  EXPECT_EQ(check.problems[0].fault, EntryFault::kDamaged);
  EXPECT_THAT(check.problems[0].detail, HasSubstr("the content of member 'a/a.png' has changed"));
  EXPECT_EQ(check.problems[1].fault, EntryFault::kMissing);
  EXPECT_EQ(check.problems[2].fault, EntryFault::kExtra);
}

TEST(CheckArchive, StopsOnRequest) {
  std::vector<File> entries = kFiles;
  entries.insert(entries.begin(), {"manifest.json", ManifestOf(kFiles).dump()});
  const std::string bytes = Zip(entries);
  MemorySource source{AsBytes(bytes)};
  const ZipReader archive = *ZipReader::Open(source);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(CheckArchive(archive, *ReadManifest(archive), stop.get_token()).error().code, ErrorCode::kCancelled);
}

TEST(CheckExpansion, RefusesBombs) {
  const std::string bytes = Zip(kFiles);
  MemorySource source{AsBytes(bytes)};
  const ZipReader archive = *ZipReader::Open(source);
  EXPECT_TRUE(CheckExpansion(archive, bytes.size()));
  // A directory that claims two gigabytes for six bytes: what the reader would refuse once it comes to the entry.
  std::string bomb = bytes;
  const std::size_t record = bomb.find("PK\1\2");
  bomb.replace(record + 24, 4, std::string("\0\0\0\x80", 4));
  MemorySource bomb_source{AsBytes(bomb)};
  const Status status = CheckExpansion(*ZipReader::Open(bomb_source), bomb.size());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kTooLarge);
}

std::string ParseError(Json manifest) {
  const Result<Manifest> parsed = ParseManifest(manifest.dump());
  return parsed ? "" : parsed.error().message;
}

TEST(ParseManifest, ReadsWhatIsThere) {
  const Manifest manifest = *ParseManifest(ManifestOf(kFiles).dump());
  EXPECT_EQ(manifest.inference_id, "65f0");
  EXPECT_EQ(manifest.files.size(), 3U);
  EXPECT_EQ(manifest.files[1].path, "a/a_cp_masks.png");
  EXPECT_EQ(manifest.files[1].bytes, 6U);
  ASSERT_EQ(manifest.images.size(), 1U);
  EXPECT_TRUE(manifest.images[0].completed);
  EXPECT_EQ(manifest.images[0].objects, 3U);
}

TEST(ParseManifest, SaysWhatIsWrong) {
  EXPECT_THAT(ParseManifest("{").error().message, HasSubstr("it is not JSON"));
  EXPECT_THAT(ParseManifest("[]").error().message, HasSubstr("not a JSON object"));
  Json json = ManifestOf(kFiles);
  json["files"][1]["sha256"] = "xyz";
  EXPECT_THAT(ParseError(json), HasSubstr("files[1].sha256"));
  json = ManifestOf(kFiles);
  json["files"][2]["bytes"] = -1;
  EXPECT_THAT(ParseError(json), HasSubstr("files[2].bytes"));
  json = ManifestOf({kFiles[0], kFiles[0]});
  EXPECT_THAT(ParseError(json), HasSubstr("it names 'a/a.png' twice"));
  json = ManifestOf({{"manifest.json", "x"}});
  EXPECT_THAT(ParseError(json), HasSubstr("it names 'manifest.json' twice"));
  for (const char* member : {"_id", "model_id", "provenance", "files", "results"}) {
    json = ManifestOf(kFiles);
    json.erase(member);
    EXPECT_THAT(ParseError(json), HasSubstr(member)) << member;
    json[member] = 1;
    EXPECT_THAT(ParseError(json), HasSubstr(member)) << member;
  }
}

TEST(ReadManifest, OfAnArchiveWithoutOneOrWithOneThatIsTooLong) {
  const std::string without = Zip(kFiles);
  MemorySource source{AsBytes(without)};
  EXPECT_THAT(ReadManifest(*ZipReader::Open(source)).error().message, HasSubstr("the archive has none"));
  const std::string bytes = Zip({{"manifest.json", std::string(2 << 20, ' ')}});
  MemorySource longer{AsBytes(bytes)};
  EXPECT_EQ(ReadManifest(*ZipReader::Open(longer)).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace intelliclinix::api
