// Each inconsistency is made, found, and put right where that can be.
#include "store/check.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "store/found_inconsistencies_test.h"
#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CheckTest : public SqliteFixture {
 protected:
  CheckTest() {
    dataset_.id = ObjectId::Generate();
    dataset_.owner_id = owner_;
    dataset_.files.resize(1);
    dataset_.files[0].blob_id = PutBlob(*store_, "image").value().id;
    dataset_.files[0].filename = "a.png";
    EXPECT_TRUE(store_->InsertDataset(dataset_).has_value());
    inference_.id = ObjectId::Generate();
    inference_.owner_id = owner_;
    inference_.dataset_id = dataset_.id;
    EXPECT_TRUE(store_->InsertInference(inference_).has_value());
    records::Task task;
    task.id = ObjectId::Generate();
    task.owner_id = owner_;
    task.filename = "a.png";
    EXPECT_TRUE(store_->InsertTasks(inference_.id, {task}).has_value());
  }

  /// Runs the task, and finishes the inference if `finish`. The id of its artifact.
  ObjectId Run(bool finish) {
    const records::Task task = store_->ClaimTask({.worker = "w", .now = clock_.Now()}).value().value();
    const auto writer = store_
                            ->CreateBlob({.owner_id = owner_,
                                          .filename = "mask.png",
                                          .content_type = "image/png",
                                          .inference_id = inference_.id,
                                          .source_id = {}})
                            .value();
    EXPECT_TRUE(writer->Write(AsBytes("mask")).has_value());
    const BlobRecord blob = writer->Commit().value();
    records::ImageResult result;
    result.source_filename = "a.png";
    result.completed = true;
    result.artifacts = {{"label_mask", blob.id, "mask.png", "image/png", blob.bytes, blob.sha256}};
    EXPECT_TRUE(store_->CommitTask({task.id, inference_.id, "w", task.attempt}, result).value());
    if (finish) {
      EXPECT_TRUE(store_->FinishInference(inference_.id, Json::object(), clock_.Now()).value());
    }
    return blob.id;
  }

  /// Breaks the database behind the store's back.
  void Break(const std::string& sql) const {
    Database database = Database::Open(database_path(), Database::Access::kWrite).value();
    const Status done = database.Execute("PRAGMA foreign_keys = OFF; " + sql);
    EXPECT_TRUE(done.has_value()) << done.error().message;
  }

  std::vector<std::string> Check(bool fix = false) { return FoundIn(*store_, clock_.Now(), fix); }
  void ExpectFixed(std::string_view kind) { ExpectFixedIn(*store_, clock_.Now(), kind); }

  std::string BlobPath(ObjectId id) const {
    return folder() + "/blobs/" + id.ToString().substr(22) + "/" + id.ToString();
  }

  std::unique_ptr<SqliteStore> store_ = Open().value();
  records::Dataset dataset_;
  records::Inference inference_;
};

TEST_F(CheckTest, FindsNothingInASoundStore) {
  EXPECT_THAT(Check(), IsEmpty());
  Run(true);
  EXPECT_THAT(Check(true), IsEmpty());
}

TEST_F(CheckTest, FixesWhatHasLostWhatItBelongsTo) {
  Break("DELETE FROM datasets");
  EXPECT_THAT(Check(true), ElementsAre("inference_without_dataset fixed", "reference_misnoted fixed"));
  EXPECT_FALSE(store_->LoadInference(inference_.id).has_value());
}

TEST_F(CheckTest, FixesTasksAndKeysWithoutInference) {
  Break("DELETE FROM inferences");
  ExpectFixed(inconsistency::kTaskWithoutInference);
  Break("INSERT INTO idempotency_keys VALUES (x'00', 'key', 'body', x'000102030405060708090a0b', 0)");
  ExpectFixed(inconsistency::kKeyWithoutInference);
}

TEST_F(CheckTest, FixesContradictionsOfTasksAndInferences) {
  Break("UPDATE tasks SET tiles_done = 7, tiles_total = 3");
  ExpectFixed(inconsistency::kProgressContradicts);
  Break("UPDATE tasks SET state = 'completed'");
  ExpectFixed(inconsistency::kTaskContradicts);
  Break("UPDATE tasks SET state = 'sleeping'");
  ExpectFixed(inconsistency::kTaskContradicts);
  Break("UPDATE inferences SET status = 'sleeping'");
  EXPECT_THAT(Check(true), ElementsAre("inference_contradicts fixed", "open_task_of_ended fixed"));
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_EQ(store_->RetryFailedImages(owner_, inference_.id).value(), 1);
  Break("DELETE FROM tasks");
  ExpectFixed(inconsistency::kTasksMissing);
  EXPECT_THAT(store_->ListUndispatched(10).value(), ElementsAre(inference_.id));
}

TEST_F(CheckTest, FixesOpenTasksOfWhatHasEnded) {
  Break("UPDATE inferences SET status = 'completed', finished_at = 1");
  ExpectFixed(inconsistency::kOpenTaskOfEnded);
  EXPECT_EQ(store_->RetryFailedImages(owner_, inference_.id).value(), 1);
}

TEST_F(CheckTest, AnImageWhoseArtifactIsLostCanBeRunAgain) {
  for (const bool whole : {true, false}) {
    const ObjectId artifact = Run(true);
    if (whole) {
      std::filesystem::remove(BlobPath(artifact));
    } else {
      std::filesystem::resize_file(BlobPath(artifact), 2);
    }
    EXPECT_THAT(Check(), ElementsAre("blob_without_bytes"));
    EXPECT_THAT(Check(true), ElementsAre("blob_without_bytes fixed", "result_without_blob fixed"));
    EXPECT_THAT(Check(), IsEmpty());
    EXPECT_EQ(store_->RetryFailedImages(owner_, inference_.id).value(), 1);
  }
}

TEST_F(CheckTest, ASourceImageThatIsLostIsNamed) {
  std::filesystem::remove(BlobPath(dataset_.files[0].blob_id));
  EXPECT_THAT(Check(true), ElementsAre("blob_without_bytes"));
  Break("DELETE FROM blobs");
  const std::vector<Inconsistency> found = store_->Check({.fix = true, .now = clock_.Now()}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, inconsistency::kDatasetWithoutBlob);
  EXPECT_EQ(found[0].id, dataset_.id);
  EXPECT_THAT(found[0].sentence, testing::HasSubstr("'a.png'"));
  EXPECT_FALSE(found[0].fixed);
}

TEST_F(CheckTest, FixesTheNotesOfWhatIsPointedTo) {
  const ObjectId artifact = Run(true);
  Break("UPDATE blobs SET kept = 0");
  EXPECT_THAT(Check(true), ElementsAre("reference_misnoted fixed", "reference_misnoted fixed"));
  EXPECT_THAT(Check(), IsEmpty());
  clock_.Advance(2 * kOrphanAge);
  EXPECT_THAT(store_->ListOrphans(clock_.Now(), 10).value(), IsEmpty());
  EXPECT_TRUE(store_->OpenBlob(artifact).has_value());
}

TEST_F(CheckTest, RemovesOrphansOfADayAgo) {
  const ObjectId loose = PutBlob(*store_, "loose").value().id;
  EXPECT_THAT(Check(), IsEmpty());
  clock_.Advance(kOrphanAge + std::chrono::milliseconds(1));
  ExpectFixed(inconsistency::kOrphan);
  EXPECT_FALSE(store_->OpenBlob(loose).has_value());
}

TEST_F(CheckTest, FindsFilesWithoutARow) {
  const ObjectId unknown = ObjectId::Generate();
  std::filesystem::create_directories(std::filesystem::path(BlobPath(unknown)).parent_path());
  std::ofstream(BlobPath(unknown)) << "nobody knows";
  std::ofstream(folder() + "/blobs/readme") << "not ours";
  const TimePoint now = SystemClock().Now();
  EXPECT_THAT(store_->ListOrphans(now - std::chrono::hours(1), 10).value(), IsEmpty());
  EXPECT_THAT(store_->ListOrphans(now + std::chrono::hours(1), 0).value(), IsEmpty());
  ASSERT_THAT(store_->ListOrphans(now + std::chrono::hours(1), 10).value(), ElementsAre(unknown));
  ASSERT_TRUE(store_->DeleteBlob(unknown).has_value());
  EXPECT_THAT(store_->ListOrphans(now + std::chrono::hours(1), 10).value(), IsEmpty());
}

TEST_F(CheckTest, SaysThatTheDatabaseIsDamaged) {
  store_.reset();
  std::int64_t page = 0;
  {
    Database database = Database::Open(database_path(), Database::Access::kRead).value();
    page = database.QueryInt("SELECT rootpage FROM sqlite_schema WHERE name = 'users'").value();
  }
  std::fstream(database_path(), std::ios::in | std::ios::out | std::ios::binary).seekp((page - 1) * 4096)
      << std::string(4096, 'x');
  store_ = Open().value();
  EXPECT_THAT(Check(true), testing::Contains("database_damaged"));
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
