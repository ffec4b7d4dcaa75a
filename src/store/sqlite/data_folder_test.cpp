#include "store/sqlite/data_folder.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/peak_memory_test.h"
#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

unsigned ModeOf(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST_F(SqliteFixture, KeepsEverythingToItsOwner) {
  const auto store = Open().value();
  const BlobRecord blob = PutBlob(*store, "pixels").value();
  ASSERT_TRUE(store->InsertUser(MakeUser("Ada")).has_value());
  for (const char* name : {"", "/blobs", "/incoming"}) {
    EXPECT_EQ(ModeOf(folder() + name), 0700u) << name;
  }
  EXPECT_EQ(ModeOf(folder() + "/blobs/" + blob.id.ToString().substr(22)), 0700u);
  const std::vector<std::string> files = FilesUnder(folder());
  EXPECT_THAT(files, SizeIs(7));  // the database, its log and index, two locks, the presence, the blob
  for (const std::string& file : files) EXPECT_EQ(ModeOf(file), 0600u) << file;
}

TEST_F(SqliteFixture, MakesTheFoldersAboveItsOwnWithOrdinaryRights) {
  const auto store = SqliteStore::Open({.folder = folder() + "/a/b/"}, clock_).value();
  EXPECT_EQ(ModeOf(folder() + "/a/b"), 0700u);
  EXPECT_EQ(ModeOf(folder() + "/a") & 0700u, 0700u);
  EXPECT_TRUE(std::filesystem::exists(folder() + "/a/b/intelliclinix.db"));
}

TEST_F(SqliteFixture, LeavesTheRightsOfAFolderThatIsThere) {
  std::filesystem::create_directory(folder());
  std::filesystem::permissions(folder(), std::filesystem::perms(0750));
  EXPECT_TRUE(Open().has_value());
  EXPECT_EQ(ModeOf(folder()), 0750u);
  EXPECT_EQ(ModeOf(database_path()), 0600u);
  EXPECT_EQ(ModeOf(folder() + "/blobs"), 0700u);
}

TEST_F(SqliteFixture, MakesNothingWhereAStoreMustExist) {
  const auto refused = SqliteStore::Open({.folder = folder() + "/a", .must_exist = true}, clock_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(refused.error().message, HasSubstr(folder() + "/a"));
  EXPECT_FALSE(std::filesystem::exists(folder() + "/a"));
  ASSERT_TRUE(Open().has_value());
  EXPECT_TRUE(SqliteStore::Open({.folder = folder(), .must_exist = true}, clock_).has_value());
}

TEST_F(SqliteFixture, LooksIntoNoFurtherFoldersOfBlobsWhenItHasEnough) {
  const auto store = Open().value();
  for (const char* const name : {"/blobs/aa", "/blobs/bb", "/blobs/cc"}) {
    std::filesystem::create_directory(folder() + name);
  }
  const auto data = DataFolder::Open(folder()).value();
  int visits = 0;
  ASSERT_TRUE(data->ForEachBlobFolder([&visits](const auto&) -> Result<bool> { return ++visits < 2; }).has_value());
  EXPECT_EQ(visits, 2);
}

TEST_F(SqliteFixture, RefusesAFolderThatCannotBe) {
  std::ofstream(folder()) << "a file";
  const auto refused = Open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr(folder()));
  EXPECT_EQ(Slurp(folder()), "a file");
  EXPECT_EQ(SqliteStore::Open({.folder = ""}, clock_).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SqliteFixture, RefusesAFolderOfAProcessThatSharesWithNobody) {
  ASSERT_TRUE(Open().has_value());
  const int older = open((folder() + "/lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(older, LOCK_EX | LOCK_NB), 0);
  const auto refused = Open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("another IntelliClinix process"));
  close(older);
  EXPECT_TRUE(Open().has_value());
}

TEST_F(SqliteFixture, LeavesNoTraceOfProcessesThatWent) {
  {
    const auto first = Open().value();
    const auto second = Open().value();
    EXPECT_THAT(FilesUnder(folder() + "/processes"), SizeIs(2));
  }
  EXPECT_THAT(FilesUnder(folder() + "/processes"), IsEmpty());
  EXPECT_TRUE(std::filesystem::is_empty(folder() + "/incoming"));
}

TEST_F(SqliteFixture, LeavesAloneWhatAnotherProcessIsWriting) {
  const auto store = Open().value();
  const auto writer = store->CreateBlob({}).value();
  ASSERT_TRUE(writer->Write(AsBytes("pix")).has_value());
  const auto other = Open().value();
  ASSERT_TRUE(other->ListOrphans(clock_.Now(), 10).has_value());
  ASSERT_TRUE(writer->Write(AsBytes("els")).has_value());
  const BlobRecord blob = writer->Commit().value();
  EXPECT_EQ(other->OpenBlob(blob.id).value()->size(), 6u);
}

TEST_F(SqliteFixture, AWriterWithoutCommitLeavesNoFile) {
  const auto store = Open().value();
  {
    const auto writer = store->CreateBlob({}).value();
    ASSERT_TRUE(writer->Write(AsBytes("nobody sees this")).has_value());
    EXPECT_THAT(FilesUnder(folder() + "/incoming"), SizeIs(1));
    EXPECT_THAT(FilesUnder(folder() + "/blobs"), IsEmpty());
  }
  EXPECT_THAT(FilesUnder(folder() + "/incoming"), IsEmpty());
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), IsEmpty());
}

TEST_F(SqliteFixture, RemovesAtStartWhatAnEarlierProcessLeft) {
  ASSERT_TRUE(Open().has_value());
  const std::string dead = ObjectId::Generate().ToString();
  std::filesystem::create_directory(folder() + "/incoming/" + dead);
  std::ofstream(folder() + "/incoming/" + dead + "/0123456789abcdef01234567") << "half of an image";
  std::ofstream(folder() + "/incoming/0123456789abcdef01234567") << "half of one of an older version";
  std::ofstream(folder() + "/processes/" + dead) << "";
  const auto store = Open().value();
  EXPECT_THAT(FilesUnder(folder() + "/incoming"), IsEmpty());
  EXPECT_THAT(FilesUnder(folder() + "/processes"), SizeIs(1));
}

TEST_F(SqliteFixture, RemovesTheFilesOfWhatIsDeleted) {
  const auto store = Open().value();
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = owner_;
  dataset.files.resize(1);
  dataset.files[0].blob_id = PutBlob(*store, "image").value().id;
  dataset.files[0].preview_id = PutBlob(*store, "preview").value().id;
  ASSERT_TRUE(store->InsertDataset(dataset).has_value());
  const ObjectId loose = PutBlob(*store, "loose").value().id;
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), SizeIs(3));
  ASSERT_TRUE(store->DeleteBlob(loose).has_value());
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), SizeIs(2));
  ASSERT_TRUE(store->DeleteDataset(owner_, dataset.id).has_value());
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), IsEmpty());
}

TEST_F(SqliteFixture, ReadsABlobToItsEndAfterItWasDeleted) {
  const auto store = Open().value();
  const BlobRecord blob = PutBlob(*store, "pixels").value();
  const auto source = store->OpenBlob(blob.id).value();
  ASSERT_TRUE(store->DeleteBlob(blob.id).has_value());
  EXPECT_EQ(ReadAll(*source, 100).value().size(), 6u);
}

TEST_F(SqliteFixture, SaysWhichFileIsDamaged) {
  const auto store = Open().value();
  const BlobRecord blob = PutBlob(*store, "pixels").value();
  std::filesystem::resize_file(FilesUnder(folder() + "/blobs").at(0), 3);
  const auto refused = store->OpenBlob(blob.id);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_THAT(refused.error().message, HasSubstr(blob.id.ToString()));
}

TEST_F(SqliteFixture, StreamsALargeFileInLittleMemory) {
  const auto store = Open().value();
  std::vector<std::byte> block(1 << 20, std::byte{7});
  TakePeakMemory();
  const std::uint64_t before = TakePeakMemory();
  const auto writer = store->CreateBlob({}).value();
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(writer->Write(block).has_value());
  const BlobRecord blob = writer->Commit().value();
  const auto source = store->OpenBlob(blob.id).value();
  for (std::uint64_t at = 0; at < blob.bytes; at += block.size()) {
    ASSERT_EQ(source->ReadAt(at, block).value(), block.size());
  }
  EXPECT_LT(TakePeakMemory(), before + (16 << 20));
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
