// What queries of several tables have in common.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "store/sqlite/database.h"

namespace intelliclinix::store::sqlite {

/// body(const Rows&) -> Status for each row, until one fails.
template <typename Body>
Status ForEachRow(Result<Rows> rows, Body body) {
  if (!rows.has_value()) return std::unexpected(std::move(rows).error());
  IC_ASSIGN_OR_RETURN(bool found, rows->Next());
  while (found) {
    IC_RETURN_IF_ERROR(body(std::as_const(*rows)));
    IC_ASSIGN_OR_RETURN(found, rows->Next());
  }
  return {};
}

/// Whether there is a row.
Result<bool> Exists(Result<Rows> rows);

/// The first columns of all rows.
Result<std::vector<ObjectId>> ReadIds(Result<Rows> rows);

/// Notes that something points to a blob.
Status KeepBlob(Database& database, ObjectId id);

/// A column that DumpJson wrote. Errors: kInternal.
Result<Json> JsonFromColumn(std::string_view text);

}  // namespace intelliclinix::store::sqlite
