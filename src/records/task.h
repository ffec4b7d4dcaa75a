// The unit of work: one image of one inference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/object_id.h"
#include "records/inference.h"

namespace intelliclinix::records {

enum class TaskState { kQueued, kRunning, kCompleted, kFailed };

std::string_view TaskStateName(TaskState state);
std::optional<TaskState> ParseTaskState(std::string_view name);

/// One image to be run. (inference_id, position) is unique.
struct Task {
  ObjectId id;
  ObjectId inference_id;
  ObjectId owner_id;
  ObjectId source_id;    ///< blob of the source image
  ObjectId picture_id;   ///< what a browser shows of it
  std::string filename;  ///< of the source image
  std::string axes;      ///< of the source image as its dataset has them, see ImageFacts; may be empty
  int position = 0;      ///< of the image in its dataset
  TaskState state = TaskState::kQueued;
  int attempt = 0;     ///< claims so far
  std::string worker;  ///< who holds or held the lease
  TimePoint lease_expires_at{};
  Progress progress;
  std::optional<ImageResult> result;  ///< once completed or failed
};

/// A worker's right to a running task. Every write of a worker is fenced by it: it takes effect only while the task
/// is running with this worker and attempt.
struct TaskLease {
  ObjectId task_id;
  ObjectId inference_id;
  std::string worker;
  int attempt = 0;
};

}  // namespace intelliclinix::records
