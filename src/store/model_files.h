// This machine's copies of the files of imported models.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "records/model_entry.h"
#include "records/stored_model.h"
#include "store/store.h"

namespace intelliclinix::store {

/// Files named by their SHA-256 in a folder, each whole or not there.
/// Threads: any; several processes may share the folder.
class ModelFiles {
 public:
  /// The folder is made when it is needed. Borrows: the store.
  ModelFiles(Store& store, std::string folder) : store_(store), folder_(std::move(folder)) {}

  /// All imported models, with the paths of this machine's copies. What is missing here is fetched from the store and
  /// held to its SHA-256; a model whose files cannot be had is left out and logged. Copies that no model names go.
  /// Errors: those of ListModels.
  Result<std::vector<records::ModelEntry>> List();

 private:
  Result<records::ModelEntry> Fetch(const records::StoredModel& model);
  Status FetchFile(const records::ModelFile& file, ObjectId blob);
  void RemoveOthers(const std::vector<records::StoredModel>& models);

  Store& store_;
  const std::string folder_;
};

}  // namespace intelliclinix::store
