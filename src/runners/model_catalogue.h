// The models that clients can choose, and whether each is fit to run.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/model_entry.h"
#include "runners/runner_registry.h"

namespace intelliclinix::runners {

/// The last check of a model.
struct ModelCheck {
  Result<ModelReport> report;
  TimePoint checked_at;
  std::optional<double> tile_ms{};  ///< of a tile of kTimedSide px on one core; none where that is not known
};

/// Where imported models come from.
struct ModelImports {
  /// All that there are now, with their files on this machine; what cannot be had is left out.
  std::function<Result<std::vector<records::ModelEntry>>()> list;
  const RunnerRegistry& registry;
  const Clock& clock;
};

/// The models that came with the program, and those that were imported, by whichever process: these are looked for when
/// somebody asks for models, at most once a second, so that no process needs to be told of them.
/// Threads: any.
class ModelCatalogue {
 public:
  /// Ids must differ.
  explicit ModelCatalogue(std::vector<records::ModelEntry> entries) : entries_(std::move(entries)) {}

  /// Those that came with the program.
  const std::vector<records::ModelEntry>& entries() const { return entries_; }

  /// Whether a model of that id came with the program.
  bool Ships(std::string_view id) const { return FindShipped(id) != nullptr; }

  /// From now on imported models are known too. Call it once, before other threads use the catalogue.
  /// Borrows: what `imports` names.
  void WatchImports(ModelImports imports) { imports_.emplace(std::move(imports)); }

  /// All models of now, those that came with the program first. Borrows: valid as long as the catalogue, also when they
  /// are removed meanwhile.
  std::vector<const records::ModelEntry*> All() const;
  /// Null when there is none. Borrows: as All.
  const records::ModelEntry* Find(std::string_view id) const;

  /// Prepares every model with its runner and keeps what came of it. A model whose runner is not registered is left
  /// out: starting it fails by name.
  /// Errors: the first model that came with the program and is not fit to run.
  Status PrepareAll(const RunnerRegistry& registry, const Clock& clock);

  /// Times a tile of each model that is fit and was not timed yet. Imported ones are timed as they come.
  void TimeTiles(const RunnerRegistry& registry);

  /// What became of preparing the model; none before.
  std::optional<ModelCheck> Check(std::string_view id) const;

  /// Looks for imported models now, however short ago that was done.
  void Refresh() const;

 private:
  const records::ModelEntry* FindShipped(std::string_view id) const;
  const records::ModelEntry* FindKnown(std::string_view id) const;
  void RefreshWhenStale() const;
  void TakeImports(const std::vector<records::ModelEntry>& found) const;
  void TimeTile(const records::ModelEntry& entry, const RunnerRegistry& registry) const;
  Status Prepare(const records::ModelEntry& entry, const RunnerRegistry& registry, const Clock& clock) const;

  const std::vector<records::ModelEntry> entries_;
  std::optional<ModelImports> imports_;
  mutable std::mutex refresh_mutex_;                                                 // one looks, others wait
  mutable std::optional<TimePoint> refreshed_at_;                                    // guarded by refresh_mutex_
  mutable std::mutex mutex_;                                                         // of all below
  mutable std::deque<records::ModelEntry> ever_imported_;                            // never erased: others may borrow
  mutable std::map<std::string, const records::ModelEntry*, std::less<>> imported_;  // of now
  mutable std::map<std::string, ModelCheck, std::less<>> checks_;
};

}  // namespace intelliclinix::runners
