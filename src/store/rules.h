// What every store decides alike.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "records/task.h"
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

/// The result of a task whose attempts were used up.
records::ImageResult ExhaustedResult(const records::Task& task);

/// Why an inference failed of which all `images` failed; `first` is the result of its first image.
records::InferenceError AllFailedError(int images, const records::ImageResult& first);

/// Adds the times of each stage of one result to `sum`, an object.
void AddTimings(Json& sum, const Json& timings_ms);

/// Collects a page from records that come newest first.
template <typename T>
class PageBuilder {
 public:
  explicit PageBuilder(const PageRequest& request) : request_(request) {}

  /// Whether `id` comes after the page before.
  bool Wants(ObjectId id) const { return !request_.after || id < *request_.after; }
  /// Whether the page and the first record of the next are there.
  bool full() const { return static_cast<int>(page_.items.size()) > PageLimit(request_); }
  void Add(T record) { page_.items.push_back(std::move(record)); }

  Page<T> Finish() && {
    if (full()) {
      page_.items.pop_back();
      page_.next_after = page_.items.back().id;
    }
    return std::move(page_);
  }

 private:
  PageRequest request_;
  Page<T> page_;
};

}  // namespace intelliclinix::store
