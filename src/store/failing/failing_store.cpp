#include "store/failing/failing_store.h"

namespace intelliclinix::store::failing {

class FailingStore::Source final : public ByteSource {
 public:
  Source(FailingStore& store, std::unique_ptr<ByteSource> source) : store_(store), source_(std::move(source)) {}

  std::uint64_t size() const override { return source_->size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    return store_.Forward("ByteSource::ReadAt", [&] { return source_->ReadAt(offset, out); });
  }

 private:
  FailingStore& store_;
  std::unique_ptr<ByteSource> source_;
};

class FailingStore::Writer final : public BlobWriter {
 public:
  Writer(FailingStore& store, std::unique_ptr<BlobWriter> writer) : store_(store), writer_(std::move(writer)) {}

  Status Write(std::span<const std::byte> bytes) override {
    return store_.Forward("BlobWriter::Write", [&] { return writer_->Write(bytes); });
  }
  Result<std::unique_ptr<ByteSource>> Reader() override {
    return store_.Forward("BlobWriter::Reader", [&]() -> Result<std::unique_ptr<ByteSource>> {
      IC_ASSIGN_OR_RETURN(auto source, writer_->Reader());
      return std::make_unique<Source>(store_, std::move(source));
    });
  }
  Result<BlobRecord> Commit() override {
    return store_.Forward("BlobWriter::Commit", [&] { return writer_->Commit(); });
  }
  void SetContentType(std::string content_type) override { writer_->SetContentType(std::move(content_type)); }

 private:
  FailingStore& store_;
  std::unique_ptr<BlobWriter> writer_;
};

void FailingStore::Inject(Failure failure) {
  const std::scoped_lock lock(mutex_);
  failures_.push_back(std::move(failure));
}

void FailingStore::Clear() {
  const std::scoped_lock lock(mutex_);
  failures_.clear();
}

int FailingStore::Calls(std::string_view call) const {
  const std::scoped_lock lock(mutex_);
  const auto found = calls_.find(call);
  return found == calls_.end() ? 0 : found->second;
}

int FailingStore::Operations() const {
  const std::scoped_lock lock(mutex_);
  int operations = 0;
  for (const auto& [call, count] : calls_) operations += count;
  return operations;
}

std::optional<Failure> FailingStore::Note(std::string_view call) {
  const std::scoped_lock lock(mutex_);
  ++calls_.try_emplace(std::string(call), 0).first->second;
  for (Failure& failure : failures_) {
    if (failure.times <= 0 || (!failure.call.empty() && failure.call != call)) continue;
    if (failure.after > 0) {
      --failure.after;
      continue;
    }
    if (failure.times != Failure::kAlways) --failure.times;
    return failure;
  }
  return std::nullopt;
}

Result<std::unique_ptr<BlobWriter>> FailingStore::CreateBlob(const NewBlob& blob) {
  return Forward("CreateBlob", [&]() -> Result<std::unique_ptr<BlobWriter>> {
    IC_ASSIGN_OR_RETURN(auto writer, store_.CreateBlob(blob));
    return std::make_unique<Writer>(*this, std::move(writer));
  });
}

Result<std::unique_ptr<ByteSource>> FailingStore::OpenBlob(ObjectId id) {
  return Forward("OpenBlob", [&]() -> Result<std::unique_ptr<ByteSource>> {
    IC_ASSIGN_OR_RETURN(auto source, store_.OpenBlob(id));
    return std::make_unique<Source>(*this, std::move(source));
  });
}

Status FailingStore::Ping() {
  return Forward("Ping", [&] { return store_.Ping(); });
}

Result<std::vector<Inconsistency>> FailingStore::Check(const CheckOptions& options) {
  return Forward("Check", [&] { return store_.Check(options); });
}

Status FailingStore::InsertUser(const records::User& user) {
  return Forward("InsertUser", [&] { return store_.InsertUser(user); });
}

Result<records::User> FailingStore::GetUser(ObjectId id) {
  return Forward("GetUser", [&] { return store_.GetUser(id); });
}

Result<records::User> FailingStore::FindUser(std::string_view username) {
  return Forward("FindUser", [&] { return store_.FindUser(username); });
}

Status FailingStore::SetUserRole(std::string_view username, std::string_view role) {
  return Forward("SetUserRole", [&] { return store_.SetUserRole(username, role); });
}

Status FailingStore::RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) {
  return Forward("RecordLogin", [&] { return store_.RecordLogin(id, at, new_hash); });
}

Status FailingStore::RevokeToken(std::string_view jti, TimePoint expires_at) {
  return Forward("RevokeToken", [&] { return store_.RevokeToken(jti, expires_at); });
}

Result<bool> FailingStore::IsTokenRevoked(std::string_view jti) {
  return Forward("IsTokenRevoked", [&] { return store_.IsTokenRevoked(jti); });
}

Status FailingStore::ForgetRevocations(TimePoint now) {
  return Forward("ForgetRevocations", [&] { return store_.ForgetRevocations(now); });
}

Status FailingStore::InsertDataset(const records::Dataset& dataset) {
  return Forward("InsertDataset", [&] { return store_.InsertDataset(dataset); });
}

Result<records::Dataset> FailingStore::GetDataset(ObjectId owner, ObjectId id) {
  return Forward("GetDataset", [&] { return store_.GetDataset(owner, id); });
}

Result<Page<records::Dataset>> FailingStore::ListDatasets(ObjectId owner, const PageRequest& page) {
  return Forward("ListDatasets", [&] { return store_.ListDatasets(owner, page); });
}

Result<FileAddition> FailingStore::AddFiles(ObjectId owner, ObjectId id, const std::vector<records::SourceFile>& files,
                                            std::size_t max_files) {
  return Forward("AddFiles", [&] { return store_.AddFiles(owner, id, files, max_files); });
}

Status FailingStore::DeleteDataset(ObjectId owner, ObjectId id) {
  return Forward("DeleteDataset", [&] { return store_.DeleteDataset(owner, id); });
}

Status FailingStore::InsertInference(const records::Inference& inference) {
  return Forward("InsertInference", [&] { return store_.InsertInference(inference); });
}

Result<InsertOutcome> FailingStore::InsertInferenceOnce(const records::Inference& inference,
                                                        const IdempotencyKey& key) {
  return Forward("InsertInferenceOnce", [&] { return store_.InsertInferenceOnce(inference, key); });
}

Result<std::optional<InsertOutcome>> FailingStore::FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) {
  return Forward("FindIdempotencyKey", [&] { return store_.FindIdempotencyKey(owner, key); });
}

Status FailingStore::ForgetIdempotencyKeys(TimePoint created_before) {
  return Forward("ForgetIdempotencyKeys", [&] { return store_.ForgetIdempotencyKeys(created_before); });
}

Result<records::Inference> FailingStore::GetInference(ObjectId owner, ObjectId id) {
  return Forward("GetInference", [&] { return store_.GetInference(owner, id); });
}

Result<records::Inference> FailingStore::LoadInference(ObjectId id) {
  return Forward("LoadInference", [&] { return store_.LoadInference(id); });
}

Result<Page<records::Inference>> FailingStore::ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                              const PageRequest& page) {
  return Forward("ListInferences", [&] { return store_.ListInferences(owner, filter, page); });
}

Result<ResultsPage> FailingStore::ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) {
  return Forward("ListResults", [&] { return store_.ListResults(owner, id, request); });
}

Result<std::vector<InferenceState>> FailingStore::LoadStates(const std::vector<ObjectId>& ids) {
  return Forward("LoadStates", [&] { return store_.LoadStates(ids); });
}

Result<std::vector<ObjectId>> FailingStore::FindUnwanted(const std::vector<ObjectId>& ids) {
  return Forward("FindUnwanted", [&] { return store_.FindUnwanted(ids); });
}

Result<int> FailingStore::CountOpenInferences(ObjectId owner) {
  return Forward("CountOpenInferences", [&] { return store_.CountOpenInferences(owner); });
}

Result<std::optional<int>> FailingStore::QueuePosition(ObjectId id) {
  return Forward("QueuePosition", [&] { return store_.QueuePosition(id); });
}

Result<ArchiveCounts> FailingStore::ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) {
  return Forward("ArchiveInferences", [&] { return store_.ArchiveInferences(owner, ids, archived); });
}

Status FailingStore::DeleteInference(ObjectId owner, ObjectId id) {
  return Forward("DeleteInference", [&] { return store_.DeleteInference(owner, id); });
}

Result<records::InferenceStatus> FailingStore::CancelInference(ObjectId owner, ObjectId id, TimePoint at) {
  return Forward("CancelInference", [&] { return store_.CancelInference(owner, id, at); });
}

Result<int> FailingStore::RetryFailedImages(ObjectId owner, ObjectId id) {
  return Forward("RetryFailedImages", [&] { return store_.RetryFailedImages(owner, id); });
}

Result<bool> FailingStore::FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) {
  return Forward("FailInference", [&] { return store_.FailInference(id, error, at); });
}

Result<std::vector<ObjectId>> FailingStore::ListUndispatched(int limit) {
  return Forward("ListUndispatched", [&] { return store_.ListUndispatched(limit); });
}

Status FailingStore::InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) {
  return Forward("InsertTasks", [&] { return store_.InsertTasks(inference, tasks); });
}

Result<std::optional<records::Task>> FailingStore::ClaimTask(const ClaimRequest& request) {
  return Forward("ClaimTask", [&] { return store_.ClaimTask(request); });
}

Result<LeaseState> FailingStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                            TimePoint expires_at) {
  return Forward("RenewLease", [&] { return store_.RenewLease(lease, progress, expires_at); });
}

Result<bool> FailingStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  return Forward("CommitTask", [&] { return store_.CommitTask(lease, result); });
}

Result<bool> FailingStore::ReleaseTask(const records::TaskLease& lease) {
  return Forward("ReleaseTask", [&] { return store_.ReleaseTask(lease); });
}

Result<bool> FailingStore::FinishInference(ObjectId inference, const Json& provenance, TimePoint at) {
  return Forward("FinishInference", [&] { return store_.FinishInference(inference, provenance, at); });
}

Result<std::vector<ObjectId>> FailingStore::ListUnfinished(TimePoint now, int limit) {
  return Forward("ListUnfinished", [&] { return store_.ListUnfinished(now, limit); });
}

Result<int> FailingStore::CountOpenTasks() {
  return Forward("CountOpenTasks", [&] { return store_.CountOpenTasks(); });
}

Result<BlobRecord> FailingStore::GetBlob(ObjectId owner, ObjectId id) {
  return Forward("GetBlob", [&] { return store_.GetBlob(owner, id); });
}

Status FailingStore::DeleteBlob(ObjectId id) {
  return Forward("DeleteBlob", [&] { return store_.DeleteBlob(id); });
}

Result<std::vector<ObjectId>> FailingStore::ListOrphans(TimePoint created_before, int limit) {
  return Forward("ListOrphans", [&] { return store_.ListOrphans(created_before, limit); });
}

Status FailingStore::InsertModel(const records::StoredModel& model) {
  return Forward("InsertModel", [&] { return store_.InsertModel(model); });
}

Result<std::vector<records::StoredModel>> FailingStore::ListModels() {
  return Forward("ListModels", [&] { return store_.ListModels(); });
}

Status FailingStore::DeleteModel(std::string_view id) {
  return Forward("DeleteModel", [&] { return store_.DeleteModel(id); });
}

Result<records::Correction> FailingStore::InsertCorrection(const records::Correction& correction) {
  return Forward("InsertCorrection", [&] { return store_.InsertCorrection(correction); });
}

Result<Page<records::Correction>> FailingStore::ListCorrections(ObjectId owner, ObjectId inference,
                                                                const PageRequest& page) {
  return Forward("ListCorrections", [&] { return store_.ListCorrections(owner, inference, page); });
}

}  // namespace intelliclinix::store::failing
