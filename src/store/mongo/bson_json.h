// Between BSON and the JSON of records.
#pragma once

#include <string_view>

#include <bson/bson.h>

#include "base/json.h"
#include "base/object_id.h"

namespace intelliclinix::store::mongo {

ObjectId IdFrom(const bson_oid_t& oid);

/// A BSON value as JSON: ids as hex digits, dates as ISO 8601 text, what JSON has no word for as null.
Json ToJson(const bson_iter_t& value);

/// `json` without members that are null, at any depth: older documents write null for what they have not.
Json WithoutNulls(Json json);

/// Adds a JSON value to a document. The texts of members that the HTTP contract names as ids of files (gridfs_id,
/// mask_id and the like) become ObjectIds where they are 24 hex digits.
void AppendJson(bson_t& document, std::string_view key, const Json& value);

}  // namespace intelliclinix::store::mongo
