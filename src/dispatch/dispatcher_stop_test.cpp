// Stops, recovery, and those who wait.
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "dispatch/dispatcher_fixture_test.h"
#include "records/task.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::dispatch {
namespace {

using records::InferenceStatus;
using std::chrono::milliseconds;

class DispatcherStopTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  store::memory::MemoryStore store_{clock_};
  Lab lab_{store_, clock_};

  /// A dispatcher whose worker runs the first image of `inference` and gets on only when it is stopped.
  std::unique_ptr<Dispatcher> StartStuck(ObjectId inference) {
    auto running = std::make_shared<std::promise<void>>();
    lab_.runner().SetRun([running](const runners::RunInput& input, const runners::RunContext& context) {
      running->set_value();
      return RunUntilStopped(input, context);
    });
    auto dispatcher = lab_.StartDispatcher(1);
    EXPECT_TRUE(dispatcher->Dispatch(inference));
    running->get_future().wait();
    lab_.runner().SetRun([](const runners::RunInput& input, const runners::RunContext&) { return EchoOutput(input); });
    return dispatcher;
  }

  /// Claims a task as a process that died `hours` ago.
  std::optional<records::Task> ClaimAsDead(int hours = 1) {
    return store_.ClaimTask({.worker = "dead", .now = clock_.Now() - std::chrono::hours(hours)}).value();
  }
};

TEST_F(DispatcherStopTest, StopHandsBackAndTheNextProcessCompletes) {
  const ObjectId inference = lab_.AddInference(2);
  auto dispatcher = StartStuck(inference);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  dispatcher->Stop(milliseconds(0));
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kStopping);
  EXPECT_EQ(store_.CountOpenTasks(), 2);
  dispatcher.reset();

  // Another process takes the task at once, and the attempt that was stopped is not counted.
  const records::Task task = store_.ClaimTask({.worker = "dead", .now = clock_.Now()}).value().value();
  EXPECT_EQ(task.position, 0);
  EXPECT_EQ(task.attempt, 1);
  ASSERT_EQ(store_.ReleaseTask({task.id, inference, "dead", 1}), true);
  const auto next = lab_.StartDispatcher(2, "worker-b");
  const records::Inference ended = lab_.LoadEnded(*next, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_TRUE(ended.results[0].completed && ended.results[1].completed);
  EXPECT_TRUE(lab_.AllArtifactsThere(ended));
}

TEST_F(DispatcherStopTest, ATaskThatEndsWithinTheGraceIsCommitted) {
  std::latch running(1);
  std::latch release(1);
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext& context) {
    running.count_down();
    release.wait();
    EXPECT_FALSE(context.stop.stop_requested());
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  running.wait();
  std::jthread stopping([&] { dispatcher->Stop(std::chrono::minutes(5)); });
  release.count_down();
  stopping.join();
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  EXPECT_EQ(lab_.Load(inference).status, InferenceStatus::kCompleted);
}

TEST_F(DispatcherStopTest, NothingIsClaimedAfterAStop) {
  const auto dispatcher = lab_.StartDispatcher(2);
  dispatcher->Stop(milliseconds(0));
  const ObjectId inference = lab_.AddInference(1);
  EXPECT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kStopping);
  dispatcher->Stop(milliseconds(0));
  EXPECT_EQ(store_.CountOpenTasks(), 1);
}

TEST_F(DispatcherStopTest, AbandonStopsTheTasksOfADeletedInference) {
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = StartStuck(inference);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  ASSERT_TRUE(store_.DeleteInference(lab_.owner(), inference));
  dispatcher->Abandon(inference);
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  EXPECT_TRUE(Eventually([&] { return dispatcher->counts().tasks_running == 0; }));
  // The worker is free for others.
  const ObjectId next = lab_.AddInference(1);
  ASSERT_TRUE(dispatcher->Dispatch(next));
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, next).status, InferenceStatus::kCompleted);
}

TEST_F(DispatcherStopTest, AHeartbeatStopsTheTasksOfADeletedInference) {
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = StartStuck(inference);
  ASSERT_TRUE(store_.DeleteInference(lab_.owner(), inference));
  EXPECT_TRUE(Eventually([&] { return dispatcher->counts().tasks_running == 0; }));
}

TEST_F(DispatcherStopTest, AStartThatWasCutShortIsCompleted) {
  const ObjectId inference = lab_.AddInference(2);
  const ObjectId unknown = lab_.AddInference(1, "orphan_model");
  const auto dispatcher = lab_.StartDispatcher(1);
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, unknown).error->code, "unknown_runner");
}

TEST_F(DispatcherStopTest, AnEndThatWasCutShortIsCompleted) {
  const ObjectId inference = lab_.AddInference(1);
  ASSERT_TRUE(lab_.MakeDispatcher(lab_.Options(0))->Dispatch(inference));
  const records::Task task = ClaimAsDead().value();
  records::ImageResult result;
  result.source_filename = task.filename;
  result.completed = true;
  ASSERT_EQ(store_.CommitTask({task.id, inference, "dead", 1}, result), true);
  ASSERT_EQ(lab_.Load(inference).status, InferenceStatus::kRunning);
  const auto dispatcher = lab_.StartDispatcher(0);
  const records::Inference ended = lab_.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_EQ(ended.provenance.at("params"), Json({{"scale", 2.0}, {"precision", "f32"}}));
}

TEST_F(DispatcherStopTest, TheTaskOfADeadProcessIsRunAgain) {
  const ObjectId inference = lab_.AddInference(1);
  ASSERT_TRUE(lab_.MakeDispatcher(lab_.Options(0))->Dispatch(inference));
  ASSERT_TRUE(ClaimAsDead());
  const auto dispatcher = lab_.StartDispatcher(1);
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
}

TEST_F(DispatcherStopTest, ATaskThatKillsItsProcessIsGivenUp) {
  const ObjectId inference = lab_.AddInference(1);
  ASSERT_TRUE(lab_.MakeDispatcher(lab_.Options(0))->Dispatch(inference));
  for (int hours = 3; hours > 0; --hours) ASSERT_TRUE(ClaimAsDead(hours));
  const auto dispatcher = lab_.StartDispatcher(1);
  const records::Inference ended = lab_.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.error->code, "attempts_exhausted");
  EXPECT_EQ(lab_.runner().runs(), 0);
}

TEST_F(DispatcherStopTest, WhoWaitsForWhatHasEndedIsTold) {
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kFinished);
  EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kFinished);
  EXPECT_EQ(Get(EndOf(*dispatcher, ObjectId::Generate())), WaitEnd::kFinished) << "an inference that is gone";
}

TEST_F(DispatcherStopTest, AllWhoWaitForOneInferenceAreTold) {
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(1);
  std::vector<std::future<WaitEnd>> ends;
  for (int i = 0; i < 5; ++i) ends.push_back(EndOf(*dispatcher, inference));
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  for (std::future<WaitEnd>& end : ends) EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
}

TEST_F(DispatcherStopTest, TheEndOfAnotherProcessesJobIsFound) {
  const ObjectId inference = lab_.AddInference(1);
  const auto waiting = lab_.StartDispatcher(0);
  std::future<WaitEnd> end = EndOf(*waiting, inference);
  const auto working = lab_.StartDispatcher(1, "worker-b");
  ASSERT_TRUE(working->Dispatch(inference));
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
}

TEST_F(DispatcherStopTest, TheDeletionByAnotherProcessIsFound) {
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(0);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  ASSERT_TRUE(store_.DeleteInference(lab_.owner(), inference));
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
}

TEST_F(DispatcherStopTest, WhatWasLeftGoesOnBeforeOrphansAreLookedFor) {
  store::failing::FailingStore store(store_);
  Lab lab(store, clock_);
  const ObjectId inference = lab.AddInference(1);  // and its start is cut short here
  const auto dispatcher = lab.StartDispatcher(1);
  EXPECT_EQ(lab.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
  EXPECT_EQ(store.Calls("ListOrphans"), 0) << "nothing is tidied before the first interval is over";
}

TEST_F(DispatcherStopTest, BlobsThatNothingPointsToAreRemovedAfterTheGrace) {
  const ObjectId inference = lab_.AddInference(1);
  const auto writer = store_.CreateBlob({lab_.owner(), "left.png", "image/png", std::nullopt, std::nullopt}).value();
  ASSERT_TRUE(writer->Write(AsBytes("left behind")));
  const ObjectId orphan = writer->Commit().value().id;
  std::this_thread::sleep_for(milliseconds(2));  // it is older than no grace at all
  DispatcherOptions options = lab_.Options(1);
  options.tidy = milliseconds(1);
  options.orphan_grace = std::chrono::hours(1);
  EXPECT_TRUE([&] {
    const auto patient = lab_.MakeDispatcher(options);
    patient->Start();
    EXPECT_TRUE(patient->Dispatch(inference));
    lab_.LoadEnded(*patient, inference);
    return store_.GetBlob(lab_.owner(), orphan).has_value();
  }());
  options.orphan_grace = milliseconds(0);
  const auto dispatcher = lab_.MakeDispatcher(options);
  dispatcher->Start();
  EXPECT_TRUE(Eventually([&] { return dispatcher->counts().orphan_blobs_removed == 1; }));
  EXPECT_FALSE(store_.GetBlob(lab_.owner(), orphan));
  EXPECT_TRUE(lab_.AllArtifactsThere(lab_.Load(inference)));
}

}  // namespace
}  // namespace intelliclinix::dispatch
