// What every store decides alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "records/dataset.h"
#include "records/task.h"
#include "store/dataset_store.h"
#include "store/inference_store.h"
#include "store/page.h"

namespace intelliclinix::store {

/// `text` in the form in which usernames and e-mail addresses are compared: ASCII letters in lower case.
std::string CaseKey(std::string_view text);

/// The items that a page may have: its limit, held within 1 to 1000.
int PageLimit(const PageRequest& page);

/// The errors of all stores, in the same words. `what` is "dataset", "inference", "file" or "user".
std::unexpected<Error> NotFound(std::string_view what);
std::unexpected<Error> IdTaken(std::string_view what, ObjectId id);
std::unexpected<Error> UsernameTaken(std::string_view username);
std::unexpected<Error> EmailTaken(std::string_view email);

std::unexpected<Error> ModelIdTaken(std::string_view id);
/// An inference that has not ended runs on it.
std::unexpected<Error> ModelInUse(std::string_view id);
/// An inference is to run on a model that was imported and has been removed. `code`: kInvalidArgument for one that is
/// to start, kConflict for one that is to be tried again.
std::unexpected<Error> ModelGone(ErrorCode code, std::string_view id);

/// An inference that has ended is asked to be cancelled, or to be tried again with nothing to try.
std::unexpected<Error> CannotCancel(records::InferenceStatus status);
std::unexpected<Error> CannotRetry(records::InferenceStatus status);

/// The result of a task whose attempts were used up.
records::ImageResult ExhaustedResult(const records::Task& task);
/// The result of a task that was not run because its inference was cancelled.
records::ImageResult CancelledResult(const records::Task& task);

/// The result of a task whose artifacts are missing, and of one that is open after its inference ended; see Check.
records::ImageResult LostResult(const records::Task& task);
records::ImageResult LeftResult(const records::Task& task);

/// Why an inference failed that was cancelled.
records::InferenceError CancelledError();
/// Whether it failed for that.
bool IsCancelled(const std::optional<records::InferenceError>& error);

/// Why an inference failed of which all `images` failed; `first` is the result of its first image.
records::InferenceError AllFailedError(int images, const records::ImageResult& first);

/// Adds the times of each stage of one result to `sum`, an object.
void AddTimings(Json& sum, const Json& timings_ms);

/// What AddFiles makes of a dataset that has the files `there`. Errors: as AddFiles.
Result<FileAddition> PlanAddition(const std::vector<records::SourceFile>& there,
                                  const std::vector<records::SourceFile>& files, std::size_t max_files);

/// Files that the datasets of one page may have together.
inline constexpr std::size_t kMaxPageFiles = 10'000;

/// Collects a page from records that come newest first.
template <typename T>
class PageBuilder {
 public:
  explicit PageBuilder(const PageRequest& request) : request_(request) {}

  /// Whether `id` comes after the page before.
  bool Wants(ObjectId id) const { return !request_.after || id < *request_.after; }
  /// Whether the page is there, and it is known that another follows.
  bool full() const { return full_; }
  /// `files`: those of a dataset.
  void Add(T record, std::size_t files = 0) {
    files_ += files;
    full_ = full_ || static_cast<int>(page_.items.size()) == PageLimit(request_) ||
            (files_ > kMaxPageFiles && !page_.items.empty());
    if (!full_) page_.items.push_back(std::move(record));
  }

  Page<T> Finish() && {
    if (full_) page_.next_after = page_.items.back().id;
    return std::move(page_);
  }

 private:
  PageRequest request_;
  Page<T> page_;
  std::size_t files_ = 0;
  bool full_ = false;
};

/// Collects a page of results, which come in the order of their positions.
class ResultsPageBuilder {
 public:
  explicit ResultsPageBuilder(const ResultsRequest& request) : request_(request) {}

  /// Whether the result at `position` with `bytes` of JSON goes onto the page. If not, the next page begins with it.
  bool Wants(int position, std::uint64_t bytes);
  void Add(records::ImageResult result) { page_.results.push_back(std::move(result)); }
  ResultsPage Finish() && { return std::move(page_); }

 private:
  const ResultsRequest request_;
  ResultsPage page_;
  std::uint64_t bytes_ = 0;
};

}  // namespace intelliclinix::store
