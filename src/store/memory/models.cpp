#include <algorithm>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

Status MemoryStore::InsertModel(const records::StoredModel& model) {
  const std::scoped_lock lock(mutex_);
  if (!models_.emplace(model.entry.id, model).second) return ModelIdTaken(model.entry.id);
  return {};
}

Result<std::vector<records::StoredModel>> MemoryStore::ListModels() {
  const std::scoped_lock lock(mutex_);
  std::vector<records::StoredModel> models;
  models.reserve(models_.size());
  for (const auto& [id, model] : models_) models.push_back(model);
  return models;
}

bool MemoryStore::LacksModel(const records::Inference& inference) const {
  return inference.model_imported && !models_.contains(inference.model_id);
}

Status MemoryStore::DeleteModel(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const bool used = std::ranges::any_of(
      inferences_, [id](const auto& one) { return one.second.model_id == id && !records::IsFinal(one.second.status); });
  if (used) return ModelInUse(id);
  const auto found = models_.find(id);
  if (found == models_.end()) return NotFound("model");
  for (const auto& [role, blob] : found->second.blobs) blobs_.erase(blob);
  models_.erase(found);
  return {};
}

}  // namespace intelliclinix::store::memory
