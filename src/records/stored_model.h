// A model that was imported: what the store keeps of it.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "records/model_entry.h"

namespace intelliclinix::records {

/// The paths of `entry.files` are names of files, without folders: every machine has its own copies.
struct StoredModel {
  ModelEntry entry;
  std::map<std::string, ObjectId> blobs;  ///< by role, as entry.files
  TimePoint imported_at{};
};

/// The document of a model in a store.
Json ToJson(const StoredModel& model);
/// Errors: kInternal naming the field that is missing or of another type.
Result<StoredModel> StoredModelFromJson(const Json& json);

}  // namespace intelliclinix::records
