#include <atomic>
#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using records::Task;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_P(StoreContract, FinishesAnInferenceWhenItsLastTaskEnded) {
  const Inference inference = PutJob(2, owner_);
  const Task first = Claim().value();
  const Task second = Claim().value();
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  records::ImageResult failed = Failed(second);
  failed.timings_ms = {{"decode", 1.0}, {"network", 2.5}};
  ASSERT_TRUE(store().CommitTask(LeaseOf(second), failed).value());
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  records::ImageResult result = Completed(first);
  result.warnings = {"It is dark."};
  result.timings_ms = {{"network", 10.0}, {"masks", 4.0}};
  result.artifacts = {{"label_mask", ObjectId::Generate(), "a_cp_masks.png", "image/png", 7, std::string(64, 'f')}};
  ASSERT_TRUE(store().CommitTask(LeaseOf(first), result).value());

  const TimePoint at = clock_.Now() + std::chrono::seconds(9);
  EXPECT_TRUE(store().FinishInference(inference.id, {{"version", "1"}, {"host", "a"}}, at).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_EQ(ended.finished_at, at);
  EXPECT_EQ(ended.provenance.dump(),
            R"({"version":"1","host":"a","timings_ms":{"network":12.5,"masks":4.0,"decode":1.0}})");
  EXPECT_FALSE(ended.error.has_value());
  EXPECT_EQ(ended.progress.images_done, 2);
  ASSERT_EQ(ended.results.size(), 2u);
  EXPECT_EQ(ended.results[0].source_filename, "image0.tif");
  EXPECT_TRUE(ended.results[0].completed);
  EXPECT_EQ(ended.results[0].original_id, first.source_id);
  EXPECT_EQ(ended.results[0].picture_id, first.picture_id);
  EXPECT_EQ(ended.results[0].objects, 128u);
  EXPECT_EQ(ended.results[0].diameter, 17.25);
  EXPECT_THAT(ended.results[0].warnings, ElementsAre("It is dark."));
  EXPECT_EQ(ended.results[0].timings_ms.dump(), R"({"network":10.0,"masks":4.0})");
  ASSERT_EQ(ended.results[0].artifacts.size(), 1u);
  EXPECT_EQ(ended.results[0].artifacts[0].kind, "label_mask");
  EXPECT_EQ(ended.results[0].artifacts[0].blob_id, result.artifacts[0].blob_id);
  EXPECT_EQ(ended.results[0].artifacts[0].filename, "a_cp_masks.png");
  EXPECT_EQ(ended.results[0].artifacts[0].content_type, "image/png");
  EXPECT_EQ(ended.results[0].artifacts[0].bytes, 7u);
  EXPECT_EQ(ended.results[0].artifacts[0].sha256, std::string(64, 'f'));
  EXPECT_FALSE(ended.results[1].completed);
  EXPECT_EQ(ended.results[1].error.value().detail, "It has no pixels.");
}

TEST_P(StoreContract, AnInferenceFailsWhenEveryImageFailed) {
  const Inference inference = PutJob(2, owner_);
  ClaimAndCommit(false);
  ClaimAndCommit(false);
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.error.value().code, "runner_error");
  EXPECT_THAT(ended.error.value().detail, HasSubstr("It has no pixels."));
  EXPECT_EQ(ended.notes, ended.error.value().detail);
  EXPECT_EQ(ended.results.size(), 2u);
}

TEST_P(StoreContract, AnInferenceThatEndedStaysAsItIs) {
  const Inference inference = PutJob(1, owner_);
  ClaimAndCommit();
  const TimePoint at = clock_.Now();
  ASSERT_TRUE(store().FinishInference(inference.id, {{"version", "1"}}, at).value());
  EXPECT_FALSE(store().FinishInference(inference.id, {{"version", "2"}}, at + std::chrono::seconds(1)).value());
  EXPECT_FALSE(store().FailInference(inference.id, {"cancelled", "Stopped."}, at + std::chrono::seconds(1)).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_EQ(ended.provenance["version"], "1");
  EXPECT_EQ(ended.finished_at, at);
  EXPECT_FALSE(ended.error.has_value());
}

TEST_P(StoreContract, FinishesOnlyWhatWasDispatched) {
  const Inference inference = PutInference(PutDataset(owner_));
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_FALSE(store().FinishInference(ObjectId::Generate(), Json::object(), clock_.Now()).value());
  EXPECT_EQ(store().LoadInference(inference.id).value().status, InferenceStatus::kQueued);
}

TEST_P(StoreContract, AnInferenceOfNoImagesIsCompleted) {
  const Inference inference = PutJob(0, owner_);
  EXPECT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(store().LoadInference(inference.id).value().status, InferenceStatus::kCompleted);
}

TEST_P(StoreContract, ListsInferencesWhoseEndWasCutShort) {
  const Inference oldest = PutJob(1, owner_);
  ClaimAndCommit();
  const Inference failed = PutJob(1, owner_);
  ClaimAndCommit(false);
  const Inference newest = PutJob(1, owner_);
  ClaimAndCommit();
  PutJob(1, owner_);
  PutInference(PutDataset(owner_));
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), ElementsAre(oldest.id, failed.id, newest.id));
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 2).value(), ElementsAre(oldest.id, failed.id));
  ASSERT_TRUE(store().FinishInference(failed.id, Json::object(), clock_.Now()).value());
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), ElementsAre(oldest.id, newest.id));
}

TEST_P(StoreContract, OneOfManyFinishesAnInference) {
  for (int round = 0; round < 10; ++round) {
    const Inference inference = PutJob(1, owner_);
    ClaimAndCommit();
    std::atomic<int> finished = 0;
    std::atomic<int> winner = -1;
    Race(8, [&](int thread) {
      if (!store().FinishInference(inference.id, {{"thread", thread}}, clock_.Now()).value()) return;
      ++finished;
      winner = thread;
    });
    EXPECT_EQ(finished, 1);
    EXPECT_EQ(store().LoadInference(inference.id).value().provenance["thread"], winner.load());
  }
}

TEST_P(StoreContract, WorkersThatEndTasksTogetherFinishTheInferenceOnce) {
  const Inference inference = PutJob(24, owner_);
  std::atomic<int> finished = 0;
  Race(8, [&](int thread) {
    const std::string worker = "w" + std::to_string(thread);
    for (auto task = Claim(worker); task; task = Claim(worker)) {
      EXPECT_TRUE(store().CommitTask(LeaseOf(*task), Completed(*task)).value());
      finished += store().FinishInference(inference.id, Json::object(), clock_.Now()).value();
    }
  });
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(Whole(inference.id).results.size(), 24u);
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), IsEmpty());
}

}  // namespace
}  // namespace intelliclinix::store
