#include <algorithm>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

Result<records::Correction> MemoryStore::InsertCorrection(const records::Correction& correction) {
  const std::scoped_lock lock(mutex_);
  IC_RETURN_IF_ERROR(Find(correction.owner_id, correction.inference_id));
  records::Correction versioned = correction;
  versioned.version = 1;
  for (const auto& [id, other] : corrections_) {
    const bool same_image = other.inference_id == correction.inference_id && other.source_id == correction.source_id;
    if (same_image) versioned.version = std::max(versioned.version, other.version + 1);
  }
  if (!corrections_.emplace(correction.id, versioned).second) return IdTaken("correction", correction.id);
  return versioned;
}

Result<Page<records::Correction>> MemoryStore::ListCorrections(ObjectId owner, ObjectId inference,
                                                               const PageRequest& page) {
  const std::scoped_lock lock(mutex_);
  IC_RETURN_IF_ERROR(Find(owner, inference));
  PageBuilder<records::Correction> builder(page);
  for (auto it = corrections_.rbegin(); it != corrections_.rend() && !builder.full(); ++it) {
    if (it->second.inference_id == inference && builder.Wants(it->first)) builder.Add(it->second);
  }
  return std::move(builder).Finish();
}

}  // namespace intelliclinix::store::memory
