// Models tried on a part of an image while somebody waits.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>

#include "base/compute_pool.h"
#include "base/thread_pool.h"
#include "records/dataset.h"
#include "records/model_entry.h"
#include "runners/region_run.h"
#include "runners/runner_registry.h"
#include "store/store.h"

namespace intelliclinix::dispatch {

struct PreviewerOptions {
  int places = 2;  ///< previews at a time, each with a thread; 0: this process runs none
  runners::SourceLimits source_limits{};
};

/// What is to be tried. Refers to entries of the catalogue and runners of the registry, which stay.
struct Preview {
  records::SourceFile file;  ///< of a dataset whose owner was checked
  runners::ModelRunner& runner;
  const records::ModelEntry& model;
  Json params;  ///< resolved
  image::Rectangle region;
  std::stop_token stop;  ///< seen before the next tile
};

/// Runs previews beside the jobs, on the same compute pool. Nothing is stored.
/// Threads: any.
class Previewer {
 public:
  /// Takes the result. It must not throw.
  using Then = std::move_only_function<void(Result<runners::RegionResult> result)>;

  /// Borrows: both.
  Previewer(store::BlobStore& store, ComputePool& pool, const PreviewerOptions& options);

  bool runs_any() const { return options_.places > 0; }

  /// Calls `then` once, on a thread of the previewer. False, and no call, when all places are taken.
  /// Errors in it: those of the store; as runners::RunRegion.
  bool Start(Preview preview, Then then);

 private:
  Result<runners::RegionResult> Run(const Preview& preview);

  store::BlobStore& store_;
  ComputePool& pool_;
  const PreviewerOptions options_;
  std::atomic<int> taken_ = 0;
  ThreadPool threads_;  // last, so that it ends first
};

}  // namespace intelliclinix::dispatch
