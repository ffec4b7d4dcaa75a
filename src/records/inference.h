// One run of a model over a dataset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/object_id.h"
#include "records/artifact.h"

namespace intelliclinix::records {

enum class InferenceStatus { kQueued, kRunning, kCompleted, kFailed };

std::string_view StatusName(InferenceStatus status);  // "queued", ...
std::optional<InferenceStatus> ParseStatus(std::string_view name);

/// Whether an inference may go from one status to the other. Queued and running go to any later status; completed and
/// failed are ends, from which only a retry leads: back to queued.
bool CanTransition(InferenceStatus from, InferenceStatus to);

inline bool IsFinal(InferenceStatus status) {
  return status == InferenceStatus::kCompleted || status == InferenceStatus::kFailed;
}

/// Codes of InferenceError that the product itself gives.
namespace error_code {
inline constexpr std::string_view kUnknownRunner = "unknown_runner";
inline constexpr std::string_view kRunnerError = "runner_error";
inline constexpr std::string_view kAttemptsExhausted = "attempts_exhausted";
inline constexpr std::string_view kCancelled = "cancelled";
inline constexpr std::string_view kDatasetGone = "dataset_gone";  ///< a deletion that was cut short; not on SQLite
}  // namespace error_code

struct InferenceError {
  std::string code;
  std::string detail;  ///< a sentence for a person
};

/// How far an inference or a task is.
struct Progress {
  int images_done = 0;
  int images_total = 0;
  int tiles_done = 0;
  int tiles_total = 0;
  std::optional<double> eta_s = {};        ///< s until the end; worked out for an answer, never stored
  std::optional<int> queue_position = {};  ///< 1: next; worked out for an answer, never stored
};

/// What became of one source image.
struct ImageResult {
  std::string source_filename;
  ObjectId original_id;  ///< the file as uploaded
  ObjectId picture_id;   ///< what a browser shows: the original or its preview
  bool completed = false;
  std::optional<InferenceError> error;
  std::uint32_t objects = 0;
  double diameter = 0;  ///< px
  std::string axes{};   ///< as the file was read, see ImageFacts; empty in older documents
  std::vector<std::string> warnings;
  std::vector<Artifact> artifacts;
  Json timings_ms = Json::object();
};

struct Inference {
  ObjectId id;
  ObjectId dataset_id;
  ObjectId owner_id;
  Json params = Json::object();  ///< as the client sent them
  std::string model_id;
  bool model_imported = false;  ///< the model is one of the store, which keeps it while this is open
  std::string runner_name;
  InferenceStatus status = InferenceStatus::kQueued;
  bool dispatched = false;        ///< its tasks are all there; false after a start that was cut short
  bool cancel_requested = false;  ///< it ends as failed with kCancelled once no task of it runs any more
  int attempt = 1;                ///< 1, and one more with each retry of its failed images
  /// Files of its dataset when it was started: the first so many are run, as a dataset grows at its end. None: all.
  std::optional<int> images;
  TimePoint created_at;
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> finished_at;
  std::string notes;  ///< the reason of a failure, for people
  std::optional<InferenceError> error;
  Progress progress;  ///< folded from the tasks by the calls of a store that say so
  bool archived = false;
  Json provenance = Json::object();
  std::vector<ImageResult>
      results;  ///< in the order of the dataset's files; for those who put them there: no store does
};

}  // namespace intelliclinix::records
