// From a document to its results: what is run, what is written, and what an error ends.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <latch>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "dispatch/dispatcher_fixture_test.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::dispatch {
namespace {

using records::InferenceStatus;

class DispatcherTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  store::memory::MemoryStore store_{clock_};
  Lab lab_{store_, clock_};

  /// A started dispatcher for images of 60 bytes each, which have 100 together.
  std::unique_ptr<Dispatcher> StartWithinMemory(int workers) {
    lab_.runner().SetBytes(60);
    DispatcherOptions options = lab_.Options(workers);
    options.source_limits.max_memory = 100;
    std::unique_ptr<Dispatcher> dispatcher = lab_.MakeDispatcher(options);
    dispatcher->Start();
    return dispatcher;
  }

  /// Runs an inference to its end on two workers.
  records::Inference RunToEnd(ObjectId inference) {
    const auto dispatcher = lab_.StartDispatcher(2);
    EXPECT_TRUE(dispatcher->Dispatch(inference));
    return lab_.LoadEnded(*dispatcher, inference);
  }
};

/// Everything that the whole path leaves in a store.
void ExpectWholePath(Lab& lab) {
  ASSERT_TRUE(lab.catalogue().PrepareAll(lab.registry(), SystemClock()));
  const ObjectId inference = lab.AddInference(2, "fake_model", {{"scale", 3}});
  const auto dispatcher = lab.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Inference ended = lab.LoadEnded(*dispatcher, inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_FALSE(ended.error);
  EXPECT_TRUE(ended.started_at && ended.finished_at);
  EXPECT_EQ(ended.params, Json({{"scale", 3}}));
  ASSERT_EQ(ended.results.size(), 2U);
  for (int i = 0; i < 2; ++i) {
    const records::ImageResult& result = ended.results[static_cast<std::size_t>(i)];
    const std::string stem = "image-" + std::to_string(i);
    EXPECT_EQ(result.source_filename, stem + ".png");
    EXPECT_TRUE(result.completed);
    EXPECT_EQ(result.objects, 7U);
    EXPECT_EQ(result.diameter, 3);
    ASSERT_EQ(result.artifacts.size(), 2U);
    EXPECT_EQ(result.artifacts[0].kind, "label_mask");
    EXPECT_EQ(result.artifacts[0].filename, stem + "_mask.png");
    EXPECT_EQ(lab.ReadArtifact(result.artifacts[0]), "mask of " + stem);
    EXPECT_EQ(lab.ReadArtifact(result.artifacts[1]), "overlay of " + stem);
    const store::BlobRecord blob = lab.store().GetBlob(lab.owner(), result.artifacts[0].blob_id).value();
    EXPECT_EQ(blob.inference_id, inference);
    EXPECT_EQ(blob.source_id, result.original_id);
    EXPECT_EQ(blob.sha256, result.artifacts[0].sha256);
  }
  const Json& provenance = ended.provenance;
  EXPECT_EQ(provenance.at("version"), "1.2.3");
  EXPECT_EQ(provenance.at("build"), Json({{"commit", "abc"}, {"compiler", "a compiler"}}));
  EXPECT_EQ(provenance.at("weights_sha256"), std::string(64, 'a'));
  EXPECT_EQ(provenance.at("params"), Json({{"scale", 3}, {"precision", "f32"}}));
  EXPECT_EQ(provenance.at("device"), "a processor");
  EXPECT_EQ(provenance.at("precision"), "f32");
  EXPECT_FALSE(provenance.at("host").get<std::string>().empty());
  EXPECT_EQ(provenance.at("timings_ms").at("echo"), 3.0);
  const DispatcherCounts counts = dispatcher->counts();
  EXPECT_EQ(counts.tasks_completed, 2);
  EXPECT_EQ(counts.tasks_failed, 0);
  EXPECT_EQ(counts.stale_writes_rejected, 0);
}

TEST_F(DispatcherTest, RunsTheWholePathInMemory) { ExpectWholePath(lab_); }

TEST_F(DispatcherTest, RunsWhatTheDatasetHeldAtTheStart) {
  const ObjectId inference = lab_.AddInference(2);
  const ObjectId dataset = lab_.Load(inference).dataset_id;
  records::SourceFile late = store_.GetDataset(lab_.owner(), dataset)->files[0];
  late.filename = "late.png";
  ASSERT_TRUE(store_.AddFiles(lab_.owner(), dataset, {late}, 10));
  const records::Inference ended = RunToEnd(inference);
  ASSERT_EQ(ended.results.size(), 2U);
  EXPECT_EQ(ended.results[1].source_filename, "image-1.png");
}

TEST(DispatcherOnSqlite, RunsTheWholePath) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("dispatch-" + ObjectId::Generate().ToString());
  const SystemClock clock;
  {
    const auto store = store::sqlite::SqliteStore::Open({folder.string()}, clock).value();
    Lab lab(*store, clock);
    ExpectWholePath(lab);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(DispatcherTest, ImagesOfOneInferenceRunInParallel) {
  std::latch all_run(3);
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
    all_run.arrive_and_wait();  // ends only if three run at the same time
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(3);
  const auto dispatcher = lab_.StartDispatcher(3);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
}

TEST_F(DispatcherTest, ImagesThatNeedTooMuchMemoryTogetherRunOneAfterTheOther) {
  std::atomic<int> running{0};
  std::atomic<bool> together{false};
  lab_.runner().SetRun([&](const runners::RunInput& input, const runners::RunContext&) {
    if (++running > 1) together = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --running;
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(6);
  const auto dispatcher = StartWithinMemory(4);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
  EXPECT_EQ(lab_.runner().runs(), 6);
  EXPECT_FALSE(together);
}

TEST_F(DispatcherTest, WhatWaitsForMemoryIsHandedBackAtAStop) {
  lab_.runner().SetRun(RunUntilStopped);
  const ObjectId inference = lab_.AddInference(2);
  const auto dispatcher = StartWithinMemory(2);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  ASSERT_TRUE(Eventually([&] { return dispatcher->counts().tasks_running == 2; }));
  dispatcher->Stop(std::chrono::milliseconds(0));
  EXPECT_LE(lab_.runner().runs(), 1);
  EXPECT_EQ(lab_.store().CountOpenTasks().value(), 2);
}

TEST_F(DispatcherTest, IdleThreadsLookForTasksAsOne) {
  store::failing::FailingStore counting(store_);
  Lab lab(counting, clock_);
  const ObjectId inference = lab.AddInference(1);
  DispatcherOptions options = lab.Options(8);
  options.idle_poll = std::chrono::hours(1);
  const auto dispatcher = lab.MakeDispatcher(options);
  dispatcher->Start();
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(lab.LoadEnded(*dispatcher, inference).status, InferenceStatus::kCompleted);
  dispatcher->Stop(std::chrono::minutes(1));
  // At the start perhaps, then the task, then that there is no more.
  EXPECT_LE(counting.Calls("ClaimTask"), 3);
}

TEST_F(DispatcherTest, TheDocumentChoosesTheRunner) {
  EXPECT_EQ(RunToEnd(lab_.AddInference(1, "other_model")).status, InferenceStatus::kCompleted);
  EXPECT_EQ(lab_.other_runner().runs(), 1);
  EXPECT_EQ(lab_.runner().runs(), 0);
}

TEST_F(DispatcherTest, AnImageThatFailsDoesNotFailTheOthers) {
  const records::Inference ended = RunToEnd(lab_.AddInference({"a.png", "damaged.png", "b.png"}));
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  ASSERT_EQ(ended.results.size(), 3U);
  EXPECT_TRUE(ended.results[0].completed);
  EXPECT_TRUE(ended.results[2].completed);
  EXPECT_FALSE(ended.results[1].completed);
  ASSERT_TRUE(ended.results[1].error);
  EXPECT_EQ(ended.results[1].error->code, "runner_error");
  EXPECT_NE(ended.results[1].error->detail.find("'damaged.png' could not be run: "), std::string::npos);
  EXPECT_EQ(lab_.runner().runs(), 2);
}

TEST_F(DispatcherTest, AnInferenceOfWhichAllImagesFailHasFailed) {
  lab_.runner().SetRun([](const runners::RunInput&, const runners::RunContext&) -> Result<runners::RunOutput> {
    return Fail(ErrorCode::kInvalidArgument, "It has no channel 3.");
  });
  const records::Inference ended = RunToEnd(lab_.AddInference(2));
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, "runner_error");
  EXPECT_NE(ended.error->detail.find("It has no channel 3."), std::string::npos);
  EXPECT_EQ(lab_.runner().runs(), 2) << "what is wrong with an image is not tried again";
}

TEST_F(DispatcherTest, WhatARunnerThrowsIsTheErrorOfItsImage) {
  lab_.runner().SetRun([](const runners::RunInput& input, const runners::RunContext&) -> Result<runners::RunOutput> {
    if (input.stem == "image-0") throw std::runtime_error("lost a tile");
    if (input.stem == "image-1") throw std::bad_alloc();
    throw 42;
  });
  const records::Inference ended = RunToEnd(lab_.AddInference(3));
  ASSERT_EQ(ended.results.size(), 3U);
  EXPECT_NE(ended.results[0].error->detail.find("lost a tile"), std::string::npos);
  EXPECT_NE(ended.results[1].error->detail.find("memory"), std::string::npos);
  EXPECT_NE(ended.results[2].error->detail.find("unknown type"), std::string::npos);
}

TEST_F(DispatcherTest, ARunnerThatIsNotRegisteredFailsTheInferenceByName) {
  const ObjectId inference = lab_.AddInference(2, "orphan_model");
  const auto dispatcher = lab_.StartDispatcher(1);
  std::future<WaitEnd> end = EndOf(*dispatcher, inference);
  EXPECT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(Get(std::move(end)), WaitEnd::kFinished);
  const records::Inference ended = lab_.Load(inference);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, "unknown_runner");
  EXPECT_NE(ended.error->detail.find("'not_built_in'"), std::string::npos);
  EXPECT_TRUE(ended.results.empty());
}

TEST_F(DispatcherTest, AModelOrParametersThatAreNoLongerKnownFailTheInference) {
  const records::Inference no_model = RunToEnd(lab_.AddInference(1, "removed_model"));
  EXPECT_EQ(no_model.status, InferenceStatus::kFailed);
  EXPECT_NE(no_model.error->detail.find("'removed_model'"), std::string::npos);
  const records::Inference no_params = RunToEnd(lab_.AddInference(1, "fake_model", {{"scale", "many"}}));
  EXPECT_EQ(no_params.status, InferenceStatus::kFailed);
  EXPECT_EQ(no_params.error->code, "runner_error");
  EXPECT_EQ(lab_.runner().runs(), 0);
}

TEST_F(DispatcherTest, ASourceThatIsGoneFailsItsImage) {
  const ObjectId inference = lab_.AddInference(2);
  const records::Dataset dataset = store_.GetDataset(lab_.owner(), lab_.Load(inference).dataset_id).value();
  ASSERT_TRUE(store_.DeleteBlob(dataset.files[0].blob_id));
  const records::Inference ended = RunToEnd(inference);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_NE(ended.results[0].error->detail.find("'image-0.png'"), std::string::npos);
  EXPECT_TRUE(ended.results[1].completed);
}

TEST_F(DispatcherTest, AnInferenceWithoutImagesEnds) {
  EXPECT_EQ(RunToEnd(lab_.AddInference(0)).status, InferenceStatus::kCompleted);
}

TEST_F(DispatcherTest, DispatchOfAnInferenceThatIsGoneSaysSo) {
  const auto dispatcher = lab_.StartDispatcher(0);
  const Status dispatched = dispatcher->Dispatch(ObjectId::Generate());
  ASSERT_FALSE(dispatched);
  EXPECT_EQ(dispatched.error().code, ErrorCode::kNotFound);
}

TEST_F(DispatcherTest, DispatchingTwiceRunsOnce) {
  const ObjectId inference = lab_.AddInference(2);
  const auto dispatcher = lab_.StartDispatcher(0);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_EQ(store_.CountOpenTasks(), 2);
  const auto worker = lab_.StartDispatcher(2, "worker-b");
  EXPECT_EQ(lab_.LoadEnded(*dispatcher, inference).results.size(), 2U);
  EXPECT_EQ(lab_.runner().runs(), 2);
}

TEST_F(DispatcherTest, ProgressOfARunningTaskComesOut) {
  lab_.runner().SetRun([](const runners::RunInput& input, const runners::RunContext& context) {
    context.progress(3, 8);
    return RunUntilStopped(input, context);
  });
  const ObjectId inference = lab_.AddInference(1);
  const auto dispatcher = lab_.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  EXPECT_TRUE(Eventually([&] { return lab_.Load(inference).progress.tiles_done == 3; }));
  EXPECT_EQ(lab_.Load(inference).progress.tiles_total, 8);
  EXPECT_EQ(dispatcher->counts().tasks_running, 1);
}

TEST_F(DispatcherTest, AnEndedTaskTellsAllOfItsTiles) {
  lab_.runner().SetRun([](const runners::RunInput& input, const runners::RunContext& context) {
    for (int done = 1; done <= 5; ++done) context.progress(done, 5);
    return EchoOutput(input);
  });
  const ObjectId inference = lab_.AddInference(2);
  const auto dispatcher = lab_.StartDispatcher(1);
  ASSERT_TRUE(dispatcher->Dispatch(inference));
  const records::Progress progress = lab_.LoadEnded(*dispatcher, inference).progress;
  EXPECT_EQ(progress.tiles_done, 10);
  EXPECT_EQ(progress.tiles_total, 10);
}

}  // namespace
}  // namespace intelliclinix::dispatch
