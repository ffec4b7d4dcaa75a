// The models that clients can choose, and whether each is fit to run.
#pragma once

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
};

/// Threads: any.
class ModelCatalogue {
 public:
  /// Ids must differ.
  explicit ModelCatalogue(std::vector<records::ModelEntry> entries) : entries_(std::move(entries)) {}

  const std::vector<records::ModelEntry>& entries() const { return entries_; }
  /// Null when there is none. Borrows: valid as long as the catalogue.
  const records::ModelEntry* Find(std::string_view id) const;

  /// Prepares every model with its runner and keeps what came of it. A model whose runner is not registered is left
  /// out: starting it fails by name.
  /// Errors: the first model that is not fit to run.
  Status PrepareAll(const RunnerRegistry& registry, const Clock& clock);

  /// What PrepareAll found; none before.
  std::optional<ModelCheck> Check(std::string_view id) const;

 private:
  const std::vector<records::ModelEntry> entries_;
  mutable std::mutex mutex_;
  std::map<std::string, ModelCheck, std::less<>> checks_;
};

}  // namespace intelliclinix::runners
