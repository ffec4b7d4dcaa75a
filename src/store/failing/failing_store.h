// A store whose calls can be told to fail: for tests.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/store.h"

namespace intelliclinix::store::failing {

/// Which calls fail, and how.
struct Failure {
  static constexpr int kAlways = std::numeric_limits<int>::max();

  /// A method of Store ("CommitTask"), of its writers ("BlobWriter::Write", "BlobWriter::Reader",
  /// "BlobWriter::Commit") or of the bytes that it opens ("ByteSource::ReadAt"). Empty: every one of these.
  std::string call = {};
  int after = 0;            ///< calls that are let through first, counted from now
  int times = kAlways;      ///< calls that fail then
  bool has_effect = false;  ///< the call does its work and only its answer is lost; else it does nothing
  Error error = {ErrorCode::kUnavailable, "The store does not answer; try again.", {}};
};

/// Hands every call to another store, except those that a Failure names: these return its error. To fail at the k-th
/// operation whatever it is: {.after = k - 1, .times = 1}.
/// Threads: any.
class FailingStore : public Store {
 public:
  /// Borrows: `store`.
  explicit FailingStore(Store& store) : store_(store) {}

  void Inject(Failure failure);
  /// Lets everything through again.
  void Clear();
  /// Calls of that name so far, failed ones among them.
  int Calls(std::string_view call) const;
  /// Calls of all names so far: the operations of a Failure that names none.
  int Operations() const;

  Status Ping() override;
  Result<std::vector<Inconsistency>> Check(const CheckOptions& options) override;

  Status InsertUser(const records::User& user) override;
  Result<records::User> GetUser(ObjectId id) override;
  Result<records::User> FindUser(std::string_view username) override;
  Status SetUserRole(std::string_view username, std::string_view role) override;
  Status RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) override;
  Status RevokeToken(std::string_view jti, TimePoint expires_at) override;
  Result<bool> IsTokenRevoked(std::string_view jti) override;
  Status ForgetRevocations(TimePoint now) override;

  Status InsertDataset(const records::Dataset& dataset) override;
  Result<records::Dataset> GetDataset(ObjectId owner, ObjectId id) override;
  Result<Page<records::Dataset>> ListDatasets(ObjectId owner, const PageRequest& page) override;
  Result<FileAddition> AddFiles(ObjectId owner, ObjectId id, const std::vector<records::SourceFile>& files,
                                std::size_t max_files) override;
  Status DeleteDataset(ObjectId owner, ObjectId id) override;

  Status InsertInference(const records::Inference& inference) override;
  Result<InsertOutcome> InsertInferenceOnce(const records::Inference& inference, const IdempotencyKey& key) override;
  Result<std::optional<InsertOutcome>> FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) override;
  Status ForgetIdempotencyKeys(TimePoint created_before) override;
  Result<records::Inference> GetInference(ObjectId owner, ObjectId id) override;
  Result<records::Inference> LoadInference(ObjectId id) override;
  Result<Page<records::Inference>> ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                  const PageRequest& page) override;
  Result<ResultsPage> ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) override;
  Result<std::vector<InferenceState>> LoadStates(const std::vector<ObjectId>& ids) override;
  Result<std::vector<ObjectId>> FindUnwanted(const std::vector<ObjectId>& ids) override;
  Result<int> CountOpenInferences(ObjectId owner) override;
  Result<std::optional<int>> QueuePosition(ObjectId id) override;
  Result<ArchiveCounts> ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) override;
  Status DeleteInference(ObjectId owner, ObjectId id) override;
  Result<records::InferenceStatus> CancelInference(ObjectId owner, ObjectId id, TimePoint at) override;
  Result<int> RetryFailedImages(ObjectId owner, ObjectId id) override;
  Result<bool> FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) override;
  Result<std::vector<ObjectId>> ListUndispatched(int limit) override;

  Status InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) override;
  Result<std::optional<records::Task>> ClaimTask(const ClaimRequest& request) override;
  Result<LeaseState> RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                TimePoint expires_at) override;
  Result<bool> CommitTask(const records::TaskLease& lease, const records::ImageResult& result) override;
  Result<bool> ReleaseTask(const records::TaskLease& lease) override;
  Result<bool> FinishInference(ObjectId inference, const Json& provenance, TimePoint at) override;
  Result<std::vector<ObjectId>> ListUnfinished(TimePoint now, int limit) override;
  Result<int> CountOpenTasks() override;

  Status InsertModel(const records::StoredModel& model) override;
  Result<std::vector<records::StoredModel>> ListModels() override;
  Status DeleteModel(std::string_view id) override;

  Result<records::Correction> InsertCorrection(const records::Correction& correction) override;
  Result<Page<records::Correction>> ListCorrections(ObjectId owner, ObjectId inference,
                                                    const PageRequest& page) override;

  /// The writer and what it and OpenBlob open borrow this store.
  Result<std::unique_ptr<BlobWriter>> CreateBlob(const NewBlob& blob) override;
  Result<BlobRecord> GetBlob(ObjectId owner, ObjectId id) override;
  Result<std::unique_ptr<ByteSource>> OpenBlob(ObjectId id) override;
  Status DeleteBlob(ObjectId id) override;
  Result<std::vector<ObjectId>> ListOrphans(TimePoint created_before, int limit) override;

 private:
  class Source;
  class Writer;

  /// Counts a call; how it is to fail, if it is.
  std::optional<Failure> Note(std::string_view call);

  /// body(), or the error of the Failure that names `call`.
  template <typename Body>
  std::invoke_result_t<Body> Forward(std::string_view call, Body body) {
    std::optional<Failure> failure = Note(call);
    if (failure && !failure->has_effect) return std::unexpected(std::move(failure->error));
    std::invoke_result_t<Body> result = body();
    if (failure) return std::unexpected(std::move(failure->error));
    return result;
  }

  Store& store_;
  mutable std::mutex mutex_;
  std::vector<Failure> failures_;
  std::map<std::string, int, std::less<>> calls_;
};

}  // namespace intelliclinix::store::failing
