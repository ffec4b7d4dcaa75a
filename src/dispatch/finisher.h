// The end of an inference.
#pragma once

#include <atomic>

#include "base/json.h"
#include "base/result.h"
#include "dispatch/environment.h"
#include "dispatch/watchers.h"
#include "records/inference.h"

namespace intelliclinix::dispatch {

/// Ends inferences in the store and wakes those who watch it. Whoever comes first ends one; the others find that
/// there is nothing to do.
/// Threads: all calls from any.
class Finisher {
 public:
  Finisher(const Environment& environment, Watchers& watchers) : environment_(environment), watchers_(watchers) {}

  /// Ends the inference if all its tasks have ended. Errors: those of the store; TakeCutShort then says so.
  Status Finish(ObjectId inference, const Json& provenance);
  /// As above, of an inference whose document has to be loaded first.
  Status Finish(ObjectId inference);

  /// Ends an inference that never got to its tasks.
  Status Fail(ObjectId inference, const records::InferenceError& error);

  /// Whether an ending failed since the last call, so that a sweep is worth while now.
  bool TakeCutShort() { return cut_short_.exchange(false); }

 private:
  const Environment& environment_;
  Watchers& watchers_;
  std::atomic<bool> cut_short_{false};
};

}  // namespace intelliclinix::dispatch
