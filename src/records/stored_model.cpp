#include "records/stored_model.h"

namespace intelliclinix::records {
namespace {

Result<StoredModel> Read(const Json& json) {
  StoredModel model;
  ModelEntry& entry = model.entry;
  entry.id = json.at("_id");
  entry.name = json.at("name");
  entry.runner_name = json.at("runner_name");
  entry.description = json.at("description");
  entry.input_type = json.value("input_type", "flat");
  entry.license = json.at("license");
  entry.source = json.at("source");
  for (const auto& [role, file] : json.at("files").items()) {
    entry.files[role] = {.path = file.at("filename"), .sha256 = file.at("sha256"), .bytes = file.at("bytes")};
    IC_ASSIGN_OR_RETURN(model.blobs[role], ObjectId::Parse(file.at("gridfs_id").get<std::string>()));
  }
  IC_ASSIGN_OR_RETURN(model.imported_at, ParseTime(json.at("imported_at").get<std::string>()));
  return model;
}

}  // namespace

Json ToJson(const StoredModel& model) {
  const ModelEntry& entry = model.entry;
  Json files = Json::object();
  for (const auto& [role, file] : entry.files) {
    files[role] = {{"filename", file.path},
                   {"sha256", file.sha256},
                   {"bytes", file.bytes},
                   {"gridfs_id", model.blobs.at(role).ToString()}};
  }
  return {{"_id", entry.id},
          {"name", entry.name},
          {"runner_name", entry.runner_name},
          {"description", entry.description},
          {"input_type", entry.input_type},
          {"license", entry.license},
          {"source", entry.source},
          {"files", std::move(files)},
          {"imported_at", FormatTime(model.imported_at)}};
}

Result<StoredModel> StoredModelFromJson(const Json& json) {
  try {
    Result<StoredModel> model = Read(json);
    if (model) return model;
    return Fail(ErrorCode::kInternal, "A stored model cannot be read: " + model.error().message);
  } catch (const nlohmann::json::exception& exception) {
    return Fail(ErrorCode::kInternal, std::string("A stored model cannot be read: ") + exception.what());
  }
}

}  // namespace intelliclinix::records
