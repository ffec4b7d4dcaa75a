// One process of bench/workers: fills a store with jobs, or works on them with a runner that sleeps.
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/compute_pool.h"
#include "base/json.h"
#include "dispatch/dispatcher.h"
#include "runners/model_catalogue.h"
#include "runners/runner_registry.h"
#include "store/failing/failing_store.h"
#include "store/mongo/mongo_store.h"
#include "store/sqlite/sqlite_store.h"
#include "take.h"

namespace {

using namespace intelliclinix;
using bench::Take;

struct Flags {
  std::string store;
  int jobs = 0;  ///< to be put into the store; 0: work on what is there
  std::string image;
  int sleep_ms = 0;
};

// As the default outputs of an image of 512 x 512 are.
constexpr int kArtifacts = 6;
constexpr std::size_t kArtifactBytes = 20'000;
constexpr const char* kModel = "sleeping_model";
constexpr const char* kRunner = "sleeping";

/// Sleeps in place of computing.
class SleepingRunner final : public runners::ModelRunner {
 public:
  explicit SleepingRunner(int sleep_ms) : sleep_(sleep_ms) { description_.name = kRunner; }

  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry&) override { return runners::ModelReport{}; }
  Status CheckParams(const Json&, const records::ImageFacts&) const override { return {}; }
  Result<runners::RunOutput> Run(const runners::RunInput& input, const runners::RunContext&) override {
    std::this_thread::sleep_for(sleep_);
    runners::RunOutput output;
    for (int i = 0; i < kArtifacts; ++i) {
      const std::string kind = "artifact_" + std::to_string(i);
      output.artifacts.push_back({kind, input.stem + "_" + kind, "application/octet-stream",
                                  std::vector<std::byte>(kArtifactBytes, std::byte{42})});
    }
    return output;
  }

 private:
  const std::chrono::milliseconds sleep_;
  runners::RunnerDescription description_;
};

std::unique_ptr<store::Store> OpenStore(const std::string& name, const Clock& clock) {
  if (name.starts_with("mongodb")) return Take(store::mongo::OpenMongoStore({.uri = name}, clock));
  return Take(store::sqlite::OpenSqliteStore({.folder = name}, clock));
}

/// Inferences of one image each, over one dataset of one image.
void Fill(const Flags& flags, store::Store& store, const Clock& clock) {
  std::ifstream file(flags.image, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = ObjectId::Generate();
  const auto writer = Take(store.CreateBlob({dataset.owner_id, "a.png", "image/png", {}, {}}));
  Take(writer->Write(AsBytes(bytes)));
  dataset.files.resize(1);
  dataset.files[0].blob_id = Take(writer->Commit()).id;
  dataset.files[0].filename = "a.png";
  Take(store.InsertDataset(dataset));
  for (int i = 0; i < flags.jobs; ++i) {
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    inference.owner_id = dataset.owner_id;
    inference.model_id = kModel;
    inference.runner_name = kRunner;
    inference.created_at = clock.Now();
    Take(store.InsertInference(inference));
    records::Task task;
    task.id = ObjectId::Generate();
    task.inference_id = inference.id;
    task.owner_id = inference.owner_id;
    task.source_id = task.picture_id = dataset.files[0].blob_id;
    task.filename = "a.png";
    Take(store.InsertTasks(inference.id, {task}));
  }
}

double Seconds(TimePoint time) { return static_cast<double>(ToMillis(time)) / 1000; }

/// Returns when nothing is open, with the time when this process ended its last job. The store is asked twice a second,
/// since its answers cost those who work.
TimePoint WaitForEnd(const dispatch::Dispatcher& dispatcher, store::Store& store, const Clock& clock) {
  constexpr int kLooks = 100;
  TimePoint last = clock.Now();
  bool at_work = true;
  const auto look = [&] {
    const bool was_at_work = std::exchange(at_work, dispatcher.counts().tasks_running > 0);
    if (at_work || was_at_work) last = clock.Now();
  };
  do {
    for (int i = 0; i < kLooks; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      look();
    }
  } while (at_work || Take(store.CountOpenTasks()) > 0);
  return last;
}

/// Works until nothing is open; what it did and what it asked of the store, by call.
Json Work(const Flags& flags, store::Store& store, const Clock& clock) {
  store::failing::FailingStore counting(store);
  runners::RunnerRegistry registry;
  registry.Register(std::make_unique<SleepingRunner>(flags.sleep_ms));
  records::ModelEntry model;
  model.id = kModel;
  model.runner_name = kRunner;
  runners::ModelCatalogue catalogue({model});
  ComputePool pool(1);
  dispatch::DispatcherOptions options;
  options.workers = 1;
  options.worker_name = "bench-" + ObjectId::Generate().ToString();
  dispatch::Dispatcher dispatcher({counting, registry, catalogue, pool, clock}, options);
  const TimePoint begin = clock.Now();
  dispatcher.Start();
  const TimePoint end = WaitForEnd(dispatcher, store, clock);
  dispatcher.Stop(std::chrono::minutes(1));
  return {{"begin_s", Seconds(begin)},
          {"end_s", Seconds(end)},
          {"jobs", dispatcher.counts().tasks_completed},
          {"stale_writes", dispatcher.counts().stale_writes_rejected},
          {"operations", counting.Operations()}};
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app("One process of bench/workers.");
  app.add_option("--store", flags.store, "a folder, or a mongodb:// URI")->required();
  app.add_option("--jobs", flags.jobs, "puts so many jobs into the store, in place of working");
  app.add_option("--image", flags.image, "that the jobs are over");
  app.add_option("--sleep-ms", flags.sleep_ms, "that an image takes");
  CLI11_PARSE(app, argc, argv);
  const SystemClock clock;
  const auto store = OpenStore(flags.store, clock);
  if (flags.jobs > 0) {
    Fill(flags, *store, clock);
  } else {
    std::cout << Work(flags, *store, clock).dump() << "\n";
  }
}
