#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using records::Task;
using records::TaskState;
using std::chrono::seconds;

TEST_P(StoreContract, HasNothingToClaimAtFirst) {
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_EQ(store().CountOpenTasks().value(), 0);
  PutInference(PutDataset(owner_));
  EXPECT_EQ(Claim(), std::nullopt);
}

TEST_P(StoreContract, ClaimsATaskWithALease) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  const std::vector<Task> tasks = TasksOf(inference, dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, tasks).has_value());
  EXPECT_TRUE(store().LoadInference(inference.id).value().dispatched);
  EXPECT_EQ(store().CountOpenTasks().value(), 1);

  TaskStore::ClaimRequest request;
  request.worker = "host-1";
  request.now = clock_.Now() + seconds(5);
  request.lease = seconds(7);
  const Task task = store().ClaimTask(request).value().value();
  EXPECT_EQ(task.id, tasks[0].id);
  EXPECT_EQ(task.inference_id, inference.id);
  EXPECT_EQ(task.owner_id, owner_);
  EXPECT_EQ(task.source_id, dataset.files[0].blob_id);
  EXPECT_EQ(task.picture_id, dataset.files[0].preview_id);
  EXPECT_EQ(task.filename, "a.tif");
  EXPECT_EQ(task.axes, "ZYX");
  EXPECT_EQ(task.position, 0);
  EXPECT_EQ(task.state, TaskState::kRunning);
  EXPECT_EQ(task.attempt, 1);
  EXPECT_EQ(task.worker, "host-1");
  EXPECT_EQ(task.lease_expires_at, request.now + seconds(7));
  EXPECT_FALSE(task.result.has_value());
  EXPECT_EQ(store().CountOpenTasks().value(), 1);
}

TEST_P(StoreContract, AnInferenceRunsFromItsFirstClaim) {
  const Inference inference = PutJob(2, owner_);
  const TimePoint first = clock_.Now();
  EXPECT_EQ(store().LoadInference(inference.id).value().status, InferenceStatus::kQueued);
  Claim();
  clock_.Advance(seconds(1));
  Claim();
  const Inference running = store().LoadInference(inference.id).value();
  EXPECT_EQ(running.status, InferenceStatus::kRunning);
  EXPECT_EQ(running.started_at, first);
}

TEST_P(StoreContract, ClaimsTheOldestFirst) {
  const records::Dataset dataset = PutDataset(owner_, {"a", "b", "c"});
  const Inference older = PutInference(dataset);
  const Inference newer = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(newer.id, TasksOf(newer, dataset)).has_value());
  std::vector<Task> tasks = TasksOf(older, dataset);
  std::ranges::reverse(tasks);
  ASSERT_TRUE(store().InsertTasks(older.id, tasks).has_value());

  std::vector<std::pair<ObjectId, int>> order;
  for (auto task = Claim(); task; task = Claim()) order.emplace_back(task->inference_id, task->position);
  EXPECT_THAT(order, testing::ElementsAre(std::pair(older.id, 0), std::pair(older.id, 1), std::pair(older.id, 2),
                                          std::pair(newer.id, 0), std::pair(newer.id, 1), std::pair(newer.id, 2)));
}

TEST_P(StoreContract, InsertsTasksOnceHoweverOftenItIsAsked) {
  const records::Dataset dataset = PutDataset(owner_, {"a", "b"});
  const Inference inference = PutInference(dataset);
  const std::vector<Task> tasks = TasksOf(inference, dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, {tasks[0]}).has_value());
  const Task first = Claim().value();

  ASSERT_TRUE(store().InsertTasks(inference.id, tasks).has_value());
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  EXPECT_EQ(store().CountOpenTasks().value(), 2);
  EXPECT_EQ(store().LoadInference(inference.id).value().status, InferenceStatus::kRunning);
  EXPECT_EQ(Claim().value().id, tasks[1].id);
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_TRUE(store().CommitTask(LeaseOf(first), Completed(first)).value());
}

TEST_P(StoreContract, TakesNoTasksForAnInferenceThatIsGone) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
  EXPECT_EQ(CodeOf(store().InsertTasks(inference.id, TasksOf(inference, dataset))), ErrorCode::kNotFound);
  EXPECT_EQ(store().CountOpenTasks().value(), 0);
}

TEST_P(StoreContract, FoldsProgressFromTasks) {
  const Inference inference = PutJob(3, owner_);
  const Task first = Claim().value();
  const Task second = Claim().value();
  const TimePoint later = clock_.Now() + seconds(30);
  ASSERT_EQ(store().RenewLease(LeaseOf(first), {.tiles_done = 2, .tiles_total = 9}, later).value(), LeaseState::kHeld);
  ASSERT_EQ(store().RenewLease(LeaseOf(second), {.tiles_done = 1, .tiles_total = 4}, later).value(), LeaseState::kHeld);
  records::Progress progress = store().GetInference(owner_, inference.id).value().progress;
  EXPECT_EQ(progress.images_total, 3);
  EXPECT_EQ(progress.images_done, 0);
  EXPECT_EQ(progress.tiles_done, 3);
  EXPECT_EQ(progress.tiles_total, 13);

  ASSERT_TRUE(store().CommitTask(LeaseOf(first), Completed(first)).value());
  progress = store().GetInference(owner_, inference.id).value().progress;
  EXPECT_EQ(progress.images_done, 1);
  EXPECT_EQ(progress.tiles_done, 10);
  EXPECT_TRUE(Whole(inference.id).results.empty());
}

TEST_P(StoreContract, CountsOpenTasks) {
  PutJob(3, owner_);
  const Task committed = Claim().value();
  ASSERT_TRUE(store().CommitTask(LeaseOf(committed), Completed(committed)).value());
  EXPECT_EQ(store().CountOpenTasks().value(), 2);
  const Task failed = Claim().value();
  EXPECT_EQ(store().CountOpenTasks().value(), 2);
  ASSERT_TRUE(store().CommitTask(LeaseOf(failed), Failed(failed)).value());
  EXPECT_EQ(store().CountOpenTasks().value(), 1);
}

TEST_P(StoreContract, GivesEachTaskToOneOfManyWorkers) {
  constexpr int kTasks = 60;
  PutJob(kTasks / 2, owner_);
  PutJob(kTasks / 2, owner_);
  std::mutex mutex;
  std::map<ObjectId, int> claims;
  Race(8, [&](int thread) {
    const std::string worker = "w" + std::to_string(thread);
    for (auto task = Claim(worker); task; task = Claim(worker)) {
      const std::scoped_lock lock(mutex);
      ++claims[task->id];
    }
  });
  EXPECT_EQ(claims.size(), std::size_t{kTasks});
  EXPECT_TRUE(std::ranges::all_of(claims, [](const auto& claim) { return claim.second == 1; }));
}

}  // namespace
}  // namespace intelliclinix::store
