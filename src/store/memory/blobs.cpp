#include "base/hashing.h"
#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {
namespace {

/// The bytes of a blob, kept for as long as it is open.
class BlobSource final : public ByteSource {
 public:
  explicit BlobSource(std::shared_ptr<const std::vector<std::byte>> bytes)
      : bytes_(std::move(bytes)), source_(std::span<const std::byte>(*bytes_)) {}

  std::uint64_t size() const override { return source_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    return source_.ReadAt(offset, out);
  }

 private:
  std::shared_ptr<const std::vector<std::byte>> bytes_;
  MemorySource source_;
};

}  // namespace

class MemoryStore::Writer final : public BlobWriter {
 public:
  Writer(MemoryStore& store, const NewBlob& blob) : store_(store) { static_cast<NewBlob&>(record_) = blob; }

  Status Write(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }

  Result<std::unique_ptr<ByteSource>> Reader() override {
    return std::make_unique<MemorySource>(std::span<const std::byte>(bytes_));
  }

  Result<BlobRecord> Commit() override {
    record_.id = ObjectId::Generate();
    record_.bytes = bytes_.size();
    record_.sha256 = Sha256Hex(bytes_);
    record_.crc32 = Crc32(0, bytes_);
    record_.created_at = store_.clock_.Now();
    const std::scoped_lock lock(store_.mutex_);
    store_.blobs_[record_.id] = {record_, std::make_shared<const std::vector<std::byte>>(std::move(bytes_))};
    return record_;
  }

  void SetContentType(std::string content_type) override { record_.content_type = std::move(content_type); }

 private:
  MemoryStore& store_;
  BlobRecord record_;
  std::vector<std::byte> bytes_;
};

Result<std::unique_ptr<BlobWriter>> MemoryStore::CreateBlob(const NewBlob& blob) {
  return std::make_unique<Writer>(*this, blob);
}

Result<BlobRecord> MemoryStore::GetBlob(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = blobs_.find(id);
  if (found == blobs_.end() || found->second.record.owner_id != owner) return NotFound("file");
  return found->second.record;
}

Result<std::unique_ptr<ByteSource>> MemoryStore::OpenBlob(ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = blobs_.find(id);
  if (found == blobs_.end()) return NotFound("file");
  return std::make_unique<BlobSource>(found->second.bytes);
}

Status MemoryStore::DeleteBlob(ObjectId id) {
  const std::scoped_lock lock(mutex_);
  blobs_.erase(id);
  return {};
}

std::size_t MemoryStore::CountBlobs() {
  const std::scoped_lock lock(mutex_);
  return blobs_.size();
}

}  // namespace intelliclinix::store::memory
