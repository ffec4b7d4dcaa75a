// Records as documents, with the collections and field names of the HTTP contract, which are those of the Python
// server. Reading tolerates what older documents lack or write otherwise; writers set single fields, so that nothing is
// lost that only others know.
#pragma once

#include <vector>

#include "base/result.h"
#include "records/dataset.h"
#include "records/inference.h"
#include "records/task.h"
#include "records/user.h"
#include "store/inference_store.h"
#include "store/mongo/bson.h"

namespace intelliclinix::store::mongo {

/// Names of collections.
namespace collection {
inline constexpr const char* kUsers = "users";
inline constexpr const char* kRevokedTokens = "revoked_tokens";
inline constexpr const char* kDeletions = "deletions";  // ids of inferences that are being deleted
inline constexpr const char* kDatasets = "datasets";
inline constexpr const char* kInferences = "inferences";
inline constexpr const char* kKeys = "idempotency_keys";
inline constexpr const char* kTasks = "inference_tasks";
inline constexpr const char* kCorrections = "corrections";
inline constexpr const char* kModels = "models";
inline constexpr const char* kFiles = "fs.files";
inline constexpr const char* kChunks = "fs.chunks";
}  // namespace collection

/// The states that a task has here beside those of records::TaskState: it waits until all tasks of its inference are
/// there, so that a start that was cut short is not begun with.
inline constexpr std::string_view kPrepared = "prepared";

Document ToDocument(const records::User& user);
records::User UserFrom(View document);
/// The field of a user's document that holds the hash of the password: older documents call it otherwise.
const char* PasswordField(View document);

Document ToDocument(const records::Dataset& dataset);
Result<records::Dataset> DatasetFrom(View document);

Document ToDocument(const records::Inference& inference);
/// Without results; progress as it was stored at the end.
records::Inference InferenceFrom(View document);
InferenceState StateFrom(View document);
records::Progress ProgressFrom(View document, const char* key);
Document ToDocument(const records::Progress& progress);

/// A task that is prepared, of the try `round` of its inference.
Document ToDocument(const records::Task& task, ObjectId inference, int round);
records::Task TaskFrom(View document);

/// `json` is a member of a document: a result of an inference or of a task.
Result<records::ImageResult> ResultFrom(Json json);

/// {status: {$in: [queued, running]}} and {state: ...}, with the states in which something is still to come.
Document OpenStatus();
Document OpenStates();

}  // namespace intelliclinix::store::mongo
