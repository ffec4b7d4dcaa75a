#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {

namespace {

/// When an id was made, to the second.
TimePoint TimeOf(ObjectId id) {
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < 4; ++i) seconds = seconds << 8 | id.bytes()[i];
  return TimePoint(std::chrono::seconds(seconds));
}

}  // namespace

class SqliteStore::Writer final : public BlobWriter {
 public:
  Writer(SqliteStore& store, IncomingFile file, const NewBlob& blob) : store_(store), file_(std::move(file)) {
    static_cast<NewBlob&>(record_) = blob;
  }

  Status Write(std::span<const std::byte> bytes) override { return file_.Write(bytes); }

  Result<std::unique_ptr<ByteSource>> Reader() override { return file_.Reader(); }

  Result<BlobRecord> Commit() override {
    record_.id = ObjectId::Generate();
    record_.bytes = file_.bytes();
    record_.sha256 = file_.FinishSha256();
    record_.crc32 = file_.crc32();
    record_.created_at = store_.clock_.Now();
    Status kept = store_.folder_->Keep(file_, record_.id);
    if (kept.has_value()) kept = store_.InsertBlobRow(record_);
    if (!kept.has_value()) {
      store_.folder_->RemoveBlob(record_.id);
      return std::unexpected(std::move(kept).error());
    }
    return record_;
  }

  void SetContentType(std::string content_type) override { record_.content_type = std::move(content_type); }

 private:
  SqliteStore& store_;
  IncomingFile file_;
  BlobRecord record_;
};

Result<std::unique_ptr<BlobWriter>> SqliteStore::CreateBlob(const NewBlob& blob) {
  IC_ASSIGN_OR_RETURN(IncomingFile file, folder_->CreateIncoming());
  return std::make_unique<Writer>(*this, std::move(file), blob);
}

Result<BlobRecord> SqliteStore::GetBlob(ObjectId owner, ObjectId id) {
  return connections_->Read([&](Database& database) -> Result<BlobRecord> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT owner_id, filename, content_type, inference_id, source_id, "
                                                  "bytes, sha256, crc32, created_at FROM blobs "
                                                  "WHERE id = ?1 AND owner_id = ?2",
                                                  id, owner));
    IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return NotFound("file");
    BlobRecord record;
    record.id = id;
    record.owner_id = rows.Id(0);
    record.filename = rows.Text(1);
    record.content_type = rows.Text(2);
    record.inference_id = rows.OptionalId(3);
    record.source_id = rows.OptionalId(4);
    record.bytes = static_cast<std::uint64_t>(rows.Int(5));
    record.sha256 = rows.Text(6);
    record.crc32 = static_cast<std::uint32_t>(rows.Int(7));
    record.created_at = rows.Time(8);
    return record;
  });
}

Result<std::uint64_t> SqliteStore::BytesInRow(ObjectId id) {
  return connections_->Read([&](Database& database) -> Result<std::uint64_t> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT bytes FROM blobs WHERE id = ?1", id));
    IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return NotFound("file");
    return static_cast<std::uint64_t>(rows.Int(0));
  });
}

Result<std::unique_ptr<ByteSource>> SqliteStore::OpenBlob(ObjectId id) {
  IC_ASSIGN_OR_RETURN(const std::uint64_t bytes, BytesInRow(id));
  auto file = FileSource::Open(folder_->BlobPath(id));
  // It may have been deleted since its row was read.
  if (!file.has_value() && file.error().code == ErrorCode::kNotFound) return NotFound("file");
  if (!file.has_value()) return Fail(ErrorCode::kUnavailable, file.error().message);
  if ((*file)->size() != bytes) {
    return Fail(ErrorCode::kInternal, "The file " + id.ToString() + " is damaged: it should have " +
                                          std::to_string(bytes) + " bytes. Restore the data folder from a backup.");
  }
  return *std::move(file);
}

Status SqliteStore::DeleteBlob(ObjectId id) {
  IC_RETURN_IF_ERROR(
      connections_->Write([&](Database& database) { return database.Run("DELETE FROM blobs WHERE id = ?1", id); }));
  folder_->RemoveBlob(id);
  return {};
}

Result<std::vector<ObjectId>> SqliteStore::ListOrphans(TimePoint created_before, int limit) {
  // What was being written when a process died has no id by which it could be deleted: it goes now.
  IC_RETURN_IF_ERROR(folder_->ClearIncoming());
  IC_ASSIGN_OR_RETURN(std::vector<ObjectId> ids, connections_->Read([&](Database& database) {
    return ReadIds(database.Query(
        "SELECT id FROM blobs WHERE kept = 0 AND created_at < ?1 AND NOT EXISTS (SELECT 1 FROM inferences AS i "
        "WHERE i.id = blobs.inference_id AND i.status IN ('queued', 'running')) LIMIT ?2",
        created_before, limit));
  }));
  if (static_cast<int>(ids.size()) >= limit) return ids;
  const auto look = [&](const std::vector<ObjectId>& files) -> Result<bool> {
    IC_RETURN_IF_ERROR(AddUnknown(files, {created_before, limit}, ids));
    return static_cast<int>(ids.size()) < limit;
  };
  IC_RETURN_IF_ERROR(folder_->ForEachBlobFolder(look));
  return ids;
}

Status SqliteStore::AddUnknown(const std::vector<ObjectId>& files, const OrphanQuery& query,
                               std::vector<ObjectId>& ids) {
  return connections_->Read([&](Database& database) -> Status {
    for (const ObjectId file : files) {
      if (static_cast<int>(ids.size()) >= query.limit) return {};
      if (TimeOf(file) >= query.created_before) continue;
      IC_ASSIGN_OR_RETURN(const bool known, Exists(database.Query("SELECT 1 FROM blobs WHERE id = ?1", file)));
      if (!known) ids.push_back(file);
    }
    return {};
  });
}

Status SqliteStore::InsertBlobRow(const BlobRecord& record) {
  return connections_->Write([&](Database& database) {
    return database.Run(
        "INSERT INTO blobs (id, owner_id, inference_id, source_id, filename, content_type, bytes, sha256, crc32, "
        "created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        record.id, record.owner_id, record.inference_id, record.source_id, record.filename, record.content_type,
        record.bytes, record.sha256, record.crc32, record.created_at);
  });
}

void SqliteStore::RemoveBlobFiles(const std::vector<ObjectId>& ids) {
  for (const ObjectId id : ids) folder_->RemoveBlob(id);
}

}  // namespace intelliclinix::store::sqlite
