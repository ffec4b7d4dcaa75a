// A store that forgets everything when it goes: for tests.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace intelliclinix::store::memory {

/// Everything in maps under one mutex.
/// Threads: any.
class MemoryStore final : public Store {
 public:
  /// Borrows: the clock, for the creation times of blobs.
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  Status Ping() override { return {}; }
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

  Result<std::unique_ptr<BlobWriter>> CreateBlob(const NewBlob& blob) override;
  Result<BlobRecord> GetBlob(ObjectId owner, ObjectId id) override;
  Result<std::unique_ptr<ByteSource>> OpenBlob(ObjectId id) override;
  Status DeleteBlob(ObjectId id) override;
  Result<std::vector<ObjectId>> ListOrphans(TimePoint created_before, int limit) override;

  /// Blobs of anybody, for tests of what is left behind.
  std::size_t CountBlobs();

 private:
  class Writer;
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;
  struct Blob {
    BlobRecord record;
    Bytes bytes;
  };
  using TaskKey = std::pair<ObjectId, int>;  // inference and position: the order of claims within an owner

  struct KnownKey {
    std::string body_sha256;
    ObjectId inference_id;
    TimePoint created_at;
  };

  static void End(records::Task& task, const records::ImageResult& result);
  // All of these are called with the mutex held.
  Status Insert(const records::Inference& inference);
  std::optional<InsertOutcome> FindKey(ObjectId owner, const IdempotencyKey& key) const;
  Result<records::Inference*> Find(ObjectId owner, ObjectId id);
  records::Task* FindLeased(const records::TaskLease& lease);
  std::vector<records::Task*> TasksOf(ObjectId inference);
  /// The tasks that can be claimed, of inferences that may run, in the order of claims within an owner.
  std::vector<records::Task*> Claimable(TimePoint now);
  bool AllEnded(ObjectId inference);
  /// Whether FinishInference would end it.
  bool CanFinish(const records::Inference& inference, TimePoint now);
  /// Ends the open tasks that no worker holds.
  void EndUnheldTasks(ObjectId inference, TimePoint now);
  records::Progress ProgressOf(ObjectId inference);
  records::Inference WithProgress(const records::Inference& inference);
  void EraseInference(ObjectId id);
  /// Whether its model was imported and is gone.
  bool LacksModel(const records::Inference& inference) const;
  /// The blobs that datasets and results name.
  std::set<ObjectId> ReferencedBlobs() const;
  std::vector<ObjectId> Orphans(TimePoint created_before, int limit) const;

  const Clock& clock_;
  std::mutex mutex_;
  std::map<ObjectId, records::User> users_;
  std::map<std::string, TimePoint, std::less<>> revoked_;
  std::map<ObjectId, records::Dataset> datasets_;
  std::map<ObjectId, records::Inference> inferences_;
  std::map<std::pair<ObjectId, std::string>, KnownKey> keys_;  // by owner and key
  std::map<TaskKey, records::Task> tasks_;
  std::map<ObjectId, records::Correction> corrections_;
  std::map<std::string, records::StoredModel, std::less<>> models_;
  std::map<ObjectId, Blob> blobs_;
};

}  // namespace intelliclinix::store::memory
