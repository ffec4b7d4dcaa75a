#include "records/task.h"

namespace intelliclinix::records {

std::string_view TaskStateName(TaskState state) {
  switch (state) {
    case TaskState::kQueued:
      return "queued";
    case TaskState::kRunning:
      return "running";
    case TaskState::kCompleted:
      return "completed";
    case TaskState::kFailed:
      return "failed";
  }
  return "failed";
}

std::optional<TaskState> ParseTaskState(std::string_view name) {
  for (const auto state : {TaskState::kQueued, TaskState::kRunning, TaskState::kCompleted, TaskState::kFailed}) {
    if (TaskStateName(state) == name) return state;
  }
  return std::nullopt;
}

}  // namespace intelliclinix::records
