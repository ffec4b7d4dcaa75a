// The promises of the headers of store/, as tests that run on every store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "store/store.h"
#include "store/whole_inference.h"

namespace intelliclinix::store {

/// A store to be held to its contract.
struct StoreKind {
  std::string name;
  /// A new, empty store. `folder` is there, empty, and removed after the test; it and the clock outlive the store.
  std::function<std::shared_ptr<Store>(const std::string& folder, const Clock& clock)> make;
};

void PrintTo(const StoreKind& kind, std::ostream* out);

/// A test with a store of each kind, and the records that tests begin with. Helpers fail the test when the store does.
class StoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  StoreContract();
  ~StoreContract() override;

  records::User MakeUser(const std::string& username) const;
  /// A blob that is committed.
  BlobRecord PutBlob(ObjectId owner, std::string_view text, std::optional<ObjectId> inference = std::nullopt);
  /// A dataset that is not stored, with one source image a name, each with a preview; without their bytes, which few
  /// tests need and which take a store its time.
  records::Dataset MakeDataset(ObjectId owner, const std::vector<std::string>& filenames) const;
  /// A dataset that is stored with the bytes of its images.
  records::Dataset PutDataset(ObjectId owner, const std::vector<std::string>& filenames = {"a.tif"});
  /// A queued inference without tasks.
  records::Inference PutInference(const records::Dataset& dataset);
  /// A correction of the dataset's first image. The id of its labels.
  ObjectId PutCorrection(const records::Inference& inference, const records::Dataset& dataset);
  /// The tasks that belong to the files of `dataset`.
  static std::vector<records::Task> TasksOf(const records::Inference& inference, const records::Dataset& dataset);
  /// A dataset of `images` images without bytes and a dispatched inference over it.
  records::Inference PutJob(int images, ObjectId owner);

  std::optional<records::Task> Claim(const std::string& worker = "w1", int max_attempts = 3);
  /// As the worker "w1" that served `owner` last.
  std::optional<records::Task> ClaimAfter(ObjectId owner);
  LeaseState Renew(const records::Task& task, const records::Progress& progress = {});
  /// What the store tells of one inference.
  InferenceState StateOf(ObjectId inference);
  records::Inference Whole(ObjectId inference) { return GetWithResults(store(), owner_, inference).value(); }
  static records::TaskLease LeaseOf(const records::Task& task);
  static records::ImageResult Completed(const records::Task& task);
  static records::ImageResult Failed(const records::Task& task, const std::string& detail = "It has no pixels.");
  /// Claims a task and commits a result.
  void ClaimAndCommit(bool completed = true);

  /// body(thread) on `threads` threads that begin together.
  static void Race(int threads, const std::function<void(int)>& body);

  Store& store() { return *store_; }

  ManualClock clock_;
  const ObjectId owner_ = ObjectId::Generate();
  const ObjectId stranger_ = ObjectId::Generate();

 private:
  std::string folder_;
  std::shared_ptr<Store> store_;
};

/// The code of a failure; none where there is a value.
template <typename T>
std::optional<ErrorCode> CodeOf(const Result<T>& result) {
  if (result.has_value()) return std::nullopt;
  return result.error().code;
}

/// All of the text of a source, or the message of an error.
std::string ReadText(ByteSource& source);

}  // namespace intelliclinix::store
