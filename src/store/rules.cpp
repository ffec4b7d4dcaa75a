#include "store/rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ascii.h"

namespace intelliclinix::store {
namespace {

records::ImageResult FailedResult(const records::Task& task, records::InferenceError error) {
  records::ImageResult result;
  result.source_filename = task.filename;
  result.original_id = task.source_id;
  result.picture_id = task.picture_id;
  result.error = std::move(error);
  return result;
}

}  // namespace

std::string CaseKey(std::string_view text) { return AsciiLowerCase(std::string(text)); }

int PageLimit(const PageRequest& page) { return std::clamp(page.limit, 1, 1000); }

std::unexpected<Error> NotFound(std::string_view what) {
  return Fail(ErrorCode::kNotFound, "There is no such " + std::string(what) + ".");
}

std::unexpected<Error> IdTaken(std::string_view what, ObjectId id) {
  return Fail(ErrorCode::kConflict, "There is already a " + std::string(what) + " with the id " + id.ToString() + ".");
}

std::unexpected<Error> UsernameTaken(std::string_view username) {
  return Fail(ErrorCode::kConflict, "The username '" + std::string(username) + "' is taken. Choose another.",
              "username");
}

std::unexpected<Error> ModelIdTaken(std::string_view id) {
  return Fail(ErrorCode::kConflict, "The model id '" + std::string(id) + "' is taken. Choose another.", "id");
}

std::unexpected<Error> ModelInUse(std::string_view id) {
  return Fail(ErrorCode::kConflict, "The model '" + std::string(id) +
                                        "' is needed by an inference that has not ended. Wait for it, or cancel it.");
}

std::unexpected<Error> ModelGone(ErrorCode code, std::string_view id) {
  return Fail(code,
              "The model '" + std::string(id) + "' has been removed. GET /api/models/ lists those that there are.",
              "model_id");
}

std::unexpected<Error> EmailTaken(std::string_view email) {
  return Fail(ErrorCode::kConflict, "There is already an account with the e-mail address '" + std::string(email) + "'.",
              "email");
}

Result<FileAddition> PlanAddition(const std::vector<records::SourceFile>& there,
                                  const std::vector<records::SourceFile>& files, std::size_t max_files) {
  std::map<std::string_view, const records::SourceFile*> by_name;
  for (const records::SourceFile& file : there) by_name.emplace(file.filename, &file);
  FileAddition addition;
  for (const records::SourceFile& file : files) {
    const auto found = by_name.find(file.filename);
    if (found != by_name.end() && found->second->sha256 != file.sha256) {
      return Fail(ErrorCode::kConflict,
                  "The dataset has another file of the name '" + file.filename +
                      "' already. Rename yours: results are told apart by it.",
                  "files");
    }
    if (found == by_name.end()) addition.added.push_back(file);
    addition.files.push_back(found == by_name.end() ? file : *found->second);
  }
  if (!addition.added.empty() && there.size() + addition.added.size() > max_files) {
    return Fail(ErrorCode::kTooLarge,
                "With '" + addition.added.back().filename + "' the dataset would have more than " +
                    std::to_string(max_files) +
                    " files, which is the limit of this server. Upload the rest as another.",
                "files");
  }
  return addition;
}

std::unexpected<Error> CannotCancel(records::InferenceStatus status) {
  return Fail(ErrorCode::kConflict, "The inference is " + std::string(records::StatusName(status)) +
                                        " already, so there is nothing to cancel.");
}

std::unexpected<Error> CannotRetry(records::InferenceStatus status) {
  if (records::IsFinal(status)) {
    return Fail(ErrorCode::kConflict, "No image of the inference failed, so there is nothing to try again.");
  }
  return Fail(ErrorCode::kConflict, "The inference is " + std::string(records::StatusName(status)) +
                                        "; its failed images can be tried again once it has ended.");
}

records::ImageResult ExhaustedResult(const records::Task& task) {
  return FailedResult(
      task, {std::string(records::error_code::kAttemptsExhausted),
             "'" + task.filename + "' was tried " + std::to_string(task.attempt) +
                 " times, and each time the worker stopped before it was done. The image may need more memory than "
                 "there is: try a smaller one, or give the server more memory."});
}

records::ImageResult CancelledResult(const records::Task& task) {
  return FailedResult(task, {std::string(records::error_code::kCancelled),
                             "'" + task.filename + "' was not run: the inference was cancelled."});
}

records::ImageResult LostResult(const records::Task& task) {
  return FailedResult(task, {std::string(records::error_code::kRunnerError),
                             "The results of '" + task.filename + "' were lost in storage; run it again."});
}

records::ImageResult LeftResult(const records::Task& task) {
  return FailedResult(task, {std::string(records::error_code::kRunnerError),
                             "'" + task.filename + "' was not run before the inference ended; run it again."});
}

records::InferenceError CancelledError() {
  return {std::string(records::error_code::kCancelled), "The inference was cancelled."};
}

bool IsCancelled(const std::optional<records::InferenceError>& error) {
  return error && error->code == records::error_code::kCancelled;
}

records::InferenceError AllFailedError(int images, const records::ImageResult& first) {
  records::InferenceError error = first.error.value_or(records::InferenceError{
      std::string(records::error_code::kRunnerError), "'" + first.source_filename + "' failed."});
  if (images > 1) error.detail = "All " + std::to_string(images) + " images failed. The first: " + error.detail;
  return error;
}

void AddTimings(Json& sum, const Json& timings_ms) {
  for (const auto& [stage, time] : timings_ms.items()) {
    if (time.is_number()) sum[stage] = sum.value(stage, 0.0) + time.get<double>();
  }
}

bool ResultsPageBuilder::Wants(int position, std::uint64_t bytes) {
  bytes_ += bytes;
  const bool fits = page_.results.empty() ||
                    (static_cast<int>(page_.results.size()) < request_.max_count && bytes_ <= request_.max_bytes);
  if (!fits) page_.next = position;
  return fits;
}

}  // namespace intelliclinix::store
