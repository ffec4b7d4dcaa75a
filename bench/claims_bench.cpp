// How long the calls of workers and of those who watch take on an SQLite store with a long queue.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/sqlite/sqlite_store.h"
#include "take.h"

namespace {

using namespace intelliclinix;
using bench::Take;

struct Flags {
  int inferences = 10'000;
  int owners = 100;
  int images = 10'000;
  std::string folder = std::filesystem::temp_directory_path().string();
};

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Milliseconds of calls of one kind.
class Times {
 public:
  /// Returns what `call` returns, and notes how long it took.
  template <typename Call>
  auto Measure(const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = call();
    times_.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    return Take(std::move(result));
  }

  Json Summary(const std::string& name) {
    std::ranges::sort(times_);
    const auto at = [this](double share) { return times_[static_cast<std::size_t>(share * (times_.size() - 1))]; };
    return {{"call", name}, {"calls", times_.size()}, {"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"max_ms", at(1)}};
  }

 private:
  std::vector<double> times_;
};

/// A store with jobs, and the times of its calls.
class Bench {
 public:
  Bench(const Flags& flags, store::Store& store) : flags_(flags), store_(store) {}

  Json Run() {
    Fill();
    const double filled = PeakMegabytes();
    Watch();
    Work();
    const double worked = PeakMegabytes();
    LargeJob();
    Json calls = Json::array();
    for (const auto& [name, times] : times_) calls.push_back(const_cast<Times&>(times).Summary(name));
    return {
        {"inferences", flags_.inferences},  {"owners", flags_.owners},      {"images_of_the_large_one", flags_.images},
        {"peak_mb_with_the_queue", filled}, {"peak_mb_at_its_end", worked}, {"calls", calls}};
  }

 private:
  Times& Of(const std::string& name) {
    for (auto& [known, times] : times_) {
      if (known == name) return times;
    }
    return times_.emplace_back(name, Times()).second;
  }

  records::Dataset PutDataset(int images) {
    records::Dataset dataset;
    dataset.id = ObjectId::Generate();
    dataset.owner_id = ObjectId::Generate();
    dataset.files.resize(static_cast<std::size_t>(images));
    for (records::SourceFile& file : dataset.files) {
      file.blob_id = ObjectId::Generate();
      file.filename = file.blob_id.ToString() + ".png";
    }
    Take(store_.InsertDataset(dataset));
    return dataset;
  }

  records::Inference PutJob(const records::Dataset& dataset) {
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    inference.owner_id = dataset.owner_id;
    inference.created_at = clock_.Now();
    std::vector<records::Task> tasks(dataset.files.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      tasks[i].id = ObjectId::Generate();
      tasks[i].owner_id = dataset.owner_id;
      tasks[i].source_id = dataset.files[i].blob_id;
      tasks[i].filename = dataset.files[i].filename;
      tasks[i].position = static_cast<int>(i);
    }
    Of("InsertInference").Measure([&] { return store_.InsertInference(inference); });
    Of(tasks.size() == 1 ? "InsertTasks" : "InsertTasks, all images").Measure([&] {
      return store_.InsertTasks(inference.id, tasks);
    });
    return inference;
  }

  void Fill() {
    std::vector<records::Dataset> datasets;
    datasets.reserve(static_cast<std::size_t>(flags_.owners));
    for (int i = 0; i < flags_.owners; ++i) datasets.push_back(PutDataset(1));
    for (int i = 0; i < flags_.inferences; ++i) last_ = PutJob(datasets[static_cast<std::size_t>(i % flags_.owners)]);
  }

  void Watch() {
    for (int i = 0; i < 200; ++i) {
      Of("QueuePosition, last").Measure([&] { return store_.QueuePosition(last_.id); });
      Of("CountOpenInferences").Measure([&] { return store_.CountOpenInferences(last_.owner_id); });
      Of("CountOpenTasks").Measure([&] { return store_.CountOpenTasks(); });
      Of("ListUnfinished").Measure([&] { return store_.ListUnfinished(clock_.Now(), 100); });
      Of("ListUndispatched").Measure([&] { return store_.ListUndispatched(100); });
    }
  }

  static records::ImageResult ResultOf(const records::Task& task) {
    records::ImageResult result;
    result.source_filename = task.filename;
    result.completed = true;
    result.timings_ms = {{"decode", 1.5}, {"network", 12.5}, {"masks", 3.5}};
    for (const char* kind : {"label_mask", "class_mask", "instance_mask", "overlay", "composite", "outlines"}) {
      result.artifacts.push_back({kind, ObjectId::Generate(), task.filename, "image/png", 1, std::string(64, 'a')});
    }
    return result;
  }

  std::optional<records::Task> Claim() {
    std::optional<records::Task> task = Of("ClaimTask").Measure([&] {
      return store_.ClaimTask({.worker = "bench", .now = clock_.Now(), .after_owner = served_});
    });
    if (task) served_ = task->owner_id;
    return task;
  }

  void Work() {
    while (const auto task = Claim()) {
      const records::TaskLease lease{task->id, task->inference_id, task->worker, task->attempt};
      Of("RenewLease").Measure([&] { return store_.RenewLease(lease, {}, clock_.Now() + std::chrono::hours(1)); });
      Of("CommitTask").Measure([&] { return store_.CommitTask(lease, ResultOf(*task)); });
      Of("FinishInference").Measure([&] {
        return store_.FinishInference(task->inference_id, Json::object(), clock_.Now());
      });
    }
  }

  void LargeJob() {
    const records::Inference inference = PutJob(PutDataset(flags_.images));
    for (int i = 0; i < flags_.images / 2; ++i) {
      const records::Task task = Claim().value();
      Take(store_.CommitTask({task.id, task.inference_id, task.worker, task.attempt}, ResultOf(task)));
    }
    for (int i = 0; i < 100; ++i) {
      Of("LoadStates, large").Measure([&] { return store_.LoadStates({inference.id}); });
      Of("GetInference, large").Measure([&] { return store_.GetInference(inference.owner_id, inference.id); });
      Of("LoadInference, large").Measure([&] { return store_.LoadInference(inference.id); });
    }
    Of("CancelInference, large").Measure([&] {
      return store_.CancelInference(inference.owner_id, inference.id, clock_.Now());
    });
    Of("ListResults, 8 MB").Measure([&] { return store_.ListResults(inference.owner_id, inference.id, {}); });
  }

  const Flags& flags_;
  store::Store& store_;
  const SystemClock clock_;
  records::Inference last_;
  std::optional<ObjectId> served_;
  std::vector<std::pair<std::string, Times>> times_;
};

/// Measures in a folder of its own. The exit status.
int MeasureIn(const Flags& flags) {
  std::string folder = flags.folder + "/claims.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror(folder.c_str());
    return 1;
  }
  {
    const SystemClock clock;
    const auto store = Take(store::sqlite::OpenSqliteStore({.folder = folder}, clock));
    std::cout << Bench(flags, *store).Run().dump() << "\n";
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Flags flags;
    CLI::App app("How long calls take on an SQLite store with a long queue.");
    app.add_option("--inferences", flags.inferences, "queued ones, of one image each")->check(CLI::PositiveNumber);
    app.add_option("--owners", flags.owners, "whose they are")->check(CLI::PositiveNumber);
    app.add_option("--images", flags.images, "of the one large inference")->check(CLI::PositiveNumber);
    app.add_option("--folder", flags.folder, "in which the store is made, on the disk to be measured");
    CLI11_PARSE(app, argc, argv);
    return MeasureIn(flags);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s\n", exception.what());
    return 1;
  }
}
