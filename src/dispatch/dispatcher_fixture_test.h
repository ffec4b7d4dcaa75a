// A store with an owner and a dataset, runners that do as they are told, and dispatchers on them: for tests.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/compute_pool.h"
#include "dispatch/dispatcher.h"
#include "runners/model_catalogue.h"
#include "runners/model_runner.h"
#include "runners/runner_registry.h"
#include "store/store.h"

namespace intelliclinix::dispatch {

using RunFunction = std::function<Result<runners::RunOutput>(const runners::RunInput&, const runners::RunContext&)>;

/// Two artifacts that hold the name of the image.
runners::RunOutput EchoOutput(const runners::RunInput& input);
/// Returns once the stop is seen.
Result<runners::RunOutput> RunUntilStopped(const runners::RunInput& input, const runners::RunContext& context);

/// A runner whose work a test gives. Takes the number "scale" (default 2) and the string "precision" (default f32).
class FakeRunner final : public runners::ModelRunner {
 public:
  explicit FakeRunner(std::string name);

  /// What Run does from now on, at first EchoOutput.
  void SetRun(RunFunction run);
  /// What EstimateBytes tells, at first 0.
  void SetBytes(std::uint64_t bytes) { bytes_ = bytes; }
  int runs() const { return runs_; }

  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry& model) override;
  Status CheckParams(const Json& params, const records::ImageFacts& image) const override;
  std::uint64_t EstimateBytes(const records::ModelEntry&, const Json&, const records::ImageFacts&) const override {
    return bytes_;
  }
  Result<runners::RunOutput> Run(const runners::RunInput& input, const runners::RunContext& context) override;

 private:
  runners::RunnerDescription description_;
  std::mutex mutex_;
  RunFunction run_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<int> runs_{0};
};

/// Borrows: the store and the clock.
class Lab {
 public:
  Lab(store::Store& store, const Clock& clock);

  /// A queued inference over a new dataset of images "image-0.png", "image-1.png", ...
  ObjectId AddInference(int images, const std::string& model = "fake_model", Json params = Json::object());
  /// The same over given files.
  ObjectId AddInference(const std::vector<std::string>& filenames, const std::string& model = "fake_model",
                        Json params = Json::object());

  /// Polls and heartbeats often.
  DispatcherOptions Options(int workers, std::string name = "worker-a") const;
  std::unique_ptr<Dispatcher> MakeDispatcher(DispatcherOptions options);
  /// With Options, and started.
  std::unique_ptr<Dispatcher> StartDispatcher(int workers, std::string name = "worker-a");

  records::Inference Load(ObjectId inference);
  /// As Load, once it has ended; waits at most a minute, and fails the test after that.
  records::Inference LoadEnded(Dispatcher& dispatcher, ObjectId inference);
  /// The bytes of an artifact as text; none where there is no such blob.
  std::optional<std::string> ReadArtifact(const records::Artifact& artifact);
  /// Whether every artifact of the inference can be read.
  bool AllArtifactsThere(const records::Inference& inference);

  FakeRunner& runner() { return *runner_; }
  FakeRunner& other_runner() { return *other_runner_; }
  store::Store& store() { return store_; }
  ObjectId owner() const { return owner_; }
  runners::ModelCatalogue& catalogue() { return catalogue_; }
  const runners::RunnerRegistry& registry() const { return registry_; }

 private:
  store::Store& store_;
  const Clock& clock_;
  const ObjectId owner_ = ObjectId::Generate();
  runners::RunnerRegistry registry_;
  runners::ModelCatalogue catalogue_;
  ComputePool pool_{4};  // as many images can be run at once
  FakeRunner* runner_ = nullptr;
  FakeRunner* other_runner_ = nullptr;
};

/// Why a wait ended.
enum class WaitEnd {
  kFinished,  ///< the inference is completed, failed or gone
  kStopping   ///< the dispatcher stops
};

/// The end of an inference, as a watcher sees it.
std::future<WaitEnd> EndOf(Dispatcher& dispatcher, ObjectId inference);
/// The future's value; fails the test after a minute.
WaitEnd Get(std::future<WaitEnd> end);

/// Waits until `condition` holds; false after a minute.
bool Eventually(const std::function<bool()>& condition);

}  // namespace intelliclinix::dispatch
