// What the calls about inferences and their tasks have in common.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/inference.h"
#include "records/task.h"
#include "store/inference_store.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"

namespace intelliclinix::store::mongo {

/// Without the results, which may have megabytes.
Document WithoutResults();

/// The progress of inferences, folded from their tasks by the server. Those without tasks are not in it.
Result<std::unordered_map<ObjectId, records::Progress>> FoldProgress(Connection& connection,
                                                                     const std::vector<ObjectId>& inferences);

/// What an update sets in a task that ends with `result`.
Document EndOfTask(const records::ImageResult& result);

/// Ends tasks of a cancelled inference that no worker holds at `now`.
Status EndUnheldTasks(Connection& connection, ObjectId inference, TimePoint now);

/// Whether a task of the inference is not at its end.
Result<bool> HasOpenTasks(Connection& connection, ObjectId inference);

/// Ends an inference, if every task of it has ended: see FinishInference. With `even_undispatched` also one that has
/// not all of its tasks yet: a cancelled one.
struct EndRequest {
  ObjectId inference;
  const Json& provenance;
  TimePoint at;
  bool even_undispatched = false;
};
Result<bool> EndInference(Connection& connection, const EndRequest& request);

/// Queues the failed tasks of earlier tries for the try `round`. Safe to repeat. Returns how many.
Result<std::int64_t> QueueFailedTasks(Connection& connection, ObjectId inference, int round);

/// Tells whoever is removing an imported model that it is wanted, by changing its document; false where it is gone. To
/// be called once the inference that wants it is open; see DeleteModel.
Result<bool> WantModel(Connection& connection, std::string_view id);

/// Removes blobs, each one's record before its bytes, so that what is cut short is not seen; of the bytes the first
/// chunk last, by which the sweeper finds what is left.
Status DeleteBlobs(Connection& connection, const std::vector<ObjectId>& ids);

}  // namespace intelliclinix::store::mongo
