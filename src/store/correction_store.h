// Label images that people corrected.
#pragma once

#include "base/result.h"
#include "records/correction.h"
#include "store/page.h"

namespace intelliclinix::store {

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work. What is somebody else's is kNotFound.
class CorrectionStore {
 public:
  virtual ~CorrectionStore() = default;

  /// Adds a correction as the next version of its image (by inference and source_id) and returns it with that; its own
  /// `version` does not count. Of several at once, each gets another version, without gaps.
  /// Errors: kNotFound when the inference is gone or not the owner's.
  virtual Result<records::Correction> InsertCorrection(const records::Correction& correction) = 0;
  /// Of all images of an inference. They go with it.
  virtual Result<Page<records::Correction>> ListCorrections(ObjectId owner, ObjectId inference,
                                                            const PageRequest& page) = 0;
};

}  // namespace intelliclinix::store
