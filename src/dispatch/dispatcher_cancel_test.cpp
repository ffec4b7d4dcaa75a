// Cancelling, trying again, and turns between users.
#include <atomic>
#include <latch>

#include <gtest/gtest.h>

#include "dispatch/dispatcher_fixture_test.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::dispatch {
namespace {

using records::InferenceStatus;

class DispatcherCancelTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  store::memory::MemoryStore store_{clock_};
  Lab lab_{store_, clock_};

  /// The runner's images go on only when they are stopped. Returns when `latch` images of them run.
  void RunUntilStop(std::latch& running) {
    lab_.runner().SetRun([&running](const runners::RunInput& input, const runners::RunContext& context) {
      running.count_down();
      return RunUntilStopped(input, context);
    });
  }

  InferenceStatus Cancel(ObjectId inference) {
    return store_.CancelInference(lab_.owner(), inference, clock_.Now()).value();
  }

  void ExpectCancelled(const records::Inference& inference) {
    EXPECT_EQ(inference.status, InferenceStatus::kFailed);
    ASSERT_TRUE(inference.error);
    EXPECT_EQ(inference.error->code, "cancelled");
  }
};

TEST_F(DispatcherCancelTest, AQueuedInferenceEndsAtOnce) {
  const auto dispatcher = lab_.StartDispatcher(0);
  const ObjectId inference = lab_.AddInference(3);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  EXPECT_EQ(Cancel(inference), InferenceStatus::kFailed);
  dispatcher->Abandon(inference);
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  ExpectCancelled(lab_.Load(inference));
  EXPECT_EQ(store_.CountOpenTasks(), 0);
}

TEST_F(DispatcherCancelTest, WhatRunsInThisProcessStopsAndTheInferenceEndsWithIt) {
  std::latch running(2);
  RunUntilStop(running);
  DispatcherOptions options = lab_.Options(2);
  options.heartbeat = options.idle_poll = std::chrono::hours(1);  // so that nothing but Abandon can stop it
  const auto dispatcher = lab_.MakeDispatcher(options);
  dispatcher->Start();
  const ObjectId inference = lab_.AddInference(3);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  running.wait();
  EXPECT_EQ(Cancel(inference), InferenceStatus::kRunning);
  dispatcher->Abandon(inference);
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  ExpectCancelled(lab_.Load(inference));
  EXPECT_EQ(lab_.runner().runs(), 2) << "the image that waited was not run";
}

TEST_F(DispatcherCancelTest, WhatRunsInAnotherProcessStopsToo) {
  std::latch running(1);
  RunUntilStop(running);
  DispatcherOptions options = lab_.Options(1);
  options.heartbeat = std::chrono::hours(1);  // it is the poll that sees it
  const auto dispatcher = lab_.MakeDispatcher(options);
  dispatcher->Start();
  const ObjectId inference = lab_.AddInference(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  running.wait();
  EXPECT_EQ(Cancel(inference), InferenceStatus::kRunning);
  EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kFinished);
  ExpectCancelled(lab_.Load(inference));
}

TEST_F(DispatcherCancelTest, WhatADeadWorkerHadIsEndedByTheSweep) {
  const ObjectId inference = lab_.AddInference(1);
  ASSERT_TRUE(lab_.MakeDispatcher(lab_.Options(0))->Dispatch(inference));
  const TimePoint now = clock_.Now();
  ASSERT_TRUE(store_.ClaimTask({.worker = "dead", .now = now, .lease = std::chrono::milliseconds(50)}).value());
  EXPECT_EQ(store_.CancelInference(lab_.owner(), inference, now), InferenceStatus::kRunning);
  const auto dispatcher = lab_.StartDispatcher(1);
  ExpectCancelled(lab_.LoadEnded(*dispatcher, inference));
}

TEST_F(DispatcherCancelTest, ARetryRunsTheFailedImagesOnly) {
  const auto dispatcher = lab_.StartDispatcher(2);
  std::atomic<bool> fail = true;
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) -> Result<runners::RunOutput> {
    if (fail && input.stem == "image-1") return Fail(ErrorCode::kInvalidArgument, "It is too dark.");
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(3);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference first = lab_.LoadEnded(*dispatcher, inference);
  ASSERT_FALSE(first.results[1].completed);

  fail = false;
  EXPECT_EQ(store_.RetryFailedImages(lab_.owner(), inference), 1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference second = lab_.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(second.attempt, 2);
  EXPECT_EQ(second.status, InferenceStatus::kCompleted);
  EXPECT_TRUE(second.results[1].completed);
  EXPECT_EQ(second.results[0].artifacts[0].blob_id, first.results[0].artifacts[0].blob_id);
  EXPECT_EQ(lab_.runner().runs(), 4);
  EXPECT_TRUE(lab_.AllArtifactsThere(second));
}

TEST_F(DispatcherCancelTest, UsersAreServedInTurn) {
  Lab other(store_, clock_);
  std::vector<std::string> order;  // of the one worker
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
    order.emplace_back(input.params.at("scale") == 1.0 ? "a" : "b");
    return EchoOutput(input);
  });
  const ObjectId many = lab_.AddInference(4, "fake_model", {{"scale", 1.0}});
  const ObjectId few = other.AddInference(2, "fake_model", {{"scale", 3.0}});
  const auto dispatcher = lab_.MakeDispatcher(lab_.Options(1));
  ASSERT_TRUE(dispatcher->Dispatch(many));
  ASSERT_TRUE(dispatcher->Dispatch(few));
  dispatcher->Start();
  for (const ObjectId inference : {many, few}) EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kFinished);
  std::string text;
  for (const std::string& who : order) text += who;
  EXPECT_TRUE(text == "ababaa" || text == "babaaa") << text;
}

TEST_F(DispatcherCancelTest, ExceptionsEndTheImageAndNotTheProcess) {
  lab_.runner().SetRun([](const runners::RunInput& input, const runners::RunContext&) -> Result<runners::RunOutput> {
    if (input.stem == "image-0") throw std::bad_alloc();
    return EchoOutput(input);
  });
  const auto dispatcher = lab_.StartDispatcher(1);
  const ObjectId inference = lab_.AddInference(2);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference ended = lab_.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_FALSE(ended.results[0].completed);
  EXPECT_TRUE(ended.results[1].completed);
}

TEST_F(DispatcherCancelTest, AWatcherThatThrowsIsLeftOut) {
  const auto dispatcher = lab_.StartDispatcher(1);
  const ObjectId inference = lab_.AddInference(1);
  dispatcher->Watch(inference, [](const Sight&) -> bool { throw std::runtime_error("a bug"); });
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(Get(EndOf(*dispatcher, inference)), WaitEnd::kFinished);
}

}  // namespace
}  // namespace intelliclinix::dispatch
