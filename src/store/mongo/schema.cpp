#include "store/mongo/schema.h"

#include <array>
#include <set>
#include <string>

#include "store/mongo/documents.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

struct Index {
  const char* collection;
  const char* name;
  std::array<std::pair<const char*, int>, 4> keys;  // those with a name
  bool unique = false;
};

// No partial or TTL indexes: not every server that speaks the protocol has them, and the store needs none.
constexpr std::array kIndexes = {
    Index{collection::kUsers, "username_key_1", {{{"username_key", 1}}}, true},
    Index{collection::kUsers, "email_key_1", {{{"email_key", 1}}}, true},
    Index{collection::kDatasets, "owner_id_1__id_-1", {{{"owner_id", 1}, {"_id", -1}}}},
    Index{collection::kDatasets, "files.gridfs_id_1", {{{"files.gridfs_id", 1}}}},
    Index{collection::kDatasets, "files.preview_id_1", {{{"files.preview_id", 1}}}},
    Index{collection::kInferences, "requested_by_1__id_-1", {{{"requested_by", 1}, {"_id", -1}}}},
    Index{collection::kInferences, "dataset_id_1", {{{"dataset_id", 1}}}},
    Index{collection::kInferences, "status_1__id_1", {{{"status", 1}, {"_id", 1}}}},
    Index{collection::kTasks, "inference_id_1_position_1", {{{"inference_id", 1}, {"position", 1}}}, true},
    Index{collection::kTasks,
          "state_1_owner_id_1_inference_id_1_position_1",
          {{{"state", 1}, {"owner_id", 1}, {"inference_id", 1}, {"position", 1}}}},
    Index{collection::kKeys, "owner_id_1_key_1", {{{"owner_id", 1}, {"key", 1}}}, true},
    Index{collection::kKeys, "inference_id_1", {{{"inference_id", 1}}}},
    Index{collection::kKeys, "created_at_1", {{{"created_at", 1}}}},
    Index{collection::kCorrections,
          "inference_id_1_original_gridfs_id_1_version_1",
          {{{"inference_id", 1}, {"original_gridfs_id", 1}, {"version", 1}}},
          true},
    Index{collection::kCorrections, "gridfs_id_1", {{{"gridfs_id", 1}}}},
    Index{collection::kRevokedTokens, "expires_at_1", {{{"expires_at", 1}}}},
    Index{collection::kFiles, "filename_1_uploadDate_1", {{{"filename", 1}, {"uploadDate", 1}}}},
    Index{collection::kFiles, "metadata.inference_id_1", {{{"metadata.inference_id", 1}}}},
    Index{collection::kFiles, "uploadDate_1", {{{"uploadDate", 1}}}},
    Index{collection::kChunks, "files_id_1_n_1", {{{"files_id", 1}, {"n", 1}}}, true},
};

/// The names of the indexes that a collection has; none where it is not there.
Result<std::set<std::string>> IndexesOf(Connection& connection, const char* of) {
  std::set<std::string> names;
  IC_ASSIGN_OR_RETURN(const bool used, connection.HasCollection(of));
  if (!used) return names;
  IC_ASSIGN_OR_RETURN(const Document reply, connection.Command(Make("listIndexes", of)));
  for (const Json& index : reply.view().Value("cursor.firstBatch")) names.insert(index.value("name", ""));
  return names;
}

/// Only what is missing: a user of the database need not be allowed to make indexes once they are there.
Status MakeIndexes(Connection& connection, const char* of) {
  IC_ASSIGN_OR_RETURN(const std::set<std::string> existing, IndexesOf(connection, of));
  std::vector<Document> indexes;
  for (const Index& index : kIndexes) {
    if (index.collection != of || existing.contains(index.name)) continue;
    Document keys;
    for (const auto& [field, direction] : index.keys) {
      if (field != nullptr) keys.Set(field, direction);
    }
    Document document = Make("key", keys, "name", index.name);
    if (index.unique) document.Set("unique", true);
    indexes.push_back(std::move(document));
  }
  if (indexes.empty()) return {};
  const Result<Document> made = connection.Command(Make("createIndexes", of, "indexes", indexes));
  if (!made) return std::unexpected(made.error());
  return {};
}

/// Another process that starts may have set it meanwhile; that stays.
Status SetMissing(Connection& connection, ObjectId user, const char* field, const std::string& key) {
  IC_RETURN_IF_ERROR(connection.UpdateOne(collection::kUsers, Make("_id", user, field, Make("$exists", false)),
                                          Make("$set", Make(field, key))));
  return {};
}

/// Gives one user the key `field`; where another has it, as where two names differ in case alone, one that is unique,
/// so that this user is found by the exact name.
Status CompleteUser(Connection& connection, ObjectId id, const char* field, const std::string& key) {
  const bool free = !key.empty();
  if (free) {
    IC_ASSIGN_OR_RETURN(const bool taken,
                        connection.Exists(collection::kUsers, Make(field, key, "_id", Make("$ne", id))));
    if (!taken) return SetMissing(connection, id, field, key);
  }
  return SetMissing(connection, id, field, "#" + id.ToString());
}

/// All processes that start together go through the users in the same order.
Status CompleteUsers(Connection& connection, const char* name, const char* field) {
  std::vector<std::pair<ObjectId, std::string>> incomplete;
  IC_RETURN_IF_ERROR(connection.Find(collection::kUsers, Make(field, Make("$exists", false)),
                                     {.projection = Make(name, 1), .sort = Make("_id", 1)},
                                     [&](View document) -> Result<bool> {
                                       const auto id = document.Id("_id");
                                       if (id) incomplete.emplace_back(*id, CaseKey(document.Text(name)));
                                       return true;
                                     }));
  for (const auto& [id, key] : incomplete) IC_RETURN_IF_ERROR(CompleteUser(connection, id, field, key));
  return {};
}

}  // namespace

Status PrepareDatabase(Connection& connection) {
  // Before the unique indexes on these fields, which would find no two users without them.
  IC_RETURN_IF_ERROR(CompleteUsers(connection, "username", "username_key"));
  IC_RETURN_IF_ERROR(CompleteUsers(connection, "email", "email_key"));
  for (const char* const name :
       {collection::kUsers, collection::kDatasets, collection::kInferences, collection::kTasks, collection::kKeys,
        collection::kCorrections, collection::kRevokedTokens, collection::kFiles, collection::kChunks}) {
    IC_RETURN_IF_ERROR(MakeIndexes(connection, name));
  }
  return {};
}

}  // namespace intelliclinix::store::mongo
