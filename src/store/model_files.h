// This machine's copies of the files of imported models.
#pragma once

#include <mutex>
#include <set>
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

  /// All imported models, with the paths of this machine's copies. What is missing or damaged here is fetched from the
  /// store and held to its SHA-256; a model whose files cannot be had is left out and logged. Copies that no model
  /// names go. Errors: those of ListModels.
  Result<std::vector<records::ModelEntry>> List();

 private:
  Result<records::ModelEntry> Fetch(const records::StoredModel& model);
  Status FetchFile(const records::ModelFile& file, ObjectId blob);
  /// Whether the copy is there, as it should be. It is read once in a process.
  bool HasCopy(const records::ModelFile& file);
  void RemoveOthers(const std::vector<records::StoredModel>& models);

  Store& store_;
  const std::string folder_;
  std::mutex mutex_;
  std::set<std::string> checked_;  // SHA-256 of copies that are what they should be; guarded by mutex_
};

}  // namespace intelliclinix::store
