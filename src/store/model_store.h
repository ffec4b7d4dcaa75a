// Models that were imported.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/stored_model.h"

namespace intelliclinix::store {

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work.
class ModelStore {
 public:
  virtual ~ModelStore() = default;

  /// Keeps its blobs from being orphans. Errors: kConflict with field "id" when the id is taken.
  virtual Status InsertModel(const records::StoredModel& model) = 0;
  /// All of them, by id: people import a few.
  virtual Result<std::vector<records::StoredModel>> ListModels() = 0;
  /// Removes the model and its blobs. Errors: kNotFound; kConflict while an inference that has not ended runs on it. Of
  /// a removal and an inference that is opened at the same time, one is refused.
  virtual Status DeleteModel(std::string_view id) = 0;
};

}  // namespace intelliclinix::store
