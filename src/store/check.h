// What in a store contradicts what else, and what can be done about it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/object_id.h"

namespace intelliclinix::store {

/// Kinds of inconsistencies, with what fixing them does. Names are stable, for scripts.
namespace inconsistency {
/// The database itself says that it is damaged. Not fixed: restore a backup.
inline constexpr std::string_view kDatabaseDamaged = "database_damaged";
/// A record of a blob has no bytes, or not as many as it says. An artifact's record goes, so that its result has no
/// blob (see kResultWithoutBlob). That of a source image is not fixed: only whoever has the image can upload it again.
inline constexpr std::string_view kBlobWithoutBytes = "blob_without_bytes";
/// A dataset names a blob that is not there. Not fixed: upload it again.
inline constexpr std::string_view kDatasetWithoutBlob = "dataset_without_blob";
/// An imported model names a file that is not there. Not fixed: remove the model and import it again.
inline constexpr std::string_view kModelWithoutBlob = "model_without_blob";
/// A result names an artifact that is not there. The image becomes a failed one, which a retry runs again.
inline constexpr std::string_view kResultWithoutBlob = "result_without_blob";
/// What a store notes beside a blob of who points to it is wrong. It is noted anew.
inline constexpr std::string_view kReferenceMisnoted = "reference_misnoted";
/// The dataset of an inference is gone: a deletion that was cut short. The inference goes too.
inline constexpr std::string_view kInferenceWithoutDataset = "inference_without_dataset";
/// The inference of a task is gone. The task goes too.
inline constexpr std::string_view kTaskWithoutInference = "task_without_inference";
/// The inference of a correction is gone. The correction goes too.
inline constexpr std::string_view kCorrectionWithoutInference = "correction_without_inference";
/// The labels of a correction are not there. The correction goes, so that archives of its inference can be made again.
inline constexpr std::string_view kCorrectionWithoutBlob = "correction_without_blob";
/// The inference of an idempotency key is gone. The key goes too.
inline constexpr std::string_view kKeyWithoutInference = "key_without_inference";
/// An inference is dispatched, and images of its dataset have no task. One that is open is dispatched anew; of one that
/// has ended nothing is fixed.
inline constexpr std::string_view kTasksMissing = "tasks_missing";
/// A task that ended has no result, or an open one has. It is queued again, without one.
inline constexpr std::string_view kTaskContradicts = "task_contradicts";
/// A task of an inference that has ended is open. It ends as failed, so that a retry runs it.
inline constexpr std::string_view kOpenTaskOfEnded = "open_task_of_ended";
/// More tiles are done than there are, or fewer than none. The count is held within its bounds.
inline constexpr std::string_view kProgressContradicts = "progress_contradicts";
/// An inference has a status that is not known, or that its dates or its error contradict. Dates and error are made to
/// fit the status; an unknown one becomes failed.
inline constexpr std::string_view kInferenceContradicts = "inference_contradicts";
/// Bytes that nothing points to for a day: what the sweeper removes. They are removed.
inline constexpr std::string_view kOrphan = "orphan";
}  // namespace inconsistency

struct Inconsistency {
  std::string kind;      ///< one of inconsistency::
  ObjectId id;           ///< of the document or blob at fault; none where it is the database
  std::string sentence;  ///< for a person
  bool fixed = false;
};

struct CheckOptions {
  bool fix = false;  ///< put right what can be
  TimePoint now;     ///< tells the age of orphans
};

/// How long nothing has pointed to an orphan that a check tells of.
inline constexpr std::chrono::hours kOrphanAge{24};

/// What is wrong, for a person. `name`: of the file or the like that it is about, where there is one.
std::string InconsistencySentence(std::string_view kind, ObjectId id, std::string_view name = {});

}  // namespace intelliclinix::store
