// Inferences, as their owners see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "records/inference.h"
#include "store/page.h"

namespace intelliclinix::store {

/// Which inferences of an owner; all conditions hold together.
struct InferenceFilter {
  std::optional<ObjectId> dataset_id = {};
  std::optional<std::string> model_id = {};
  std::optional<records::InferenceStatus> status = {};
  std::optional<bool> archived = {};
};

struct ArchiveCounts {
  int matched = 0;   ///< ids that are the owner's
  int modified = 0;  ///< of these, those that changed
};

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work. What is somebody else's is kNotFound.
class InferenceStore {
 public:
  virtual ~InferenceStore() = default;

  /// Errors: kNotFound when its dataset is gone or not the owner's.
  virtual Status InsertInference(const records::Inference& inference) = 0;
  /// With progress folded from its tasks.
  virtual Result<records::Inference> GetInference(ObjectId owner, ObjectId id) = 0;
  /// As GetInference, whoever owns it: for the dispatcher, never for a request.
  virtual Result<records::Inference> LoadInference(ObjectId id) = 0;
  /// Without `results`.
  virtual Result<Page<records::Inference>> ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                          const PageRequest& page) = 0;
  virtual Result<ArchiveCounts> ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) = 0;
  /// Removes the inference, its tasks and its artifacts; the sources stay.
  virtual Status DeleteInference(ObjectId owner, ObjectId id) = 0;

  /// Ends an inference that never got to its tasks. False when it had ended already (nothing is written then).
  virtual Result<bool> FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) = 0;
  /// Queued inferences whose start was cut short before their tasks were there, oldest first.
  virtual Result<std::vector<ObjectId>> ListUndispatched(int limit) = 0;
};

}  // namespace intelliclinix::store
