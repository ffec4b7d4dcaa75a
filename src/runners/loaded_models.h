// Models in memory, each loaded when it is first asked for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/compute_pool.h"
#include "base/result.h"
#include "records/model_entry.h"

namespace intelliclinix::runners {

/// Models by the content of their files: those whose files are the same are one model. What was loaded stays.
/// Threads: any; others can be used while one is loaded.
template <typename Model>
class LoadedModels {
 public:
  /// `load`, a function of no arguments, gives a Result<std::unique_ptr<Model>>. It is called again after it failed.
  /// Owns: the models, as long as this.
  template <typename Load>
  Result<Model*> Get(const records::ModelEntry& entry, const Load& load) {
    Slot& slot = SlotOf(entry);
    const std::unique_lock lock = ComputePool::LockUnseated(slot.mutex);
    if (slot.model == nullptr) {
      IC_ASSIGN_OR_RETURN(slot.model, load());
    }
    return slot.model.get();
  }

  /// Null where it was not loaded.
  const Model* Peek(const records::ModelEntry& entry) const {
    const Slot& slot = SlotOf(entry);
    const std::unique_lock lock = ComputePool::LockUnseated(slot.mutex);
    return slot.model.get();
  }

 private:
  struct Slot {
    mutable std::mutex mutex;
    std::unique_ptr<Model> model;
  };

  Slot& SlotOf(const records::ModelEntry& entry) const {
    std::string key;
    for (const auto& [role, file] : entry.files) key += role + "=" + file.sha256 + ";";
    const std::lock_guard lock(mutex_);
    return slots_[key];
  }

  mutable std::mutex mutex_;
  mutable std::map<std::string, Slot> slots_;  // guarded by mutex_; never erased
};

}  // namespace intelliclinix::runners
