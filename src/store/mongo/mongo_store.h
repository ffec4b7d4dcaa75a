// The store of many machines: MongoDB, with the bytes in GridFS.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace intelliclinix::store::mongo {

class Connection;

struct MongoOptions {
  std::string uri;          ///< mongodb:// or mongodb+srv://; the database it names, else "intelliclinix"
  bool must_exist = false;  ///< a database without a store is refused, and nothing is made
};

/// Any number of processes share one database. A single document changes atomically and nothing else does: there are
/// no transactions here. Each call that writes several documents writes them in an order in which it may be cut short
/// anywhere: what is left is invisible, is completed by the next sweep, or is swept away. The orders stand at the
/// calls. Threads: any.
class MongoStore final : public Store {
 public:
  /// Connects, makes missing indexes, and completes users that older programs wrote.
  /// Borrows: the clock, for the creation times of blobs.
  /// Errors: kInvalidArgument for a URI that is none; kNotFound for a store that must exist and does not; kUnavailable
  /// when nobody answers or the password is refused.
  static Result<std::unique_ptr<MongoStore>> Open(const MongoOptions& options, const Clock& clock);

  MongoStore(const MongoStore&) = delete;
  MongoStore& operator=(const MongoStore&) = delete;
  ~MongoStore() override;

  Status Ping() override;

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

  Result<std::unique_ptr<BlobWriter>> CreateBlob(const NewBlob& blob) override;
  Result<BlobRecord> GetBlob(ObjectId owner, ObjectId id) override;
  Result<std::unique_ptr<ByteSource>> OpenBlob(ObjectId id) override;
  Status DeleteBlob(ObjectId id) override;
  Result<std::vector<ObjectId>> ListOrphans(TimePoint created_before, int limit) override;

  Result<std::vector<Inconsistency>> Check(const CheckOptions& options) override;

 private:
  MongoStore(std::unique_ptr<Connection> connection, const Clock& clock);

  Result<std::optional<records::Task>> TakeTask(const ClaimRequest& request);
  Status GiveBackUnanswered();

  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  std::mutex unanswered_mutex_;
  std::set<std::string> unanswered_;  // guarded by unanswered_mutex_; names of claims that had no answer
};

/// MongoStore::Open, for those who need to know only the seam.
Result<std::unique_ptr<Store>> OpenMongoStore(const MongoOptions& options, const Clock& clock);

}  // namespace intelliclinix::store::mongo
