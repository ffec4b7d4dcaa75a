#include "store/sqlite/migrations.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class MigrationsTest : public SqliteFixture {
 protected:
  /// A database that the store finds when it opens its folder.
  void MakeDatabase(const std::string& script) const {
    std::filesystem::create_directory(folder());
    Database database = Database::Open(database_path(), Database::Access::kWrite).value();
    ASSERT_TRUE(database.Execute(script).has_value());
  }

  std::int64_t Query(const char* sql) const {
    Database database = Database::Open(database_path(), Database::Access::kRead).value();
    return database.QueryInt(sql).value();
  }

  void Overwrite(std::int64_t offset, std::size_t bytes) const {
    std::fstream file(database_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset) << std::string(bytes, '\x5a');
  }

  /// Opening fails as `code`, says `reason` and where, and leaves the database as it is.
  void ExpectRefused(ErrorCode code, const std::string& reason) const {
    const std::string before = Slurp(database_path());
    const auto refused = Open();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, code);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr(reason), HasSubstr(database_path())));
    EXPECT_EQ(Slurp(database_path()), before);
  }
};

TEST_F(MigrationsTest, BringsANewDatabaseToTheNewestVersion) {
  ASSERT_TRUE(Open().has_value());
  EXPECT_EQ(Query("PRAGMA user_version"), SchemaVersion());
  EXPECT_EQ(Query("PRAGMA application_id"), 0x49434C58);
  EXPECT_EQ(Query("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
}

TEST_F(MigrationsTest, BringsAnEmptyDatabaseOfVersion0ToTheNewestVersion) {
  MakeDatabase("CREATE TABLE t (a); DROP TABLE t");
  ASSERT_EQ(Query("PRAGMA user_version"), 0);
  const auto store = Open().value();
  EXPECT_EQ(Query("PRAGMA user_version"), SchemaVersion());
  EXPECT_TRUE(store->InsertUser(MakeUser("Ada")).has_value());
}

TEST_F(MigrationsTest, NotesWhatIsPointedToInAnOlderDatabase) {
  ObjectId source;
  ObjectId loose;
  {
    const auto store = Open().value();
    source = PutBlob(*store, "image").value().id;
    loose = PutBlob(*store, "loose").value().id;
    records::Dataset dataset;
    dataset.id = ObjectId::Generate();
    dataset.files.emplace_back().blob_id = source;
    ASSERT_TRUE(store->InsertDataset(dataset).has_value());
  }
  MakeDatabase(
      "DROP TABLE corrections; DROP INDEX loose_blobs; ALTER TABLE blobs DROP COLUMN kept; DROP INDEX running_tasks; "
      "ALTER TABLE tasks DROP COLUMN process; ALTER TABLE tasks DROP COLUMN axes; DROP TABLE models; "
      "ALTER TABLE inferences DROP COLUMN images; ALTER TABLE inferences DROP COLUMN model_imported; "
      "PRAGMA user_version = 2");
  const auto store = Open().value();
  clock_.Advance(std::chrono::hours(1));
  EXPECT_THAT(store->ListOrphans(clock_.Now(), 10).value(), testing::ElementsAre(loose));
}

TEST_F(MigrationsTest, TasksOfAnOlderDatabaseGetTheAxesOfTheirImages) {
  {
    const auto store = Open().value();
    records::Dataset dataset;
    dataset.id = ObjectId::Generate();
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    std::vector<records::Task> tasks(2);
    dataset.files.resize(2);
    for (int i = 0; i < 2; ++i) {
      records::Task& task = tasks[static_cast<std::size_t>(i)];
      records::SourceFile& file = dataset.files[static_cast<std::size_t>(i)];
      task.id = ObjectId::Generate();
      task.position = i;
      task.source_id = file.blob_id = ObjectId::Generate();
      file.image.axes = i == 0 ? "ZYX" : "";
    }
    ASSERT_TRUE(store->InsertDataset(dataset).has_value());
    ASSERT_TRUE(store->InsertInference(inference).has_value());
    ASSERT_TRUE(store->InsertTasks(inference.id, tasks).has_value());
  }
  MakeDatabase(
      "ALTER TABLE tasks DROP COLUMN axes; DROP TABLE models; ALTER TABLE inferences DROP COLUMN images; "
      "ALTER TABLE inferences DROP COLUMN model_imported; PRAGMA user_version = 4");
  const auto store = Open().value();
  EXPECT_EQ(store->ClaimTask({.worker = "w", .now = clock_.Now()}).value().value().axes, "ZYX");
  EXPECT_EQ(store->ClaimTask({.worker = "w", .now = clock_.Now()}).value().value().axes, "");
}

TEST_F(MigrationsTest, DoesNothingToADatabaseOfTheNewestVersion) {
  ASSERT_TRUE(Open().value()->InsertUser(MakeUser("Ada")).has_value());
  const std::string before = Slurp(database_path());
  EXPECT_EQ(Open().value()->FindUser("ada").value().username, "Ada");
  EXPECT_EQ(Slurp(database_path()), before);
}

TEST_F(MigrationsTest, UndoesAStepThatFails) {
  MakeDatabase("PRAGMA application_id = 0x49434C58; CREATE TABLE blobs (a)");
  EXPECT_FALSE(Open().has_value());
  EXPECT_EQ(Query("PRAGMA user_version"), 0);
  EXPECT_EQ(Query("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(MigrationsTest, RefusesADatabaseOfANewerVersion) {
  ASSERT_TRUE(Open().has_value());
  MakeDatabase("PRAGMA user_version = 99");
  ExpectRefused(ErrorCode::kConflict, "newer IntelliClinix (database version 99");
}

TEST_F(MigrationsTest, RefusesADatabaseOfAnotherProgram) {
  MakeDatabase("CREATE TABLE songs (title TEXT)");
  ExpectRefused(ErrorCode::kConflict, "another program");
  EXPECT_EQ(Query("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'"), 1);
}

TEST_F(MigrationsTest, RefusesAnEmptyDatabaseThatAnotherProgramMarked) {
  MakeDatabase("PRAGMA application_id = 42");
  ExpectRefused(ErrorCode::kConflict, "another program");
}

TEST_F(MigrationsTest, RefusesAFileThatIsNoDatabase) {
  std::filesystem::create_directory(folder());
  std::ofstream(database_path()) << std::string(10'000, 'x');
  ExpectRefused(ErrorCode::kInternal, "damaged");
}

TEST_F(MigrationsTest, RefusesADatabaseWhoseBeginningIsDamaged) {
  ASSERT_TRUE(Open().has_value());
  Overwrite(100, 3996);
  ExpectRefused(ErrorCode::kInternal, "damaged");
}

TEST_F(MigrationsTest, SaysWhenADatabaseIsDamagedBehindItsBeginning) {
  ASSERT_TRUE(Open().value()->InsertUser(MakeUser("Ada")).has_value());
  const std::int64_t page = Query("SELECT rootpage FROM sqlite_schema WHERE name = 'users'");
  Overwrite((page - 1) * 4096, 4096);
  const auto store = Open();
  ASSERT_TRUE(store.has_value());
  const auto damaged = (*store)->FindUser("ada");
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, ErrorCode::kInternal);
  EXPECT_THAT(damaged.error().message, HasSubstr("damaged"));
  EXPECT_TRUE(PutBlob(**store, "pixels").has_value());
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
