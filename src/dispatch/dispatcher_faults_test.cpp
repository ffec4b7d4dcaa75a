// Stores that fail, leases that are lost, and workers that compete: each image is published once, and nothing stays
// behind that no result points to.
#include <filesystem>
#include <latch>
#include <map>
#include <string_view>

#include <gtest/gtest.h>

#include "dispatch/backoff.h"
#include "dispatch/dispatcher_fixture_test.h"
#include "dispatch/task_executor.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "store/whole_inference.h"

namespace intelliclinix::dispatch {
namespace {

using records::InferenceStatus;
using std::chrono::milliseconds;

/// Every call of a store that a dispatcher makes while nothing else goes wrong.
constexpr std::string_view kCalls[] = {
    "LoadInference",     "GetDataset",         "InsertTasks", "ListUndispatched",   "ListUnfinished",
    "ClaimTask",         "RenewLease",         "OpenBlob",    "ByteSource::ReadAt", "CreateBlob",
    "BlobWriter::Write", "BlobWriter::Commit", "CommitTask",  "FinishInference"};

struct Fault {
  std::string call;
  int after = 0;
  ErrorCode code = ErrorCode::kUnavailable;
};

/// Two images on two workers, with one call that fails once.
void ExpectJobSurvives(const Fault& fault) {
  SCOPED_TRACE(fault.call + " after " + std::to_string(fault.after) + " " + std::string(ErrorCodeName(fault.code)));
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  store::failing::FailingStore store(memory);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(2);
  if (fault.call == "RenewLease") {
    // Work that lasts until the heartbeats that fail have come.
    lab.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
      EXPECT_TRUE(Eventually([&] { return store.Calls("RenewLease") > fault.after + 2; }));
      return EchoOutput(input);
    });
  }
  const int commits_before = store.Calls("BlobWriter::Commit");
  store.Inject({.call = fault.call, .after = fault.after, .times = 1, .error = {fault.code, "The store failed.", {}}});
  DispatcherOptions options = lab.Options(2);
  options.lease = milliseconds(500);
  const auto dispatcher = lab.MakeDispatcher(options);
  // A Dispatch that fails is taken up by the sweep.
  static_cast<void>(dispatcher->Dispatch(inference));
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  dispatcher->Start();
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  dispatcher->Stop(std::chrono::minutes(1));
  store.Clear();

  const records::Inference ended = store::GetWithResults(memory, lab.owner(), inference).value();
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  int published = 0;
  for (const records::ImageResult& result : ended.results) {
    EXPECT_TRUE(result.completed);
    published += static_cast<int>(result.artifacts.size());
  }
  EXPECT_EQ(published, 4);
  EXPECT_EQ(dispatcher->counts().tasks_completed, 2);
  EXPECT_TRUE(lab.AllArtifactsThere(ended));
  const int failed = fault.call == "BlobWriter::Commit" ? 1 : 0;
  const int made = store.Calls("BlobWriter::Commit") - commits_before - failed;
  EXPECT_EQ(made - store.Calls("DeleteBlob"), published) << "blobs are left over";
}

TEST(DispatcherFaults, AJobSurvivesAnyCallThatFailsOnce) {
  for (const ErrorCode code : {ErrorCode::kUnavailable, ErrorCode::kInternal}) {
    for (const std::string_view call : kCalls) {
      for (int after = 0; after < 3; ++after) ExpectJobSurvives({std::string(call), after, code});
    }
  }
}

TEST(DispatcherFaults, AJobSurvivesAnOutage) {
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  store::failing::FailingStore store(memory);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(3);
  const auto dispatcher = lab.StartDispatcher(2);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  store.Inject({});
  static_cast<void>(dispatcher->Dispatch(inference));
  EXPECT_TRUE(Eventually([&] { return store.Calls("ListUnfinished") > 3 && store.Calls("ClaimTask") > 3; }));
  EXPECT_LT(store.Calls("ClaimTask"), 1000) << "workers back off";
  store.Clear();
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  EXPECT_EQ(memory.LoadInference(inference)->status, InferenceStatus::kCompleted);
}

TEST(DispatcherFaults, AFullDiskCostsNoAttempt) {
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  store::failing::FailingStore store(memory);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(1);
  store.Inject({.call = "ByteSource::ReadAt", .error = {ErrorCode::kResourceExhausted, "The disk is full.", {}}});
  const auto dispatcher = lab.StartDispatcher(1);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_TRUE(Eventually([&] { return store.Calls("ReleaseTask") > kMaxAttempts; }));
  store.Clear();
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  EXPECT_EQ(memory.LoadInference(inference)->status, InferenceStatus::kCompleted);
}

TEST(DispatcherFaults, AnImageThatCannotBeReadAgainAndAgainFails) {
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  store::failing::FailingStore store(memory);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(1);
  store.Inject({.call = "ByteSource::ReadAt", .error = {ErrorCode::kInternal, "The disk has a bad sector.", {}}});
  const auto dispatcher = lab.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference ended = lab.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.error->code, "runner_error");
  EXPECT_NE(ended.error->detail.find("'image-0.png' could not be run: The disk has a bad sector."), std::string::npos);
}

TEST(DispatcherFaults, ACommitWhoseAnswersAreAllLostStillEndsTheInference) {
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  store::failing::FailingStore store(memory);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(1);
  // The first try is written, and none of them is answered.
  store.Inject({.call = "CommitTask", .times = 1, .has_effect = true});
  store.Inject({.call = "CommitTask", .times = kTries - 1});
  DispatcherOptions options = lab.Options(1);
  options.heartbeat = std::chrono::hours(1);  // no sweep ends the inference in the worker's place
  const auto dispatcher = lab.MakeDispatcher(options);
  dispatcher->Start();
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference ended = lab.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_TRUE(lab.AllArtifactsThere(ended));
  EXPECT_EQ(dispatcher->counts().stale_writes_rejected, 0);
}

/// A worker that is silent for longer than its lease, while somebody else takes its task.
class LostLeaseTest : public ::testing::Test {
 protected:
  ManualClock clock_;
  store::memory::MemoryStore memory_{clock_};
  store::failing::FailingStore store_{memory_};
  Lab lab_{store_, clock_};

  records::Task Steal() {
    std::optional<records::Task> task;
    // Heartbeats may come in between.
    while (!task) {
      clock_.Advance(std::chrono::minutes(1));
      task = store_.ClaimTask({.worker = "thief", .now = clock_.Now()}).value();
    }
    return *task;
  }

  /// Ends the stolen task as the thief would.
  void EndAsThief(const records::Task& task) {
    records::ImageResult result;
    result.source_filename = "the thief's";
    result.completed = true;
    ASSERT_EQ(store_.CommitTask({task.id, task.inference_id, "thief", task.attempt}, result), true);
  }
};

TEST_F(LostLeaseTest, TheResultOfALostLeaseIsNotPublished) {
  std::latch running(1);
  std::latch release(1);
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
    running.count_down();
    release.wait();
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(1);
  const int commits_before = store_.Calls("BlobWriter::Commit");
  DispatcherOptions options = lab_.Options(1);
  options.heartbeat = std::chrono::hours(1);
  const auto dispatcher = lab_.MakeDispatcher(options);
  dispatcher->Start();
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  running.wait();
  const records::Task stolen = Steal();
  EXPECT_EQ(stolen.attempt, 2);
  release.count_down();
  EXPECT_TRUE(Eventually([&] { return dispatcher->counts().stale_writes_rejected == 1; }));
  EndAsThief(stolen);
  dispatcher->Stop(std::chrono::minutes(1));
  EXPECT_EQ(store_.Calls("BlobWriter::Commit") - commits_before, 2);
  EXPECT_EQ(store_.Calls("DeleteBlob"), 2);
  EXPECT_EQ(dispatcher->counts().tasks_completed, 0);

  const auto next = lab_.StartDispatcher(0);
  const records::Inference ended = lab_.LoadEnded(*next, inference);
  ASSERT_EQ(ended.results.size(), 1U);
  EXPECT_EQ(ended.results[0].source_filename, "the thief's");
}

TEST_F(LostLeaseTest, AHeartbeatStopsWorkWhoseLeaseIsLost) {
  std::latch running(1);
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext& context) {
    running.count_down();
    return RunUntilStopped(input, context);
  });
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  running.wait();
  const records::Task stolen = Steal();
  EXPECT_TRUE(Eventually([&] { return dispatcher->counts().stale_writes_rejected == 1; }));
  EndAsThief(stolen);
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).results[0].source_filename, "the thief's");
}

/// Two processes' workers on one store.
void ExpectEachImageOnce(store::Store& store, int images) {
  const SystemClock clock;
  Lab lab(store, clock);
  std::mutex mutex;
  std::map<std::string, int> runs;
  lab.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
    const std::lock_guard lock(mutex);
    ++runs[input.stem];
    return EchoOutput(input);
  });
  const ObjectId inference = lab.AddInference(images);
  const auto first = lab.StartDispatcher(2, "worker-a");
  const auto second = lab.StartDispatcher(2, "worker-b");
  std::future<WaitEnd> other_end = EndOf(*second, inference);
  ASSERT_TRUE(first->Dispatch(inference));
  const records::Inference ended = lab.LoadEnded(*first, inference);
  EXPECT_EQ(Get(std::move(other_end)), WaitEnd::kFinished);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  ASSERT_EQ(ended.results.size(), static_cast<std::size_t>(images));
  for (const records::ImageResult& result : ended.results) EXPECT_TRUE(result.completed);
  EXPECT_EQ(runs.size(), static_cast<std::size_t>(images));
  for (const auto& [stem, count] : runs) EXPECT_EQ(count, 1) << stem;
  EXPECT_EQ(ended.provenance.at("timings_ms").at("echo"), 1.5 * images);
  EXPECT_TRUE(Eventually([&] { return first->counts().tasks_running + second->counts().tasks_running == 0; }));
  EXPECT_EQ(first->counts().tasks_completed + second->counts().tasks_completed, images);
  EXPECT_EQ(first->counts().stale_writes_rejected + second->counts().stale_writes_rejected, 0);
}

TEST(TwoDispatchers, ShareFiftyImages) {
  const SystemClock clock;
  store::memory::MemoryStore store(clock);
  ExpectEachImageOnce(store, 50);
}

TEST(TwoDispatchers, ShareTheImagesOfAnSqliteStore) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("dispatch-" + ObjectId::Generate().ToString());
  const SystemClock clock;
  {
    const auto store = store::sqlite::SqliteStore::Open({folder.string()}, clock).value();
    ExpectEachImageOnce(*store, 12);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace intelliclinix::dispatch
