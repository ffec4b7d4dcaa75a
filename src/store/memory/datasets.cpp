#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

Status MemoryStore::InsertDataset(const records::Dataset& dataset) {
  const std::scoped_lock lock(mutex_);
  if (!datasets_.emplace(dataset.id, dataset).second) return IdTaken("dataset", dataset.id);
  return {};
}

Result<records::Dataset> MemoryStore::GetDataset(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = datasets_.find(id);
  if (found == datasets_.end() || found->second.owner_id != owner) return NotFound("dataset");
  return found->second;
}

Result<Page<records::Dataset>> MemoryStore::ListDatasets(ObjectId owner, const PageRequest& page) {
  const std::scoped_lock lock(mutex_);
  PageBuilder<records::Dataset> builder(page);
  for (auto it = datasets_.rbegin(); it != datasets_.rend() && !builder.full(); ++it) {
    if (it->second.owner_id == owner && builder.Wants(it->first)) {
      builder.Add(it->second, it->second.files.size());
    }
  }
  return std::move(builder).Finish();
}

Result<FileAddition> MemoryStore::AddFiles(ObjectId owner, ObjectId id, const std::vector<records::SourceFile>& files,
                                           std::size_t max_files) {
  const std::scoped_lock lock(mutex_);
  const auto found = datasets_.find(id);
  if (found == datasets_.end() || found->second.owner_id != owner) return NotFound("dataset");
  std::vector<records::SourceFile>& there = found->second.files;
  IC_ASSIGN_OR_RETURN(FileAddition addition, PlanAddition(there, files, max_files));
  there.insert(there.end(), addition.added.begin(), addition.added.end());
  return addition;
}

Status MemoryStore::DeleteDataset(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = datasets_.find(id);
  if (found == datasets_.end() || found->second.owner_id != owner) return NotFound("dataset");
  std::vector<ObjectId> inferences;
  for (const auto& [inference_id, inference] : inferences_) {
    if (inference.dataset_id == id) inferences.push_back(inference_id);
  }
  for (const ObjectId inference : inferences) EraseInference(inference);
  for (const records::SourceFile& file : found->second.files) {
    blobs_.erase(file.blob_id);
    if (file.preview_id) blobs_.erase(*file.preview_id);
  }
  datasets_.erase(found);
  return {};
}

}  // namespace intelliclinix::store::memory
