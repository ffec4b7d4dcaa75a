// Who comes next, how far it is, and requests that come twice.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using records::Task;
using testing::ElementsAre;
using testing::IsEmpty;
using enum InsertOutcome::Kind;

/// Three owners, in the order of their ids.
std::array<ObjectId, 3> Owners() {
  std::array<ObjectId, 3> owners = {ObjectId::Generate(), ObjectId::Generate(), ObjectId::Generate()};
  std::ranges::sort(owners);
  return owners;
}

TEST_P(StoreContract, ServesOwnersInTurnAndTheOldestOfEachFirst) {
  const auto [a, b, c] = Owners();
  const Inference a_old = PutJob(2, a);
  const Inference a_new = PutJob(1, a);
  const Inference c_only = PutJob(1, c);
  const Inference b_old = PutJob(1, b);
  const Inference b_new = PutJob(1, b);
  std::vector<ObjectId> order;
  for (auto task = Claim(); task; task = ClaimAfter(task->owner_id)) order.push_back(task->inference_id);
  EXPECT_THAT(order, ElementsAre(a_old.id, b_old.id, c_only.id, a_old.id, b_new.id, a_new.id));
}

TEST_P(StoreContract, GoesOnWithAnOwnerWhoIsAlone) {
  const auto [a, b, c] = Owners();
  PutJob(2, b);
  EXPECT_TRUE(ClaimAfter(a).has_value());
  EXPECT_TRUE(ClaimAfter(b).has_value());
  EXPECT_EQ(ClaimAfter(c), std::nullopt);
  EXPECT_EQ(ClaimAfter(b), std::nullopt);
}

TEST_P(StoreContract, TakesExpiredLeasesInTheirOwnersTurn) {
  const auto [a, b, c] = Owners();
  PutJob(1, a);
  PutJob(1, b);
  Claim("dead");
  Claim("dead");
  clock_.Advance(std::chrono::seconds(30));
  EXPECT_EQ(ClaimAfter(a).value().owner_id, b);
  EXPECT_EQ(ClaimAfter(c).value().owner_id, a);
  EXPECT_EQ(ClaimAfter(a), std::nullopt);
}

TEST_P(StoreContract, CountsOpenInferencesOfAnOwner) {
  EXPECT_EQ(store().CountOpenInferences(owner_).value(), 0);
  const Inference running = PutJob(1, owner_);
  const Task task = Claim().value();
  PutInference(PutDataset(owner_));
  const Inference failed = PutJob(1, owner_);
  PutJob(1, stranger_);
  EXPECT_EQ(store().CountOpenInferences(owner_).value(), 3);
  ASSERT_TRUE(store().CancelInference(owner_, failed.id, clock_.Now()).has_value());
  ASSERT_TRUE(store().CommitTask(LeaseOf(task), Completed(task)).value());
  ASSERT_TRUE(store().FinishInference(running.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(store().CountOpenInferences(owner_).value(), 1);
  EXPECT_EQ(store().CountOpenInferences(stranger_).value(), 1);
}

TEST_P(StoreContract, TellsThePlaceInTheQueue) {
  const Inference first = PutJob(1, owner_);
  const Inference second = PutJob(1, stranger_);
  const Inference third = PutInference(PutDataset(owner_));
  EXPECT_EQ(store().QueuePosition(first.id).value(), 1);
  EXPECT_EQ(store().QueuePosition(second.id).value(), 2);
  EXPECT_EQ(store().QueuePosition(third.id).value(), 3);
  ASSERT_TRUE(store().CancelInference(stranger_, second.id, clock_.Now()).has_value());
  EXPECT_EQ(store().QueuePosition(second.id).value(), std::nullopt);
  EXPECT_EQ(store().QueuePosition(third.id).value(), 2);
  Claim();
  EXPECT_EQ(store().QueuePosition(first.id).value(), std::nullopt);
  EXPECT_EQ(store().QueuePosition(third.id).value(), 2);
  EXPECT_EQ(CodeOf(store().QueuePosition(ObjectId::Generate())), ErrorCode::kNotFound);
}

TEST_P(StoreContract, LoadsTheStatesOfThoseThatAreThere) {
  const Inference queued = PutInference(PutDataset(owner_));
  const Inference running = PutJob(2, stranger_);
  const TimePoint started = clock_.Now();
  const Task task = Claim().value();
  Renew(task, {.tiles_done = 2, .tiles_total = 9});
  std::vector<InferenceState> states = store().LoadStates({running.id, ObjectId::Generate(), queued.id}).value();
  ASSERT_EQ(states.size(), 2u);
  std::ranges::sort(states, {}, &InferenceState::id);
  EXPECT_EQ(states[0].id, queued.id);
  EXPECT_EQ(states[0].status, InferenceStatus::kQueued);
  EXPECT_EQ(states[0].started_at, std::nullopt);
  EXPECT_EQ(states[0].progress.images_total, 0);
  EXPECT_EQ(states[1].status, InferenceStatus::kRunning);
  EXPECT_EQ(states[1].started_at, started);
  EXPECT_EQ(states[1].attempt, 1);
  EXPECT_FALSE(states[1].cancel_requested);
  EXPECT_FALSE(states[1].error.has_value());
  EXPECT_EQ(states[1].progress.images_total, 2);
  EXPECT_EQ(states[1].progress.tiles_done, 2);
  EXPECT_EQ(states[1].progress.tiles_total, 9);
  EXPECT_THAT(store().LoadStates({}).value(), IsEmpty());
}

TEST_P(StoreContract, InsertsOnceForAKey) {
  Inference inference = PutInference(PutDataset(owner_));
  const ObjectId other = inference.id;
  inference.id = ObjectId::Generate();
  const InsertOutcome first = store().InsertInferenceOnce(inference, {"key", "body"}).value();
  EXPECT_EQ(first.kind, kInserted);
  EXPECT_EQ(first.inference_id, inference.id);
  const ObjectId kept = inference.id;
  inference.id = ObjectId::Generate();
  const InsertOutcome again = store().InsertInferenceOnce(inference, {"key", "body"}).value();
  EXPECT_EQ(again.kind, kRepeated);
  EXPECT_EQ(again.inference_id, kept);
  const InsertOutcome reused = store().InsertInferenceOnce(inference, {"key", "another body"}).value();
  EXPECT_EQ(reused.kind, kKeyReused);
  EXPECT_EQ(reused.inference_id, kept);
  EXPECT_EQ(CodeOf(store().LoadInference(inference.id)), ErrorCode::kNotFound);
  EXPECT_EQ(store().InsertInferenceOnce(inference, {"Key", "body"}).value().kind, kInserted);
  EXPECT_EQ(store().ListInferences(owner_, {}, {}).value().items.size(), 3u);
  EXPECT_NE(kept, other);
}

TEST_P(StoreContract, EachOwnerHasKeysOfTheirOwn) {
  Inference inference = PutInference(PutDataset(owner_));
  inference.id = ObjectId::Generate();
  ASSERT_EQ(store().InsertInferenceOnce(inference, {"key", "body"}).value().kind, kInserted);
  Inference theirs = PutInference(PutDataset(stranger_));
  theirs.id = ObjectId::Generate();
  EXPECT_EQ(store().InsertInferenceOnce(theirs, {"key", "their body"}).value().kind, kInserted);
}

TEST_P(StoreContract, AKeyOfAnInsertionThatWasRefusedIsFree) {
  Inference inference = PutInference(PutDataset(owner_));
  const ObjectId dataset = inference.dataset_id;
  inference.id = ObjectId::Generate();
  inference.dataset_id = ObjectId::Generate();
  EXPECT_EQ(CodeOf(store().InsertInferenceOnce(inference, {"key", "body"})), ErrorCode::kNotFound);
  inference.dataset_id = dataset;
  EXPECT_EQ(store().InsertInferenceOnce(inference, {"key", "another body"}).value().kind, kInserted);
}

TEST_P(StoreContract, FindsAKeyWithoutTakingIt) {
  Inference inference = PutInference(PutDataset(owner_));
  inference.id = ObjectId::Generate();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(store().FindIdempotencyKey(owner_, {"key", "body"}).value().has_value());
  ASSERT_EQ(store().InsertInferenceOnce(inference, {"key", "body"}).value().kind, kInserted);
  const InsertOutcome found = store().FindIdempotencyKey(owner_, {"key", "body"}).value().value();
  EXPECT_EQ(found.kind, kRepeated);
  EXPECT_EQ(found.inference_id, inference.id);
  EXPECT_EQ(store().FindIdempotencyKey(owner_, {"key", "another body"}).value().value().kind, kKeyReused);
  EXPECT_FALSE(store().FindIdempotencyKey(stranger_, {"key", "body"}).value().has_value());
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
  EXPECT_FALSE(store().FindIdempotencyKey(owner_, {"key", "body"}).value().has_value());
}

TEST_P(StoreContract, AKeyGoesWithItsInferenceOrItsAge) {
  Inference inference = PutInference(PutDataset(owner_));
  const auto insert = [&](const char* key) {
    inference.id = ObjectId::Generate();
    return store().InsertInferenceOnce(inference, {key, "body"}).value().kind;
  };
  EXPECT_EQ(insert("one"), kInserted);
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
  EXPECT_EQ(insert("one"), kInserted);
  ASSERT_TRUE(store().ForgetIdempotencyKeys(inference.created_at).has_value());
  EXPECT_EQ(insert("one"), kRepeated);
  ASSERT_TRUE(store().ForgetIdempotencyKeys(inference.created_at + std::chrono::milliseconds(1)).has_value());
  EXPECT_EQ(insert("one"), kInserted);
  ASSERT_TRUE(store().DeleteDataset(owner_, inference.dataset_id).has_value());
  inference.dataset_id = PutDataset(owner_).id;
  EXPECT_EQ(insert("one"), kInserted);
}

TEST_P(StoreContract, InsertsOnceForAKeyThatManyBring) {
  const Inference like = PutInference(PutDataset(owner_));
  std::mutex mutex;
  std::set<ObjectId> ids;
  std::atomic<int> inserted = 0;
  Race(8, [&](int) {
    Inference inference = like;
    inference.id = ObjectId::Generate();
    const InsertOutcome outcome = store().InsertInferenceOnce(inference, {"key", "body"}).value();
    inserted += outcome.kind == kInserted;
    EXPECT_TRUE(store().LoadInference(outcome.inference_id).has_value());
    const std::scoped_lock lock(mutex);
    ids.insert(outcome.inference_id);
  });
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_GE(inserted, 1);
  EXPECT_EQ(store().ListInferences(owner_, {}, {}).value().items.size(), 2u);
}

TEST_P(StoreContract, ListsResultsInPages) {
  const Inference inference = PutJob(5, owner_);
  for (int i = 0; i < 4; ++i) ClaimAndCommit(i % 2 == 0);
  EXPECT_THAT(store().ListResults(owner_, inference.id, {}).value().results, IsEmpty());
  ClaimAndCommit();
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());

  const ResultsPage first = store().ListResults(owner_, inference.id, {.max_count = 2}).value();
  ASSERT_EQ(first.results.size(), 2u);
  EXPECT_EQ(first.results[1].source_filename, "image1.tif");
  EXPECT_EQ(first.next, 2);
  const ResultsPage one = store().ListResults(owner_, inference.id, {.first = 2, .max_bytes = 1}).value();
  ASSERT_EQ(one.results.size(), 1u) << "one result comes however large it is";
  EXPECT_EQ(one.results[0].source_filename, "image2.tif");
  EXPECT_EQ(one.next, 3);
  const ResultsPage last = store().ListResults(owner_, inference.id, {.first = 3}).value();
  EXPECT_EQ(last.results.size(), 2u);
  EXPECT_EQ(last.next, std::nullopt);
  EXPECT_THAT(store().ListResults(owner_, inference.id, {.first = 5}).value().results, IsEmpty());
  EXPECT_EQ(CodeOf(store().ListResults(stranger_, inference.id, {})), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace intelliclinix::store
