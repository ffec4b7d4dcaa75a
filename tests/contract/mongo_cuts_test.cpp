// A process may die between any two commands of a call. Each call is cut after its first command, its second, and so
// on; then others go on, and nothing may be lost, contradict itself or stay behind.
#include <gmock/gmock.h>

#include "mongo_fixture.h"

namespace intelliclinix::store {
namespace {

using mongo::Make;
using records::Inference;
using records::InferenceStatus;
using records::Task;
namespace collection = mongo::collection;

class MongoCuts : public MongoContract {
 protected:
  /// Sweep, where all that is dispatched is over `dataset`.
  void Sweep(const records::Dataset& dataset) {
    MongoContract::Sweep([&](ObjectId id) { return TasksOf(store().LoadInference(id).value(), dataset); });
  }

  /// Runs all there is, as a healthy worker does. How many tasks that were.
  int RunAll() {
    int tasks = 0;
    for (auto task = Claim("healthy"); task; task = Claim("healthy")) {
      EXPECT_TRUE(Run(*task));
      EXPECT_TRUE(store().FinishInference(task->inference_id, Json::object(), clock_.Now()).has_value());
      ++tasks;
    }
    return tasks;
  }

  /// One task, from its artifact to its result; whether it got there.
  bool Run(const Task& task) {
    const auto writer = store().CreateBlob({owner_, "mask.png", "image/png", task.inference_id, task.source_id});
    if (!writer || !(*writer)->Write(AsBytes("mask"))) return false;
    const Result<BlobRecord> blob = (*writer)->Commit();
    if (!blob) return false;
    records::ImageResult result = Completed(task);
    result.artifacts = {{"label_mask", blob->id, "mask.png", "image/png", blob->bytes, blob->sha256}};
    return store().CommitTask(LeaseOf(task), result).value_or(false);
  }

  Inference NewInference(const records::Dataset& dataset) const {
    Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    inference.owner_id = dataset.owner_id;
    inference.created_at = clock_.Now();
    return inference;
  }

  /// An inference that has run, with a correction and a key.
  Inference PutRun(const records::Dataset& dataset) {
    const Inference inference = NewInference(dataset);
    EXPECT_TRUE(store().InsertInferenceOnce(inference, {inference.id.ToString(), "body"}).has_value());
    EXPECT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
    EXPECT_EQ(RunAll(), static_cast<int>(dataset.files.size()));
    PutCorrection(inference, dataset);
    return inference;
  }

  void ExpectNothingOf(ObjectId inference) {
    for (const char* const name : {collection::kTasks, collection::kCorrections, collection::kKeys}) {
      EXPECT_EQ(Count(name, Make("inference_id", inference)), 0) << name;
    }
    EXPECT_EQ(Count(collection::kFiles, Make("metadata.inference_id", inference)), 0);
  }
};

TEST_P(MongoCuts, AnUpload) {
  const std::string pixels(std::size_t{5} << 18, 'x');  // of more chunks than are written together
  records::Dataset dataset;
  const auto upload = [&] {
    dataset = MakeDataset(owner_, {"a.tif"});
    dataset.files[0].preview_id.reset();
    const auto writer = store().CreateBlob({owner_, "a.tif", "image/tiff", {}, {}});
    if (!writer || !(*writer)->Write(AsBytes(pixels))) return false;
    const Result<BlobRecord> blob = (*writer)->Commit();
    if (!blob) return false;
    dataset.files[0].blob_id = blob->id;
    return store().InsertDataset(dataset).has_value();
  };
  CutEverywhere(upload, [&] {
    Sweep(dataset);
    ExpectSound();
    const bool there = store().GetDataset(owner_, dataset.id).has_value();
    EXPECT_EQ(Count(collection::kFiles), there ? 1 : 0);
  });
}

TEST_P(MongoCuts, AStart) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif", "c.tif"});
  Inference inference;
  std::string key;
  const auto start = [&] {
    inference = NewInference(dataset);
    key = inference.id.ToString();
    return store().InsertInferenceOnce(inference, {key, "body"}).has_value() &&
           store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value();
  };
  CutEverywhere(start, [&] {
    // Whoever had no answer asks again with the same key, and has one inference that runs.
    Inference again = inference;
    again.id = ObjectId::Generate();
    const ObjectId id = store().InsertInferenceOnce(again, {key, "body"}).value().inference_id;
    Sweep(dataset);
    EXPECT_EQ(RunAll(), 3);
    EXPECT_EQ(StateOf(id).status, InferenceStatus::kCompleted);
    EXPECT_EQ(store().ListInferences(owner_, {}, {}).value().items.size(), 1u);
    ASSERT_TRUE(store().DeleteInference(owner_, id).has_value());
    ExpectSound();
  });
}

TEST_P(MongoCuts, AClaimWithoutAnAnswerIsNoAttempt) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif"});
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  std::optional<Task> task;
  int claims = 0;
  const auto claim = [&] {
    const auto claimed = store().ClaimTask({.worker = "claim/" + std::to_string(++claims), .now = clock_.Now()});
    task = claimed.value_or(std::nullopt);
    return claimed.has_value();
  };
  CutEverywhere(claim, [&] {
    if (!task) task = Claim("claim/" + std::to_string(++claims));
    ASSERT_TRUE(task.has_value());
    EXPECT_EQ(task->attempt, 1);
    EXPECT_TRUE(store().ReleaseTask(LeaseOf(*task)).value());
    task.reset();
  });
}

TEST_P(MongoCuts, ARun) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  Inference inference;
  const auto run = [&] {
    for (int i = 0; i < 2; ++i) {
      const auto task = store().ClaimTask({.worker = "dies", .now = clock_.Now()});
      if (!task || !*task || !Run(**task)) return false;
      if (!store().FinishInference(inference.id, Json::object(), clock_.Now())) return false;
    }
    return true;
  };
  const auto prepare = [&] {
    inference = PutInference(dataset);
    ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  };
  prepare();
  CutEverywhere(run, [&] {
    Sweep(dataset);
    RunAll();
    Sweep(dataset);
    const Inference ended = Whole(inference.id);
    EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
    EXPECT_EQ(ended.results.size(), 2u);
    for (const records::ImageResult& result : ended.results) EXPECT_TRUE(result.completed);
    EXPECT_EQ(Count(collection::kFiles, Make("metadata.inference_id", inference.id)), 2) << "an artifact an image";
    ExpectSound();
    prepare();
  });
}

TEST_P(MongoCuts, TheDeletionOfAnInference) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  Inference inference = PutRun(dataset);
  CutEverywhere([&] { return store().DeleteInference(owner_, inference.id).has_value(); },
                [&] {
                  // Before anything else is swept.
                  EXPECT_THAT(store().ListUndispatched(100).value(), testing::IsEmpty());
                  const bool there = store().GetInference(owner_, inference.id).has_value();
                  if (!there) ExpectNothingOf(inference.id);
                  Sweep(dataset);
                  if (there) {
                    EXPECT_EQ(Whole(inference.id).results.size(), 2u);
                    ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
                  }
                  ExpectNothingOf(inference.id);
                  ExpectSound();
                  inference = PutRun(dataset);
                });
}

TEST_P(MongoCuts, TheDeletionOfADataset) {
  records::Dataset dataset = PutDataset(owner_, {"a.tif"});
  Inference inference = PutRun(dataset);
  CutEverywhere([&] { return store().DeleteDataset(owner_, dataset.id).has_value(); },
                [&] {
                  if (store().GetDataset(owner_, dataset.id)) {
                    ASSERT_TRUE(store().DeleteDataset(owner_, dataset.id).has_value()) << "asked for again";
                  }
                  Sweep(dataset);
                  ExpectNothingOf(inference.id);
                  EXPECT_EQ(Count(collection::kFiles), 0);
                  ExpectSound();
                  dataset = PutDataset(owner_, {"a.tif"});
                  inference = PutRun(dataset);
                });
}

TEST_P(MongoCuts, ACancellation) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  CutEverywhere([&] { return store().CancelInference(owner_, inference.id, clock_.Now()).has_value(); },
                [&] {
                  // Cancelled, or as if nobody had asked.
                  Sweep(dataset);
                  const int ran = RunAll();
                  const InferenceState state = StateOf(inference.id);
                  EXPECT_EQ(state.status, ran == 2 ? InferenceStatus::kCompleted : InferenceStatus::kFailed);
                  EXPECT_EQ(Whole(inference.id).results.size(), 2u);
                  ExpectSound();
                  inference = PutInference(dataset);
                  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
                });
}

TEST_P(MongoCuts, ARetry) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  Inference inference;
  const auto prepare = [&] {
    inference = PutInference(dataset);
    ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
    ClaimAndCommit(false);
    ClaimAndCommit(true);
    ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  };
  prepare();
  CutEverywhere([&] { return store().RetryFailedImages(owner_, inference.id).has_value(); },
                [&] {
                  Sweep(dataset);
                  const int ran = RunAll();
                  EXPECT_EQ(StateOf(inference.id).status, InferenceStatus::kCompleted);
                  EXPECT_EQ(Whole(inference.id).results.at(0).completed, ran == 1);
                  ExpectSound();
                  prepare();
                });
}

/// A start is cut short; then the inference is cancelled and tried again before a sweep has come to it.
TEST_P(MongoCuts, ARetryOfWhatNeverHadAllItsTasks) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif", "c.tif"});
  Inference inference = PutInference(dataset);
  const auto insert = [&] {
    // Its tasks one by one, so that there is a cut between them.
    for (const Task& task : TasksOf(inference, dataset)) {
      if (!store().InsertTasks(inference.id, {task}).has_value()) return false;
    }
    return true;
  };
  CutEverywhere(insert, [&] {
    // Not those that are dispatched with too few tasks, which nobody inserts in this way.
    if (!store().LoadInference(inference.id).value().dispatched) {
      ASSERT_TRUE(store().CancelInference(owner_, inference.id, clock_.Now()).has_value());
      ASSERT_TRUE(store().RetryFailedImages(owner_, inference.id).has_value());
      Sweep(dataset);
      EXPECT_EQ(RunAll(), 3);
      EXPECT_EQ(Whole(inference.id).results.size(), 3u);
      ExpectSound();
    }
    ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
    inference = PutInference(dataset);
  });
}

TEST_P(MongoCuts, TheRemovalOfAModel) {
  const records::Dataset dataset = MakeDataset(owner_, {"a.tif"});
  const auto prepare = [&] {
    records::StoredModel model;
    model.entry.id = "mine";
    for (const char* const role : {"weights", "license"}) {
      model.entry.files[role] = {};
      model.blobs[role] = PutBlob({}, role).id;
    }
    ASSERT_TRUE(store().InsertModel(model).has_value());
  };
  prepare();
  CutEverywhere([&] { return store().DeleteModel("mine").has_value(); },
                [&] {
                  const bool there = !store().ListModels().value().empty();
                  Sweep(dataset);
                  if (there) {
                    EXPECT_EQ(Count(collection::kFiles), 2) << "it is whole";
                    ASSERT_TRUE(store().DeleteModel("mine").has_value());
                  }
                  EXPECT_EQ(Count(collection::kFiles), 0);
                  ExpectSound();
                  prepare();
                });
}

TEST_P(MongoCuts, ACorrection) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif"});
  const Inference inference = PutRun(dataset);
  const auto correct = [&] {
    records::Correction correction;
    correction.id = ObjectId::Generate();
    correction.inference_id = inference.id;
    correction.owner_id = owner_;
    correction.source_id = dataset.files[0].blob_id;
    const auto writer = store().CreateBlob({owner_, "a.png", "image/png", inference.id, correction.source_id});
    if (!writer || !(*writer)->Write(AsBytes("labels"))) return false;
    const Result<BlobRecord> blob = (*writer)->Commit();
    if (!blob) return false;
    correction.file.blob_id = blob->id;
    return store().InsertCorrection(correction).has_value();
  };
  CutEverywhere(correct, [&] {
    Sweep(dataset);
    ExpectSound();
    const auto kept = static_cast<std::int64_t>(store().ListCorrections(owner_, inference.id, {}).value().items.size());
    EXPECT_EQ(Count(collection::kFiles, Make("metadata.inference_id", inference.id)), 1 + kept);
  });
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Store, MongoCuts, testing::Values(MongoKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace intelliclinix::store
