#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ObjectId> Ids(const Page<Inference>& page) {
  std::vector<ObjectId> ids;
  for (const Inference& inference : page.items) ids.push_back(inference.id);
  return ids;
}

TEST_P(StoreContract, KeepsAllOfAnInference) {
  const records::Dataset dataset = PutDataset(owner_);
  Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = owner_;
  inference.params = {{"z", 1}, {"diameter", 17.5}, {"channels", {0, 0}}, {"name", "ä"}, {"none", nullptr}};
  inference.model_id = "cellpose_default";
  inference.runner_name = "cellpose";
  inference.created_at = clock_.Now();
  inference.provenance = {{"version", "1.0"}};
  ASSERT_TRUE(store().InsertInference(inference).has_value());

  const Inference kept = store().GetInference(owner_, inference.id).value();
  EXPECT_EQ(kept.id, inference.id);
  EXPECT_EQ(kept.dataset_id, dataset.id);
  EXPECT_EQ(kept.owner_id, owner_);
  EXPECT_EQ(kept.params.dump(), inference.params.dump());
  EXPECT_EQ(kept.model_id, "cellpose_default");
  EXPECT_EQ(kept.runner_name, "cellpose");
  EXPECT_EQ(kept.status, InferenceStatus::kQueued);
  EXPECT_FALSE(kept.dispatched);
  EXPECT_FALSE(kept.archived);
  EXPECT_EQ(kept.created_at, clock_.Now());
  EXPECT_EQ(kept.started_at, std::nullopt);
  EXPECT_EQ(kept.finished_at, std::nullopt);
  EXPECT_EQ(kept.notes, "");
  EXPECT_FALSE(kept.error.has_value());
  EXPECT_EQ(kept.provenance, inference.provenance);
  EXPECT_EQ(kept.progress.images_total, 0);
  EXPECT_THAT(kept.results, IsEmpty());
}

TEST_P(StoreContract, TakesInferencesOnlyOverDatasetsOfTheirOwner) {
  Inference inference;
  inference.id = ObjectId::Generate();
  inference.owner_id = stranger_;
  inference.dataset_id = PutDataset(owner_).id;
  const Status theirs = store().InsertInference(inference);
  inference.dataset_id = ObjectId::Generate();
  const Status unknown = store().InsertInference(inference);
  ASSERT_EQ(CodeOf(theirs), ErrorCode::kNotFound);
  ASSERT_EQ(CodeOf(unknown), ErrorCode::kNotFound);
  EXPECT_EQ(theirs.error().message, unknown.error().message);
  EXPECT_EQ(CodeOf(store().LoadInference(inference.id)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, RefusesAnInferenceIdThatIsTaken) {
  Inference inference = PutInference(PutDataset(owner_));
  inference.model_id = "other";
  EXPECT_EQ(CodeOf(store().InsertInference(inference)), ErrorCode::kConflict);
  EXPECT_EQ(store().LoadInference(inference.id).value().model_id, "cellpose_default");
}

TEST_P(StoreContract, HidesInferencesFromOthers) {
  const Inference inference = PutInference(PutDataset(owner_));
  const auto theirs = store().GetInference(stranger_, inference.id);
  const auto unknown = store().GetInference(stranger_, ObjectId::Generate());
  ASSERT_EQ(CodeOf(theirs), ErrorCode::kNotFound);
  EXPECT_EQ(theirs.error().message, unknown.error().message);
  EXPECT_THAT(store().ListInferences(stranger_, {}, {}).value().items, IsEmpty());
  EXPECT_EQ(CodeOf(store().DeleteInference(stranger_, inference.id)), ErrorCode::kNotFound);
  EXPECT_EQ(store().LoadInference(inference.id).value().id, inference.id);
}

TEST_P(StoreContract, ListsInferencesInPagesWithoutResults) {
  const Inference done = PutJob(1, owner_);
  ClaimAndCommit();
  ASSERT_TRUE(store().FinishInference(done.id, Json::object(), clock_.Now()).value());
  ASSERT_EQ(Whole(done.id).results.size(), 1u);
  const Inference middle = PutJob(3, owner_);
  const Inference newest = PutJob(1, owner_);

  const auto first = store().ListInferences(owner_, {}, {.limit = 2}).value();
  EXPECT_THAT(Ids(first), ElementsAre(newest.id, middle.id));
  EXPECT_EQ(first.items[1].progress.images_total, 3);
  PutJob(1, owner_);
  const auto last = store().ListInferences(owner_, {}, {.limit = 2, .after = first.next_after}).value();
  EXPECT_THAT(Ids(last), ElementsAre(done.id));
  EXPECT_EQ(last.next_after, std::nullopt);
  EXPECT_EQ(last.items[0].status, InferenceStatus::kCompleted);
  EXPECT_THAT(last.items[0].results, IsEmpty());
  EXPECT_EQ(last.items[0].progress.images_done, 1);
}

TEST_P(StoreContract, FiltersInferencesByAllConditionsTogether) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference queued = PutInference(dataset);
  const Inference failed = PutInference(dataset);
  ASSERT_TRUE(store().FailInference(failed.id, {"cancelled", "Stopped."}, clock_.Now()).value());
  ASSERT_EQ(store().ArchiveInferences(owner_, {failed.id}, true).value().modified, 1);
  const Inference elsewhere = PutInference(PutDataset(owner_));

  const auto list = [this](const InferenceFilter& filter) {
    return Ids(store().ListInferences(owner_, filter, {}).value());
  };
  EXPECT_THAT(list({}), ElementsAre(elsewhere.id, failed.id, queued.id));
  EXPECT_THAT(list({.dataset_id = dataset.id}), ElementsAre(failed.id, queued.id));
  EXPECT_THAT(list({.model_id = "cellpose_default"}), ElementsAre(elsewhere.id, failed.id, queued.id));
  EXPECT_THAT(list({.model_id = "unet"}), IsEmpty());
  EXPECT_THAT(list({.status = InferenceStatus::kFailed}), ElementsAre(failed.id));
  EXPECT_THAT(list({.archived = true}), ElementsAre(failed.id));
  EXPECT_THAT(list({.archived = false}), ElementsAre(elsewhere.id, queued.id));
  EXPECT_THAT(list({.dataset_id = dataset.id, .status = InferenceStatus::kQueued, .archived = false}),
              ElementsAre(queued.id));
  EXPECT_THAT(list({.dataset_id = elsewhere.dataset_id, .archived = true}), IsEmpty());
}

TEST_P(StoreContract, PagesThroughFilteredInferences) {
  const records::Dataset dataset = PutDataset(owner_);
  std::vector<ObjectId> archived;
  for (int i = 0; i < 6; ++i) {
    const Inference inference = PutInference(dataset);
    if (i % 2 == 0) archived.push_back(inference.id);
  }
  ASSERT_EQ(store().ArchiveInferences(owner_, archived, true).value().modified, 3);
  const auto first = store().ListInferences(owner_, {.archived = true}, {.limit = 2}).value();
  EXPECT_THAT(Ids(first), ElementsAre(archived[2], archived[1]));
  const auto last = store().ListInferences(owner_, {.archived = true}, {.limit = 2, .after = first.next_after}).value();
  EXPECT_THAT(Ids(last), ElementsAre(archived[0]));
  EXPECT_EQ(last.next_after, std::nullopt);
}

TEST_P(StoreContract, CountsWhatItArchives) {
  const records::Dataset dataset = PutDataset(owner_);
  const ObjectId first = PutInference(dataset).id;
  const ObjectId second = PutInference(dataset).id;
  const ObjectId theirs = PutInference(PutDataset(stranger_)).id;

  auto counts = store().ArchiveInferences(owner_, {first, first, theirs, ObjectId::Generate()}, true).value();
  EXPECT_EQ(counts.matched, 1);
  EXPECT_EQ(counts.modified, 1);
  counts = store().ArchiveInferences(owner_, {first, second}, true).value();
  EXPECT_EQ(counts.matched, 2);
  EXPECT_EQ(counts.modified, 1);
  counts = store().ArchiveInferences(owner_, {first, second}, false).value();
  EXPECT_EQ(counts.modified, 2);
  counts = store().ArchiveInferences(owner_, {}, true).value();
  EXPECT_EQ(counts.matched, 0);
  EXPECT_FALSE(store().LoadInference(theirs).value().archived);
  EXPECT_FALSE(store().LoadInference(first).value().archived);
}

TEST_P(StoreContract, DeletesAnInferenceButNotItsSources) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  const BlobRecord artifact = PutBlob(owner_, "mask", inference.id);
  const Inference other = PutJob(1, owner_);
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
  EXPECT_EQ(CodeOf(store().GetInference(owner_, inference.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().OpenBlob(artifact.id)), ErrorCode::kNotFound);
  EXPECT_EQ(store().CountOpenTasks().value(), 1);
  EXPECT_EQ(Claim().value().inference_id, other.id);
  EXPECT_TRUE(store().GetDataset(owner_, dataset.id).has_value());
  EXPECT_TRUE(store().OpenBlob(dataset.files[0].blob_id).has_value());
  EXPECT_EQ(CodeOf(store().DeleteInference(owner_, inference.id)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, FailsAnInferenceOnce) {
  const Inference inference = PutInference(PutDataset(owner_));
  const TimePoint at = clock_.Now() + std::chrono::seconds(1);
  EXPECT_TRUE(store().FailInference(inference.id, {"unknown_runner", "There is no such runner."}, at).value());
  EXPECT_FALSE(store().FailInference(inference.id, {"cancelled", "Stopped."}, clock_.Now()).value());
  const Inference failed = store().GetInference(owner_, inference.id).value();
  EXPECT_EQ(failed.status, InferenceStatus::kFailed);
  EXPECT_EQ(failed.finished_at, at);
  EXPECT_EQ(failed.notes, "There is no such runner.");
  ASSERT_TRUE(failed.error.has_value());
  EXPECT_EQ(failed.error->code, "unknown_runner");
  EXPECT_EQ(failed.error->detail, "There is no such runner.");
  EXPECT_EQ(CodeOf(store().FailInference(ObjectId::Generate(), {"cancelled", "Stopped."}, at)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, FailsNoInferenceThatHasItsTasks) {
  const Inference inference = PutJob(1, owner_);
  EXPECT_FALSE(store().FailInference(inference.id, {"unknown_runner", "No such runner."}, clock_.Now()).value());
  EXPECT_EQ(StateOf(inference.id).status, InferenceStatus::kQueued);
  EXPECT_TRUE(Claim().has_value());
}

TEST_P(StoreContract, GivesNoTasksToAnInferenceThatFailed) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().FailInference(inference.id, {"cancelled", "Stopped."}, clock_.Now()).value());
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(store().LoadInference(inference.id).value().status, InferenceStatus::kFailed);
}

TEST_P(StoreContract, ListsInferencesWhoseStartWasCutShort) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference oldest = PutInference(dataset);
  const Inference failed = PutInference(dataset);
  ASSERT_TRUE(store().FailInference(failed.id, {"cancelled", "Stopped."}, clock_.Now()).value());
  PutJob(1, owner_);
  const Inference newest = PutInference(dataset);
  EXPECT_THAT(store().ListUndispatched(10).value(), ElementsAre(oldest.id, newest.id));
  EXPECT_THAT(store().ListUndispatched(1).value(), ElementsAre(oldest.id));
}

}  // namespace
}  // namespace intelliclinix::store
