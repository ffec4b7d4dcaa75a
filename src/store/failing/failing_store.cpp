#include "store/failing/failing_store.h"

#include <utility>

namespace intelliclinix::store::failing {

class FailingStore::Source final : public ByteSource {
 public:
  Source(FailingStore& store, std::unique_ptr<ByteSource> source) : store_(store), source_(std::move(source)) {}

  std::uint64_t size() const override { return source_->size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    IC_RETURN_IF_ERROR(store_.Gate("ByteSource::ReadAt"));
    return source_->ReadAt(offset, out);
  }

 private:
  FailingStore& store_;
  std::unique_ptr<ByteSource> source_;
};

class FailingStore::Writer final : public BlobWriter {
 public:
  Writer(FailingStore& store, std::unique_ptr<BlobWriter> writer) : store_(store), writer_(std::move(writer)) {}

  Status Write(std::span<const std::byte> bytes) override {
    IC_RETURN_IF_ERROR(store_.Gate("BlobWriter::Write"));
    return writer_->Write(bytes);
  }
  Result<std::unique_ptr<ByteSource>> Reader() override {
    IC_RETURN_IF_ERROR(store_.Gate("BlobWriter::Reader"));
    IC_ASSIGN_OR_RETURN(auto source, writer_->Reader());
    return std::make_unique<Source>(store_, std::move(source));
  }
  Result<BlobRecord> Commit() override {
    IC_RETURN_IF_ERROR(store_.Gate("BlobWriter::Commit"));
    return writer_->Commit();
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

Status FailingStore::Gate(std::string_view call) {
  const std::scoped_lock lock(mutex_);
  ++calls_.try_emplace(std::string(call), 0).first->second;
  for (Failure& failure : failures_) {
    if (failure.times <= 0 || (!failure.call.empty() && failure.call != call)) continue;
    if (failure.after > 0) {
      --failure.after;
      continue;
    }
    if (failure.times != Failure::kAlways) --failure.times;
    return std::unexpected(failure.error);
  }
  return {};
}

Result<std::unique_ptr<BlobWriter>> FailingStore::CreateBlob(const NewBlob& blob) {
  IC_RETURN_IF_ERROR(Gate("CreateBlob"));
  IC_ASSIGN_OR_RETURN(auto writer, store_.CreateBlob(blob));
  return std::make_unique<Writer>(*this, std::move(writer));
}

Result<std::unique_ptr<ByteSource>> FailingStore::OpenBlob(ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("OpenBlob"));
  IC_ASSIGN_OR_RETURN(auto source, store_.OpenBlob(id));
  return std::make_unique<Source>(*this, std::move(source));
}

Status FailingStore::Ping() {
  IC_RETURN_IF_ERROR(Gate("Ping"));
  return store_.Ping();
}

Status FailingStore::InsertUser(const records::User& user) {
  IC_RETURN_IF_ERROR(Gate("InsertUser"));
  return store_.InsertUser(user);
}

Result<records::User> FailingStore::GetUser(ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("GetUser"));
  return store_.GetUser(id);
}

Result<records::User> FailingStore::FindUser(std::string_view username) {
  IC_RETURN_IF_ERROR(Gate("FindUser"));
  return store_.FindUser(username);
}

Status FailingStore::RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) {
  IC_RETURN_IF_ERROR(Gate("RecordLogin"));
  return store_.RecordLogin(id, at, new_hash);
}

Status FailingStore::RevokeToken(std::string_view jti, TimePoint expires_at) {
  IC_RETURN_IF_ERROR(Gate("RevokeToken"));
  return store_.RevokeToken(jti, expires_at);
}

Result<bool> FailingStore::IsTokenRevoked(std::string_view jti) {
  IC_RETURN_IF_ERROR(Gate("IsTokenRevoked"));
  return store_.IsTokenRevoked(jti);
}

Status FailingStore::ForgetRevocations(TimePoint now) {
  IC_RETURN_IF_ERROR(Gate("ForgetRevocations"));
  return store_.ForgetRevocations(now);
}

Status FailingStore::InsertDataset(const records::Dataset& dataset) {
  IC_RETURN_IF_ERROR(Gate("InsertDataset"));
  return store_.InsertDataset(dataset);
}

Result<records::Dataset> FailingStore::GetDataset(ObjectId owner, ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("GetDataset"));
  return store_.GetDataset(owner, id);
}

Result<Page<records::Dataset>> FailingStore::ListDatasets(ObjectId owner, const PageRequest& page) {
  IC_RETURN_IF_ERROR(Gate("ListDatasets"));
  return store_.ListDatasets(owner, page);
}

Status FailingStore::DeleteDataset(ObjectId owner, ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("DeleteDataset"));
  return store_.DeleteDataset(owner, id);
}

Status FailingStore::InsertInference(const records::Inference& inference) {
  IC_RETURN_IF_ERROR(Gate("InsertInference"));
  return store_.InsertInference(inference);
}

Result<records::Inference> FailingStore::GetInference(ObjectId owner, ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("GetInference"));
  return store_.GetInference(owner, id);
}

Result<records::Inference> FailingStore::LoadInference(ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("LoadInference"));
  return store_.LoadInference(id);
}

Result<Page<records::Inference>> FailingStore::ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                              const PageRequest& page) {
  IC_RETURN_IF_ERROR(Gate("ListInferences"));
  return store_.ListInferences(owner, filter, page);
}

Result<ArchiveCounts> FailingStore::ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) {
  IC_RETURN_IF_ERROR(Gate("ArchiveInferences"));
  return store_.ArchiveInferences(owner, ids, archived);
}

Status FailingStore::DeleteInference(ObjectId owner, ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("DeleteInference"));
  return store_.DeleteInference(owner, id);
}

Result<bool> FailingStore::FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) {
  IC_RETURN_IF_ERROR(Gate("FailInference"));
  return store_.FailInference(id, error, at);
}

Result<std::vector<ObjectId>> FailingStore::ListUndispatched(int limit) {
  IC_RETURN_IF_ERROR(Gate("ListUndispatched"));
  return store_.ListUndispatched(limit);
}

Status FailingStore::InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) {
  IC_RETURN_IF_ERROR(Gate("InsertTasks"));
  return store_.InsertTasks(inference, tasks);
}

Result<std::optional<records::Task>> FailingStore::ClaimTask(const ClaimRequest& request) {
  IC_RETURN_IF_ERROR(Gate("ClaimTask"));
  return store_.ClaimTask(request);
}

Result<bool> FailingStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                      TimePoint expires_at) {
  IC_RETURN_IF_ERROR(Gate("RenewLease"));
  return store_.RenewLease(lease, progress, expires_at);
}

Result<bool> FailingStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  IC_RETURN_IF_ERROR(Gate("CommitTask"));
  return store_.CommitTask(lease, result);
}

Result<bool> FailingStore::ReleaseTask(const records::TaskLease& lease) {
  IC_RETURN_IF_ERROR(Gate("ReleaseTask"));
  return store_.ReleaseTask(lease);
}

Result<bool> FailingStore::FinishInference(ObjectId inference, const Json& provenance, TimePoint at) {
  IC_RETURN_IF_ERROR(Gate("FinishInference"));
  return store_.FinishInference(inference, provenance, at);
}

Result<std::vector<ObjectId>> FailingStore::ListUnfinished(int limit) {
  IC_RETURN_IF_ERROR(Gate("ListUnfinished"));
  return store_.ListUnfinished(limit);
}

Result<int> FailingStore::CountOpenTasks() {
  IC_RETURN_IF_ERROR(Gate("CountOpenTasks"));
  return store_.CountOpenTasks();
}

Result<BlobRecord> FailingStore::GetBlob(ObjectId owner, ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("GetBlob"));
  return store_.GetBlob(owner, id);
}

Status FailingStore::DeleteBlob(ObjectId id) {
  IC_RETURN_IF_ERROR(Gate("DeleteBlob"));
  return store_.DeleteBlob(id);
}

}  // namespace intelliclinix::store::failing
