#include "runners/model_catalogue.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "runners/tile_time.h"

namespace intelliclinix::runners {
namespace {

constexpr std::chrono::seconds kFresh{1};

bool SameContent(const records::ModelEntry& a, const records::ModelEntry& b) {
  return a.runner_name == b.runner_name && std::ranges::equal(a.files, b.files, [](const auto& one, const auto& other) {
           return one.first == other.first && one.second.sha256 == other.second.sha256;
         });
}

}  // namespace

std::vector<const records::ModelEntry*> ModelCatalogue::All() const {
  RefreshWhenStale();
  std::vector<const records::ModelEntry*> all;
  const std::lock_guard lock(mutex_);
  all.reserve(entries_.size() + imported_.size());
  for (const records::ModelEntry& entry : entries_) all.push_back(&entry);
  for (const auto& [id, entry] : imported_) all.push_back(entry);
  return all;
}

const records::ModelEntry* ModelCatalogue::FindShipped(std::string_view id) const {
  const auto found = std::ranges::find(entries_, id, &records::ModelEntry::id);
  return found == entries_.end() ? nullptr : &*found;
}

const records::ModelEntry* ModelCatalogue::Find(std::string_view id) const {
  if (const records::ModelEntry* const shipped = FindShipped(id)) return shipped;
  RefreshWhenStale();
  if (const records::ModelEntry* const known = FindKnown(id)) return known;
  // It may have been imported within the last second.
  Refresh();
  return FindKnown(id);
}

const records::ModelEntry* ModelCatalogue::FindKnown(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = imported_.find(id);
  return found == imported_.end() ? nullptr : found->second;
}

Status ModelCatalogue::Prepare(const records::ModelEntry& entry, const RunnerRegistry& registry,
                               const Clock& clock) const {
  ModelRunner* const runner = registry.Find(entry.runner_name);
  if (runner == nullptr) {
    log::Warning("model_without_runner", {{"model_id", entry.id}, {"runner_name", entry.runner_name}});
    return {};
  }
  Result<ModelReport> report = runner->Prepare(entry);
  if (!report) log::Error("model_not_fit", {{"model_id", entry.id}, {"reason", report.error().message}});
  const Status fit = report ? Status() : std::unexpected(report.error());
  const std::lock_guard lock(mutex_);
  checks_.insert_or_assign(entry.id, ModelCheck{std::move(report), clock.Now()});
  return fit;
}

Status ModelCatalogue::PrepareAll(const RunnerRegistry& registry, const Clock& clock) {
  Status first_failure;
  for (const records::ModelEntry& entry : entries_) {
    const Status fit = Prepare(entry, registry, clock);
    if (!fit && first_failure) first_failure = fit;
  }
  Refresh();
  return first_failure;
}

/// What goes wrong here is told when somebody runs the model.
void ModelCatalogue::TimeTile(const records::ModelEntry& entry, const RunnerRegistry& registry) const {
  const std::optional<ModelCheck> check = Check(entry.id);
  if (!check || !check->report || check->tile_ms) return;
  ComputePool one_thread(1);
  const auto tile_ms = TimeOfTile(*registry.Find(entry.runner_name), entry, Json::object(), one_thread, 1);
  const std::lock_guard lock(mutex_);
  if (tile_ms) checks_.at(entry.id).tile_ms = *tile_ms;
}

void ModelCatalogue::TimeTiles(const RunnerRegistry& registry) {
  for (const records::ModelEntry& entry : entries_) TimeTile(entry, registry);
}

std::optional<ModelCheck> ModelCatalogue::Check(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = checks_.find(id);
  return found == checks_.end() ? std::nullopt : std::optional(found->second);
}

void ModelCatalogue::RefreshWhenStale() const {
  if (!imports_) return;
  {
    const std::lock_guard lock(refresh_mutex_);
    const TimePoint now = imports_->clock.Now();
    if (refreshed_at_ && now >= *refreshed_at_ && now < *refreshed_at_ + kFresh) return;
  }
  Refresh();
}

void ModelCatalogue::Refresh() const {
  if (!imports_) return;
  const std::lock_guard lock(refresh_mutex_);
  const auto found = imports_->list();
  refreshed_at_ = imports_->clock.Now();
  // Those that are known go on while the store does not answer.
  if (!found) return log::Warning("imported_models_not_listed", {{"reason", found.error().message}});
  TakeImports(*found);
}

void ModelCatalogue::TakeImports(const std::vector<records::ModelEntry>& found) const {
  std::map<std::string, const records::ModelEntry*, std::less<>> now;
  for (const records::ModelEntry& entry : found) {
    const records::ModelEntry* known = FindKnown(entry.id);
    if (known == nullptr || !SameContent(*known, entry)) {
      {
        const std::lock_guard lock(mutex_);
        known = &ever_imported_.emplace_back(entry);
      }
      // What comes of it is kept with the checks.
      static_cast<void>(Prepare(*known, imports_->registry, imports_->clock));
      TimeTile(*known, imports_->registry);
    }
    now[entry.id] = known;
  }
  const std::lock_guard lock(mutex_);
  imported_ = std::move(now);
}

}  // namespace intelliclinix::runners
