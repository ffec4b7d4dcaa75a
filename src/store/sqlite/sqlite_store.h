// The store of one machine: an SQLite database with the files beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/sqlite/connections.h"
#include "store/sqlite/data_folder.h"
#include "store/store.h"

namespace intelliclinix::store::sqlite {

struct SqliteOptions {
  /// Made if it is not there. Must be on a local disk: neither SQLite's log nor the locks by which processes know of
  /// each other work on a network file system.
  std::string folder;
  bool must_exist = false;  ///< a folder without a store is refused, and nothing is made
};

/// Records in SQLite, bytes in files. A blob's file is there before its row, and gone after it: a crash between leaves
/// at most a file that no row names. Any number of processes of one machine may have the same folder open: they see
/// each other's records at once, and the leases of one that is gone end at once, where they would else last their time.
/// Threads: any.
class SqliteStore final : public Store {
 public:
  /// Borrows: the clock, for the creation times of blobs.
  /// Errors: kNotFound for a store that must exist and does not; kConflict when a process of another version uses the
  /// folder or its database is of a newer version, kInternal when the database is damaged, kResourceExhausted when the
  /// disk is full.
  static Result<std::unique_ptr<SqliteStore>> Open(const SqliteOptions& options, const Clock& clock);

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

  Result<std::unique_ptr<BlobWriter>> CreateBlob(const NewBlob& blob) override;
  Result<BlobRecord> GetBlob(ObjectId owner, ObjectId id) override;
  Result<std::unique_ptr<ByteSource>> OpenBlob(ObjectId id) override;
  Status DeleteBlob(ObjectId id) override;
  Result<std::vector<ObjectId>> ListOrphans(TimePoint created_before, int limit) override;

 private:
  class Writer;

  SqliteStore(std::unique_ptr<DataFolder> folder, std::unique_ptr<Connections> connections, const Clock& clock)
      : folder_(std::move(folder)), connections_(std::move(connections)), clock_(clock) {}

  /// Makes the tasks of processes that are gone claimable. Whether there were any.
  Result<bool> EndLeasesOfTheDead();
  Result<std::optional<records::Task>> ClaimOnce(const ClaimRequest& request);
  struct OrphanQuery {
    TimePoint created_before;
    int limit = 0;
  };
  /// Adds those of `files` that have no row.
  Status AddUnknown(const std::vector<ObjectId>& files, const OrphanQuery& query, std::vector<ObjectId>& ids);
  /// The records of blobs whose files are missing or of another size.
  Result<std::vector<Inconsistency>> CheckBlobs(bool fix);
  /// The size that the row of a blob says. Errors: kNotFound.
  Result<std::uint64_t> BytesInRow(ObjectId id);
  Status InsertBlobRow(const BlobRecord& record);
  void RemoveBlobFiles(const std::vector<ObjectId>& ids);

  std::unique_ptr<DataFolder> folder_;  // first, so that the lock goes last
  std::unique_ptr<Connections> connections_;
  const Clock& clock_;
};

/// SqliteStore::Open, for those who need to know only the seam.
Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, const Clock& clock);

}  // namespace intelliclinix::store::sqlite
