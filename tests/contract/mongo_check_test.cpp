// Each inconsistency of a MongoDB is made, found, and put right where that can be.
#include <gmock/gmock.h>

#include "mongo_fixture.h"
#include "store/check.h"
#include "store/found_inconsistencies_test.h"

namespace intelliclinix::store {
namespace {

using mongo::Document;
using mongo::Make;
using records::Inference;
using records::Task;
using testing::ElementsAre;
using testing::IsEmpty;
namespace collection = mongo::collection;

/// An inference over one image.
class MongoCheck : public MongoContract {
 protected:
  MongoCheck() { EXPECT_TRUE(store().InsertTasks(inference_.id, TasksOf(inference_, dataset_)).has_value()); }

  /// Runs the task and finishes the inference. The id of its artifact.
  ObjectId Run() {
    const Task task = Claim().value();
    const BlobRecord blob = PutBlob(owner_, "mask", inference_.id);
    records::ImageResult result = Completed(task);
    result.artifacts = {{"label_mask", blob.id, "mask.png", "image/png", blob.bytes, blob.sha256}};
    EXPECT_TRUE(store().CommitTask(LeaseOf(task), result).value());
    EXPECT_TRUE(store().FinishInference(inference_.id, Json::object(), clock_.Now()).value());
    return blob.id;
  }

  ObjectId Correct() { return PutCorrection(inference_, dataset_); }

  /// Changes the only document of a collection behind the store's back.
  void Set(const char* name, const Document& change) {
    EXPECT_EQ(database().UpdateOne(name, {}, Make("$set", change)).value().matched, 1);
  }
  void Remove(const char* name, const Document& filter = {}) { EXPECT_GT(database().Delete(name, filter).value(), 0); }

  std::vector<std::string> Check(bool fix = false) { return FoundIn(store(), clock_.Now(), fix); }
  void ExpectFixed(std::string_view kind) { ExpectFixedIn(store(), clock_.Now(), kind); }

  const records::Dataset dataset_ = PutDataset(owner_);
  const Inference inference_ = PutInference(dataset_);
};

TEST_P(MongoCheck, FindsNothingInASoundStore) {
  EXPECT_THAT(Check(true), IsEmpty());
  Run();
  Correct();
  EXPECT_THAT(Check(true), IsEmpty());
}

TEST_P(MongoCheck, FixesWhatHasLostWhatItBelongsTo) {
  Remove(collection::kDatasets);
  ExpectFixed(inconsistency::kInferenceWithoutDataset);
  EXPECT_EQ(Count(collection::kInferences) + Count(collection::kTasks), 0);
}

TEST_P(MongoCheck, FixesTasksCorrectionsAndKeysWithoutInference) {
  Correct();
  ASSERT_TRUE(database()
                  .Insert(collection::kKeys, Make("_id", ObjectId::Generate(), "owner_id", owner_, "key", "key",
                                                  "inference_id", inference_.id, "created_at", clock_.Now()))
                  .has_value());
  Remove(collection::kInferences);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_THAT(Check(true), ElementsAre("task_without_inference fixed", "correction_without_inference fixed",
                                       "key_without_inference fixed"));
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_P(MongoCheck, FixesContradictionsOfTasksAndInferences) {
  Set(collection::kTasks, Make("progress.tiles_done", 7, "progress.tiles_total", 3));
  ExpectFixed(inconsistency::kProgressContradicts);
  Set(collection::kTasks, Make("state", "completed"));
  ExpectFixed(inconsistency::kTaskContradicts);
  Set(collection::kTasks, Make("state", "sleeping"));
  ExpectFixed(inconsistency::kTaskContradicts);
  Set(collection::kInferences, Make("status", "sleeping"));
  EXPECT_THAT(Check(true), ElementsAre("inference_contradicts fixed", "open_task_of_ended fixed"));
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_EQ(store().RetryFailedImages(owner_, inference_.id).value(), 1);
  Remove(collection::kTasks);
  ExpectFixed(inconsistency::kTasksMissing);
  EXPECT_THAT(store().ListUndispatched(10).value(), ElementsAre(inference_.id));
}

TEST_P(MongoCheck, AnImageWhoseArtifactIsLostCanBeRunAgain) {
  for (const bool whole : {true, false}) {
    const ObjectId artifact = Run();
    if (whole) {
      Remove(collection::kFiles, Make("_id", artifact));
      ExpectFixed(inconsistency::kResultWithoutBlob);
      // Its bytes are an orphan now.
      ASSERT_TRUE(store().DeleteBlob(artifact).has_value());
    } else {
      Remove(collection::kChunks, Make("files_id", artifact));
      EXPECT_THAT(Check(), ElementsAre("blob_without_bytes"));
      EXPECT_THAT(Check(true), ElementsAre("blob_without_bytes fixed", "result_without_blob fixed"));
      EXPECT_THAT(Check(), IsEmpty());
    }
    EXPECT_EQ(store().RetryFailedImages(owner_, inference_.id).value(), 1);
  }
}

TEST_P(MongoCheck, ASourceImageThatIsLostIsNamed) {
  Remove(collection::kChunks, Make("files_id", dataset_.files[0].blob_id));
  EXPECT_THAT(Check(true), ElementsAre("blob_without_bytes"));
  Remove(collection::kFiles, Make("_id", dataset_.files[0].blob_id));
  const std::vector<Inconsistency> found = store().Check({.fix = true, .now = clock_.Now()}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, inconsistency::kDatasetWithoutBlob);
  EXPECT_EQ(found[0].id, dataset_.id);
  EXPECT_THAT(found[0].sentence, testing::HasSubstr("'a.tif'"));
  EXPECT_FALSE(found[0].fixed);
}

TEST_P(MongoCheck, ACorrectionWithoutItsLabelsGoes) {
  Run();
  ASSERT_TRUE(store().DeleteBlob(Correct()).has_value());
  ExpectFixed(inconsistency::kCorrectionWithoutBlob);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Store, MongoCheck, testing::Values(MongoKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace intelliclinix::store
