#include <set>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {
namespace {

bool Matches(const records::Inference& inference, const InferenceFilter& filter) {
  return (!filter.dataset_id || inference.dataset_id == *filter.dataset_id) &&
         (!filter.model_id || inference.model_id == *filter.model_id) &&
         (!filter.status || inference.status == *filter.status) &&
         (!filter.archived || inference.archived == *filter.archived);
}

}  // namespace

Status MemoryStore::Insert(const records::Inference& inference) {
  const auto dataset = datasets_.find(inference.dataset_id);
  if (dataset == datasets_.end() || dataset->second.owner_id != inference.owner_id) return NotFound("dataset");
  if (LacksModel(inference)) return ModelGone(ErrorCode::kInvalidArgument, inference.model_id);
  if (!inferences_.emplace(inference.id, inference).second) return IdTaken("inference", inference.id);
  return {};
}

Status MemoryStore::InsertInference(const records::Inference& inference) {
  const std::scoped_lock lock(mutex_);
  return Insert(inference);
}

Result<InsertOutcome> MemoryStore::InsertInferenceOnce(const records::Inference& inference, const IdempotencyKey& key) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = FindKey(inference.owner_id, key)) return *known;
  IC_RETURN_IF_ERROR(Insert(inference));
  keys_[{inference.owner_id, key.key}] = {key.body_sha256, inference.id, inference.created_at};
  return InsertOutcome{InsertOutcome::Kind::kInserted, inference.id};
}

Result<std::optional<InsertOutcome>> MemoryStore::FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) {
  const std::scoped_lock lock(mutex_);
  return FindKey(owner, key);
}

std::optional<InsertOutcome> MemoryStore::FindKey(ObjectId owner, const IdempotencyKey& key) const {
  using enum InsertOutcome::Kind;
  const auto found = keys_.find({owner, key.key});
  if (found == keys_.end()) return std::nullopt;
  const bool same = found->second.body_sha256 == key.body_sha256;
  return InsertOutcome{same ? kRepeated : kKeyReused, found->second.inference_id};
}

Status MemoryStore::ForgetIdempotencyKeys(TimePoint created_before) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(keys_, [created_before](const auto& entry) { return entry.second.created_at < created_before; });
  return {};
}

Result<records::Inference*> MemoryStore::Find(ObjectId owner, ObjectId id) {
  const auto found = inferences_.find(id);
  if (found == inferences_.end() || found->second.owner_id != owner) return NotFound("inference");
  return &found->second;
}

Result<records::Inference> MemoryStore::GetInference(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  IC_ASSIGN_OR_RETURN(const records::Inference* inference, Find(owner, id));
  return WithProgress(*inference);
}

Result<records::Inference> MemoryStore::LoadInference(ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = inferences_.find(id);
  if (found == inferences_.end()) return NotFound("inference");
  return found->second;
}

Result<Page<records::Inference>> MemoryStore::ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                             const PageRequest& page) {
  const std::scoped_lock lock(mutex_);
  PageBuilder<records::Inference> builder(page);
  for (auto it = inferences_.rbegin(); it != inferences_.rend() && !builder.full(); ++it) {
    const records::Inference& inference = it->second;
    if (inference.owner_id != owner || !builder.Wants(inference.id) || !Matches(inference, filter)) continue;
    builder.Add(WithProgress(inference));
  }
  return std::move(builder).Finish();
}

Result<ArchiveCounts> MemoryStore::ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) {
  const std::scoped_lock lock(mutex_);
  ArchiveCounts counts;
  for (const ObjectId id : std::set<ObjectId>(ids.begin(), ids.end())) {
    const auto found = inferences_.find(id);
    if (found == inferences_.end() || found->second.owner_id != owner) continue;
    ++counts.matched;
    if (found->second.archived != archived) ++counts.modified;
    found->second.archived = archived;
  }
  return counts;
}

Status MemoryStore::DeleteInference(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  IC_RETURN_IF_ERROR(Find(owner, id));
  EraseInference(id);
  return {};
}

Result<bool> MemoryStore::FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) {
  const std::scoped_lock lock(mutex_);
  const auto found = inferences_.find(id);
  if (found == inferences_.end()) return NotFound("inference");
  records::Inference& inference = found->second;
  if (records::IsFinal(inference.status) || inference.dispatched) return false;
  inference.status = records::InferenceStatus::kFailed;
  inference.finished_at = at;
  inference.error = error;
  inference.notes = error.detail;
  return true;
}

Result<std::vector<ObjectId>> MemoryStore::ListUndispatched(int limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<ObjectId> ids;
  for (const auto& [id, inference] : inferences_) {
    if (static_cast<int>(ids.size()) >= limit) break;
    if (inference.status == records::InferenceStatus::kQueued && !inference.dispatched) ids.push_back(id);
  }
  return ids;
}

records::Inference MemoryStore::WithProgress(const records::Inference& inference) {
  records::Inference copy = inference;
  copy.progress = ProgressOf(inference.id);
  return copy;
}

void MemoryStore::EraseInference(ObjectId id) {
  std::erase_if(keys_, [id](const auto& entry) { return entry.second.inference_id == id; });
  std::erase_if(tasks_, [id](const auto& entry) { return entry.first.first == id; });
  std::erase_if(blobs_, [id](const auto& entry) { return entry.second.record.inference_id == id; });
  std::erase_if(corrections_, [id](const auto& entry) { return entry.second.inference_id == id; });
  inferences_.erase(id);
}

}  // namespace intelliclinix::store::memory
