#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

Result<bool> HasInference(Database& database, ObjectId owner, ObjectId id) {
  return Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1 AND owner_id = ?2", id, owner));
}

}  // namespace

Result<records::Correction> SqliteStore::InsertCorrection(const records::Correction& correction) {
  return connections_->Write([&](Database& database) -> Result<records::Correction> {
    IC_ASSIGN_OR_RETURN(const bool found, HasInference(database, correction.owner_id, correction.inference_id));
    if (!found) return NotFound("inference");
    records::Correction versioned = correction;
    IC_ASSIGN_OR_RETURN(
        Rows last, database.Query("SELECT max(version) FROM corrections WHERE inference_id = ?1 AND source_id = ?2",
                                  correction.inference_id, correction.source_id));
    IC_ASSIGN_OR_RETURN([[maybe_unused]] const bool has_row, last.Next());
    versioned.version = last.IsNull(0) ? 1 : static_cast<int>(last.Int(0)) + 1;
    IC_RETURN_IF_ERROR(database.Run(
        "INSERT INTO corrections (id, inference_id, source_id, version, document) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT (id) DO NOTHING",
        versioned.id, versioned.inference_id, versioned.source_id, versioned.version,
        DumpJson(records::ToJson(versioned))));
    if (database.Changes() == 0) return IdTaken("correction", versioned.id);
    IC_RETURN_IF_ERROR(KeepBlob(database, versioned.file.blob_id));
    return versioned;
  });
}

Result<Page<records::Correction>> SqliteStore::ListCorrections(ObjectId owner, ObjectId inference,
                                                               const PageRequest& page) {
  PageBuilder<records::Correction> builder(page);
  IC_RETURN_IF_ERROR(connections_->Read([&](Database& database) -> Status {
    IC_ASSIGN_OR_RETURN(const bool found, HasInference(database, owner, inference));
    if (!found) return NotFound("inference");
    return ForEachRow(database.Query("SELECT document FROM corrections WHERE inference_id = ?1 "
                                     "AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
                                     inference, page.after, PageLimit(page) + 1),
                      [&builder](const Rows& row) -> Status {
                        IC_ASSIGN_OR_RETURN(const Json document, JsonFromColumn(row.Text(0)));
                        IC_ASSIGN_OR_RETURN(records::Correction correction, records::CorrectionFromJson(document));
                        builder.Add(std::move(correction));
                        return {};
                      });
  }));
  return std::move(builder).Finish();
}

}  // namespace intelliclinix::store::sqlite
