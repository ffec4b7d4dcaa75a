// The start of an inference: from its document to its tasks.
#pragma once

#include <functional>
#include <utility>

#include "base/result.h"
#include "dispatch/environment.h"
#include "dispatch/finisher.h"

namespace intelliclinix::dispatch {

/// Threads: all calls from any, for one inference too: the store adds each task once.
class Starter {
 public:
  /// `tasks_added` is called when there is something to claim.
  Starter(const Environment& environment, Finisher& finisher, std::function<void()> tasks_added)
      : environment_(environment), finisher_(finisher), tasks_added_(std::move(tasks_added)) {}

  /// See Dispatcher::Dispatch.
  Status Dispatch(ObjectId inference);

 private:
  const Environment& environment_;
  Finisher& finisher_;
  const std::function<void()> tasks_added_;
};

}  // namespace intelliclinix::dispatch
