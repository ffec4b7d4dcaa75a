// What nothing points to, and what contradicts itself. Maps under one mutex cannot be cut short; what is told here is
// what callers do in more than one step.
#include <algorithm>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

using records::Task;

std::set<ObjectId> MemoryStore::ReferencedBlobs() const {
  std::set<ObjectId> ids;
  for (const auto& [id, dataset] : datasets_) {
    for (const records::SourceFile& file : dataset.files) {
      ids.insert(file.blob_id);
      if (file.preview_id) ids.insert(*file.preview_id);
    }
  }
  for (const auto& [key, task] : tasks_) {
    if (!task.result) continue;
    for (const records::Artifact& artifact : task.result->artifacts) ids.insert(artifact.blob_id);
  }
  for (const auto& [id, correction] : corrections_) ids.insert(correction.file.blob_id);
  for (const auto& [id, model] : models_) {
    for (const auto& [role, blob] : model.blobs) ids.insert(blob);
  }
  return ids;
}

std::vector<ObjectId> MemoryStore::Orphans(TimePoint created_before, int limit) const {
  const std::set<ObjectId> referenced = ReferencedBlobs();
  std::vector<ObjectId> ids;
  for (const auto& [id, blob] : blobs_) {
    if (static_cast<int>(ids.size()) >= limit) break;
    const auto inference = blob.record.inference_id ? inferences_.find(*blob.record.inference_id) : inferences_.end();
    const bool awaited = inference != inferences_.end() && !records::IsFinal(inference->second.status);
    if (blob.record.created_at < created_before && !awaited && !referenced.contains(id)) ids.push_back(id);
  }
  return ids;
}

Result<std::vector<ObjectId>> MemoryStore::ListOrphans(TimePoint created_before, int limit) {
  const std::scoped_lock lock(mutex_);
  return Orphans(created_before, limit);
}

Result<std::vector<Inconsistency>> MemoryStore::Check(const CheckOptions& options) {
  const std::scoped_lock lock(mutex_);
  std::vector<Inconsistency> found;
  const auto add = [&](std::string_view kind, ObjectId id, const std::string& name, bool fixed) {
    found.push_back({std::string(kind), id, InconsistencySentence(kind, id, name), fixed && options.fix});
  };
  for (const auto& [id, dataset] : datasets_) {
    for (const records::SourceFile& file : dataset.files) {
      const bool there = blobs_.contains(file.blob_id) && (!file.preview_id || blobs_.contains(*file.preview_id));
      if (!there) add(inconsistency::kDatasetWithoutBlob, id, file.filename, false);
    }
  }
  for (const auto& [id, model] : models_) {
    for (const auto& [role, blob] : model.blobs) {
      if (!blobs_.contains(blob)) add(inconsistency::kModelWithoutBlob, blob, id, false);
    }
  }
  for (auto& [key, task] : tasks_) {
    const auto there = [this](const records::Artifact& artifact) { return blobs_.contains(artifact.blob_id); };
    if (task.result && !std::ranges::all_of(task.result->artifacts, there)) {
      add(inconsistency::kResultWithoutBlob, task.id, task.filename, true);
      if (options.fix) End(task, LostResult(task));
    }
    if (!task.result && records::IsFinal(inferences_.at(key.first).status)) {
      add(inconsistency::kOpenTaskOfEnded, task.id, task.filename, true);
      if (options.fix) End(task, LeftResult(task));
    }
  }
  for (auto it = corrections_.begin(); it != corrections_.end();) {
    const auto [id, correction] = *it++;
    if (blobs_.contains(correction.file.blob_id)) continue;
    add(inconsistency::kCorrectionWithoutBlob, id, correction.source_filename, true);
    if (options.fix) corrections_.erase(id);
  }
  for (auto& [id, inference] : inferences_) {
    const bool open = !records::IsFinal(inference.status);
    const std::size_t files = datasets_.at(inference.dataset_id).files.size();
    const std::size_t images = inference.images ? static_cast<std::size_t>(*inference.images) : files;
    if (!inference.dispatched || TasksOf(id).size() >= std::min(files, images)) continue;
    add(inconsistency::kTasksMissing, id, "", open);
    if (!options.fix || !open) continue;
    inference.dispatched = false;
    inference.status = records::InferenceStatus::kQueued;
  }
  for (const ObjectId id : Orphans(options.now - kOrphanAge, std::numeric_limits<int>::max())) {
    add(inconsistency::kOrphan, id, blobs_.at(id).record.filename, true);
    if (options.fix) blobs_.erase(id);
  }
  return found;
}

}  // namespace intelliclinix::store::memory
