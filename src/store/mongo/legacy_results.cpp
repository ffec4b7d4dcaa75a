#include "store/mongo/legacy_results.h"

#include <array>
#include <string>

#include "store/mongo/bson_json.h"
#include "store/mongo/documents.h"
#include "store/mongo/grid_file.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

struct MaskMember {
  std::string_view kind;
  const char* member;
};

constexpr std::array<MaskMember, 3> kMaskMembers = {{{records::artifact_kind::kLabelMask, "mask_id"},
                                                     {records::artifact_kind::kClassMask, "class_mask_id"},
                                                     {records::artifact_kind::kInstanceMask, "instance_mask_id"}}};

/// The artifact behind an id; none where the file is gone.
Result<std::optional<records::Artifact>> ArtifactOf(Connection& connection, std::string_view kind, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found, connection.FindOne(collection::kFiles, Make("_id", id)));
  if (!found) return std::nullopt;
  const BlobRecord blob = BlobFrom(*found);
  return records::Artifact{.kind = std::string(kind),
                           .blob_id = id,
                           .filename = blob.filename.empty() ? std::string(kind) + ".png" : blob.filename,
                           .content_type = blob.content_type,
                           .bytes = blob.bytes,
                           .sha256 = blob.sha256};
}

Status AddMasks(Connection& connection, const Json& json, records::ImageResult& result) {
  for (const auto& [kind, member] : kMaskMembers) {
    if (!json.contains(member) || !json.at(member).is_string()) continue;
    const Result<ObjectId> id = ObjectId::Parse(json.at(member).get<std::string>());
    if (!id) continue;
    IC_ASSIGN_OR_RETURN(auto artifact, ArtifactOf(connection, kind, *id));
    if (artifact) result.artifacts.push_back(*std::move(artifact));
  }
  return {};
}

Result<records::ImageResult> LegacyResult(Connection& connection, const Json& json) {
  IC_ASSIGN_OR_RETURN(records::ImageResult result, ResultFrom(json));
  if (result.artifacts.empty()) IC_RETURN_IF_ERROR(AddMasks(connection, json, result));
  return result;
}

}  // namespace

Result<ResultsPage> LegacyResults(Connection& connection, ObjectId inference, const ResultsRequest& request) {
  IC_ASSIGN_OR_RETURN(const auto found, connection.FindOne(collection::kInferences, Make("_id", inference),
                                                           {.projection = Make("results", 1)}));
  if (!found) return NotFound("inference");
  ResultsPageBuilder builder(request);
  int position = -1;
  for (const Json& json : found->view().Value("results")) {
    if (++position < request.first) continue;
    if (!builder.Wants(position, DumpJson(json).size())) break;
    IC_ASSIGN_OR_RETURN(records::ImageResult result, LegacyResult(connection, json));
    builder.Add(std::move(result));
  }
  return std::move(builder).Finish();
}

Result<bool> IsNamedBy(Connection& connection, ObjectId owner, ObjectId blob) {
  for (const char* const member : {"files.gridfs_id", "files.preview_id"}) {
    IC_ASSIGN_OR_RETURN(const bool named,
                        connection.Exists(collection::kDatasets, Make("owner_id", owner, member, blob)));
    if (named) return true;
  }
  for (const char* const member : {"results.mask_id", "results.class_mask_id", "results.instance_mask_id",
                                   "results.source_image_gridfs_id", "results.artifacts.gridfs_id"}) {
    IC_ASSIGN_OR_RETURN(const bool named,
                        connection.Exists(collection::kInferences, Make("requested_by", owner, member, blob)));
    if (named) return true;
  }
  return false;
}

}  // namespace intelliclinix::store::mongo
