// Datasets.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "records/dataset.h"
#include "store/page.h"

namespace intelliclinix::store {

/// What became of files that were added to a dataset.
struct FileAddition {
  std::vector<records::SourceFile> files;  ///< one for each that was given, as the dataset has it now
  std::vector<records::SourceFile> added;  ///< those given that it did not have
};

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work. What is somebody else's is kNotFound.
class DatasetStore {
 public:
  virtual ~DatasetStore() = default;

  virtual Status InsertDataset(const records::Dataset& dataset) = 0;
  virtual Result<records::Dataset> GetDataset(ObjectId owner, ObjectId id) = 0;
  /// With their files. So that memory does not grow with what somebody uploaded, a page ends early: before the dataset
  /// with which it would have more than kMaxPageFiles files (see rules.h). It has at least one dataset if there is one.
  virtual Result<Page<records::Dataset>> ListDatasets(ObjectId owner, const PageRequest& page) = 0;
  /// Appends those of `files` that the dataset does not have: one of the same name and the same bytes is there already.
  /// All or none. Their names differ among themselves. Errors: kConflict when it has other bytes under a name;
  /// kTooLarge when it would have more than `max_files`.
  virtual Result<FileAddition> AddFiles(ObjectId owner, ObjectId id, const std::vector<records::SourceFile>& files,
                                        std::size_t max_files) = 0;
  /// Removes the dataset, its inferences (also those that run, see DeleteInference), their tasks, their idempotency
  /// keys, and all their blobs.
  virtual Status DeleteDataset(ObjectId owner, ObjectId id) = 0;
};

}  // namespace intelliclinix::store
