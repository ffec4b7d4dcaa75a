#include "runners/model_catalogue.h"

#include "base/log.h"

namespace intelliclinix::runners {

const records::ModelEntry* ModelCatalogue::Find(std::string_view id) const {
  for (const records::ModelEntry& entry : entries_) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

Status ModelCatalogue::PrepareAll(const RunnerRegistry& registry, const Clock& clock) {
  Status first_failure;
  for (const records::ModelEntry& entry : entries_) {
    ModelRunner* const runner = registry.Find(entry.runner_name);
    if (runner == nullptr) {
      log::Warning("model_without_runner", {{"model_id", entry.id}, {"runner_name", entry.runner_name}});
      continue;
    }
    Result<ModelReport> report = runner->Prepare(entry);
    if (!report) {
      log::Error("model_not_fit", {{"model_id", entry.id}, {"reason", report.error().message}});
      if (first_failure) first_failure = std::unexpected(report.error());
    }
    const std::lock_guard lock(mutex_);
    checks_.insert_or_assign(entry.id, ModelCheck{std::move(report), clock.Now()});
  }
  return first_failure;
}

std::optional<ModelCheck> ModelCatalogue::Check(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = checks_.find(id);
  return found == checks_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace intelliclinix::runners
