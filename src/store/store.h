// The seam to what is kept: records and bytes.
#pragma once

#include <vector>

#include "base/result.h"
#include "store/blob_store.h"
#include "store/check.h"
#include "store/correction_store.h"
#include "store/dataset_store.h"
#include "store/inference_store.h"
#include "store/model_store.h"
#include "store/task_store.h"
#include "store/user_store.h"

namespace intelliclinix::store {

/// Everything that outlives the process. What a call acknowledged is durable.
/// Implementations: sqlite (one machine), mongo (many), memory and failing (tests). One contract suite holds all to
/// these headers. Threads: any.
class Store : public UserStore,
              public DatasetStore,
              public InferenceStore,
              public TaskStore,
              public CorrectionStore,
              public ModelStore,
              public BlobStore {
 public:
  /// Whether the store answers. Errors: kUnavailable.
  virtual Status Ping() = 0;

  /// Looks for what contradicts itself (see inconsistency::), and with `fix` puts right what can be. While others use
  /// the store, what they are in the middle of is not told of.
  virtual Result<std::vector<Inconsistency>> Check(const CheckOptions& options) = 0;
};

}  // namespace intelliclinix::store
