// Inferences, as their owners see them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "records/inference.h"
#include "store/page.h"

namespace intelliclinix::store {

/// Which inferences of an owner; all conditions hold together.
struct InferenceFilter {
  std::optional<ObjectId> dataset_id = {};
  std::optional<std::string> model_id = {};
  std::optional<records::InferenceStatus> status = {};
  std::optional<bool> archived = {};
};

struct ArchiveCounts {
  int matched = 0;   ///< ids that are the owner's
  int modified = 0;  ///< of these, those that changed
};

/// By which a client says that two requests are the same one.
struct IdempotencyKey {
  std::string key;          ///< as the client sent it; each owner has keys of their own
  std::string body_sha256;  ///< of the request, 64 hex digits
};

/// What became of an insertion with an idempotency key.
struct InsertOutcome {
  enum class Kind {
    kInserted,  ///< the inference is there now; dispatch it
    kRepeated,  ///< the key came before with the same body: nothing was written
    kKeyReused  ///< the key came before with another body: nothing was written
  };
  Kind kind = Kind::kInserted;
  ObjectId inference_id;  ///< of the inference that belongs to the key
};

/// How far an inference is, without what it was asked for and what it gave.
struct InferenceState {
  ObjectId id;
  records::InferenceStatus status = records::InferenceStatus::kQueued;
  bool cancel_requested = false;
  int attempt = 1;
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> finished_at;
  std::optional<records::InferenceError> error;
  records::Progress progress;  ///< folded from the tasks
};

/// Which results of an inference.
struct ResultsRequest {
  int first = 0;                                    ///< position of the first one wanted
  int max_count = std::numeric_limits<int>::max();  ///< at least 1
  std::uint64_t max_bytes = 8U << 20;               ///< of their JSON; one result comes however large it is
};

struct ResultsPage {
  std::vector<records::ImageResult> results;  ///< in the order of the dataset's files
  std::optional<int> next;                    ///< `first` of the next page; none at the end
};

/// Threads: any. A call takes effect whole or not at all; where a store has no transactions, what was cut short between
/// two documents is seen as not begun, or completed by the calls that list what was cut short.
/// Errors of all: kUnavailable or kInternal when the store does not work. What is somebody else's is kNotFound.
class InferenceStore {
 public:
  virtual ~InferenceStore() = default;

  /// Errors: kNotFound when its dataset is gone or not the owner's; kConflict when its id is taken; kInvalidArgument
  /// with field "model_id" when its model was imported and is gone.
  virtual Status InsertInference(const records::Inference& inference) = 0;
  /// As InsertInference, but once for each key of the inference's owner, also when many ask at once. A key whose
  /// inference is not there (an insertion that was cut short between the two) is inserted under the id that the key
  /// names, not under `inference.id`. The key counts from `inference.created_at`, and goes with its inference.
  virtual Result<InsertOutcome> InsertInferenceOnce(const records::Inference& inference, const IdempotencyKey& key) = 0;
  /// What InsertInferenceOnce answers to a key that came before: kRepeated or kKeyReused. None for a key that is not
  /// known, or whose inference is not there. Writes nothing.
  virtual Result<std::optional<InsertOutcome>> FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) = 0;
  /// Forgets the keys of before `created_before`.
  virtual Status ForgetIdempotencyKeys(TimePoint created_before) = 0;

  /// With progress folded from its tasks; without `results`, whatever their number.
  virtual Result<records::Inference> GetInference(ObjectId owner, ObjectId id) = 0;
  /// Whoever owns it: for the dispatcher, never for a request. Without progress and `results`.
  virtual Result<records::Inference> LoadInference(ObjectId id) = 0;
  /// With progress, without `results`.
  virtual Result<Page<records::Inference>> ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                          const PageRequest& page) = 0;
  /// The results of an inference that has ended, part by part; none before its end.
  virtual Result<ResultsPage> ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) = 0;
  /// Of those of `ids` that are there, whoever owns them, in any order: for streams of events and for waiting. Cheap
  /// enough to be asked again and again; no result is read.
  virtual Result<std::vector<InferenceState>> LoadStates(const std::vector<ObjectId>& ids) = 0;

  /// Those of `ids` whose images nobody wants run: that are gone, have ended, or are cancelled. For workers, which ask
  /// each second: no task is looked at.
  virtual Result<std::vector<ObjectId>> FindUnwanted(const std::vector<ObjectId>& ids) = 0;

  /// The owner's inferences that are queued or running.
  virtual Result<int> CountOpenInferences(ObjectId owner) = 0;
  /// 1 and the number of open inferences, of anybody, with a smaller id; none when it is not queued.
  /// Errors: kNotFound.
  virtual Result<std::optional<int>> QueuePosition(ObjectId id) = 0;

  virtual Result<ArchiveCounts> ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) = 0;
  /// Removes the inference, its tasks, its idempotency key and its artifacts; the sources stay. Of one that runs, later
  /// writes of its workers match nothing: RenewLease tells kLost, and what they stored meanwhile is theirs to remove
  /// (what a dead worker leaves, nothing points to).
  virtual Status DeleteInference(ObjectId owner, ObjectId id) = 0;

  /// Ends an inference on request of its owner. Its tasks that are queued, or running with a lease that expired by
  /// `at`, end as failed with kCancelled. When none runs then, the inference ends at once: failed, error kCancelled,
  /// finished at `at`. Else it is marked `cancel_requested`: RenewLease tells its workers, no task of it is claimed any
  /// more, and FinishInference ends it as failed with kCancelled.
  /// Returns the status after it: kFailed, or kRunning while workers are stopping. To cancel again is no error.
  /// Errors: kNotFound; kConflict when it had ended otherwise.
  virtual Result<records::InferenceStatus> CancelInference(ObjectId owner, ObjectId id, TimePoint at) = 0;

  /// Runs the failed images of an inference that has ended once more: their tasks are queued with attempt 0 and no
  /// result; images that are completed keep theirs. The inference is queued with attempt + 1, not cancelled, without
  /// started_at, finished_at, error and notes. One that failed before it had tasks is queued to be dispatched anew:
  /// the caller dispatches it, as after an insertion. Returns the number of images that are queued again.
  /// Errors: kNotFound; kConflict when it has not ended or no image failed, and with field "model_id" when its model
  /// was imported and is gone.
  virtual Result<int> RetryFailedImages(ObjectId owner, ObjectId id) = 0;

  /// Ends an inference that never got to its tasks. False when it has ended, or has got to them meanwhile: nothing is
  /// written then. Errors: kNotFound.
  virtual Result<bool> FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) = 0;
  /// Queued inferences whose start was cut short before their tasks were there, oldest first.
  virtual Result<std::vector<ObjectId>> ListUndispatched(int limit) = 0;
};

}  // namespace intelliclinix::store
