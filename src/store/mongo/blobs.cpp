#include "store/mongo/connection.h"
#include "store/mongo/grid_file.h"
#include "store/mongo/jobs.h"
#include "store/mongo/legacy_results.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

/// Gives the record of a file that another program wrote what it lacks: the hashes, which are noted for the next time.
Status AddHashes(Connection& connection, const GridFile& file, BlobRecord& record) {
  constexpr std::size_t kPiece = 1U << 20;
  GridSource source(connection, file);
  std::vector<std::byte> piece(kPiece);
  Sha256 sha256;
  record.crc32 = 0;
  for (std::uint64_t offset = 0; offset < source.size(); offset += kPiece) {
    IC_ASSIGN_OR_RETURN(const std::size_t count, source.ReadAt(offset, piece));
    sha256.Update(std::span(piece).first(count));
    record.crc32 = Crc32(record.crc32, std::span(piece).first(count));
  }
  record.sha256 = sha256.FinishHex();
  IC_RETURN_IF_ERROR(
      connection.UpdateOne(collection::kFiles, Make("_id", record.id),
                           Make("$set", Make("metadata.sha256", record.sha256, "metadata.crc32", record.crc32))));
  return {};
}

}  // namespace

Result<std::unique_ptr<BlobWriter>> MongoStore::CreateBlob(const NewBlob& blob) {
  return std::make_unique<GridWriter>(*connection_, clock_, blob);
}

Result<BlobRecord> MongoStore::GetBlob(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kFiles, Make("_id", id)));
  if (!found) return NotFound("file");
  BlobRecord record = BlobFrom(*found);
  if (record.owner_id.IsNone()) {
    IC_ASSIGN_OR_RETURN(const bool theirs, IsNamedBy(*connection_, owner, id));
    if (theirs) record.owner_id = owner;
  }
  if (record.owner_id != owner) return NotFound("file");
  if (!found->view().Has("metadata.crc32")) {
    IC_RETURN_IF_ERROR(AddHashes(*connection_, GridFileFrom(*found), record));
  }
  return record;
}

Result<std::unique_ptr<ByteSource>> MongoStore::OpenBlob(ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kFiles, Make("_id", id)));
  if (!found) return NotFound("file");
  return std::make_unique<GridSource>(*connection_, GridFileFrom(*found));
}

Status MongoStore::DeleteBlob(ObjectId id) { return DeleteBlobs(*connection_, {id}); }

}  // namespace intelliclinix::store::mongo
