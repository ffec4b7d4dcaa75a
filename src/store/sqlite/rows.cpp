#include "store/sqlite/rows.h"

namespace intelliclinix::store::sqlite {
namespace {

// Deeper than any request may be, since documents nest what requests hold.
constexpr int kMaxJsonDepth = 64;

}  // namespace

Result<bool> Exists(Result<Rows> rows) {
  if (!rows.has_value()) return std::unexpected(std::move(rows).error());
  return rows->Next();
}

Result<std::vector<ObjectId>> ReadIds(Result<Rows> rows) {
  std::vector<ObjectId> ids;
  IC_RETURN_IF_ERROR(ForEachRow(std::move(rows), [&ids](const Rows& row) -> Status {
    ids.push_back(row.Id(0));
    return {};
  }));
  return ids;
}

Status KeepBlob(Database& database, ObjectId id) { return database.Run("UPDATE blobs SET kept = 1 WHERE id = ?1", id); }

Result<Json> JsonFromColumn(std::string_view text) {
  Result<Json> json = ParseJson(text, kMaxJsonDepth);
  if (json.has_value()) return json;
  return Fail(ErrorCode::kInternal, "A document in the database cannot be read: " + json.error().message);
}

}  // namespace intelliclinix::store::sqlite
