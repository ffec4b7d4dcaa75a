// Hands inferences to the runners that their documents name.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/build.h"
#include "base/clock.h"
#include "base/compute_pool.h"
#include "base/result.h"
#include "records/inference.h"
#include "runners/model_catalogue.h"
#include "runners/runner_registry.h"
#include "runners/source_image.h"
#include "store/store.h"

namespace intelliclinix::dispatch {

struct DispatcherOptions {
  int workers = 1;                              ///< worker threads; each runs one task at a time; 0: dispatch only
  std::string worker_name = "local";            ///< unique among all processes of the store
  Build build;                                  ///< for provenance
  std::chrono::milliseconds lease{30'000};      ///< a task whose worker is silent this long goes to another
  std::chrono::milliseconds heartbeat{10'000};  ///< how often a worker prolongs its leases; less than a third of lease
  std::chrono::milliseconds idle_poll{1'000};   ///< how often to look for what other processes did
  std::chrono::milliseconds orphan_grace = std::chrono::hours(24);  ///< longer than any upload takes; see ListOrphans
  std::chrono::milliseconds tidy = std::chrono::hours(1);           ///< how often orphans and old keys are looked for
  runners::SourceLimits source_limits;
};

/// What the dispatcher works with. All are borrowed and must outlive it.
struct DispatcherParts {
  store::Store& store;
  const runners::RunnerRegistry& registry;
  const runners::ModelCatalogue& catalogue;
  ComputePool& pool;
  const Clock& clock;
};

/// What a watcher sees of an inference.
struct Sight {
  const store::InferenceState* state = nullptr;  ///< null: it is gone, or nobody looks any longer
  bool stopping = false;                         ///< the dispatcher stops; the inference may go on in other processes
};

/// Is shown an inference now and then, changed or not; returns whether it wants to see more.
using Watcher = std::move_only_function<bool(const Sight& sight)>;

/// Counts for metrics, since the start of the process.
struct DispatcherCounts {
  long long tasks_completed = 0;
  long long tasks_failed = 0;
  long long stale_writes_rejected = 0;  ///< writes of workers that had lost their lease
  long long orphan_blobs_removed = 0;
  int tasks_running = 0;
};

/// Picks the runner by the document's `runner_name` (strategy pattern), and runs tasks on worker threads: claim,
/// heartbeat, run, store artifacts, commit. It knows no model.
/// Threads: all calls from any.
class Dispatcher {
 public:
  Dispatcher(const DispatcherParts& parts, DispatcherOptions options);
  /// Stops with no grace.
  ~Dispatcher();

  /// Starts the worker threads, and takes up what an earlier process left: starts and endings that were cut short.
  void Start();

  /// No further claims; running tasks get `grace` to end, then are stopped at the next tile and handed back.
  /// Watchers see `stopping`. Returns when all threads have ended.
  void Stop(std::chrono::milliseconds grace);

  /// Takes up a queued inference: loads its document, looks its runner up, writes its tasks.
  /// A runner that is not registered: the inference becomes failed with `error.code` "unknown_runner"; that is no
  /// error of this call. Errors: those of the store, kNotFound.
  Status Dispatch(ObjectId inference);

  /// Shows the inference to `watcher`: at once, whenever this process changes it, and each `idle_poll`, until it wants
  /// no more or the dispatcher stops. Watchers share a thread, and should be short.
  void Watch(ObjectId inference, Watcher watcher);

  /// Stops running tasks of an inference that was cancelled or deleted in the store, at their next tile, and shows it
  /// to its watchers.
  void Abandon(ObjectId inference);

  DispatcherCounts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace intelliclinix::dispatch
