#include "records/inference.h"

namespace intelliclinix::records {

std::string_view StatusName(InferenceStatus status) {
  switch (status) {
    case InferenceStatus::kQueued:
      return "queued";
    case InferenceStatus::kRunning:
      return "running";
    case InferenceStatus::kCompleted:
      return "completed";
    case InferenceStatus::kFailed:
      return "failed";
  }
  return "failed";
}

std::optional<InferenceStatus> ParseStatus(std::string_view name) {
  for (const auto status :
       {InferenceStatus::kQueued, InferenceStatus::kRunning, InferenceStatus::kCompleted, InferenceStatus::kFailed}) {
    if (StatusName(status) == name) return status;
  }
  return std::nullopt;
}

bool CanTransition(InferenceStatus from, InferenceStatus to) {
  if (IsFinal(from)) return to == InferenceStatus::kQueued;
  return static_cast<int>(to) > static_cast<int>(from);
}

}  // namespace intelliclinix::records
