#include "records/json_codec.h"

namespace intelliclinix::records {
namespace {

/// `read` on `json`, with the library's exceptions turned into an error.
template <typename T, typename Read>
Result<T> Decode(const char* what, Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& exception) {
    return Fail(ErrorCode::kInternal, std::string("A stored ") + what + " cannot be read: " + exception.what());
  }
}

Result<ObjectId> IdFromJson(const Json& json, const char* field) {
  const Result<ObjectId> id = ObjectId::Parse(json.at(field).get<std::string>());
  if (!id) return Fail(ErrorCode::kInternal, std::string("A stored document has no readable id in '") + field + "'.");
  return *id;
}

Json ToJson(const Artifact& artifact) {
  return {{"kind", artifact.kind},         {"gridfs_id", artifact.blob_id.ToString()},
          {"filename", artifact.filename}, {"content_type", artifact.content_type},
          {"bytes", artifact.bytes},       {"sha256", artifact.sha256}};
}

Result<Artifact> ArtifactFromJson(const Json& json) {
  Artifact artifact;
  IC_ASSIGN_OR_RETURN(artifact.blob_id, IdFromJson(json, "gridfs_id"));
  artifact.kind = json.at("kind");
  artifact.filename = json.at("filename");
  artifact.content_type = json.value("content_type", "application/octet-stream");
  artifact.bytes = json.value("bytes", std::uint64_t{0});
  artifact.sha256 = json.value("sha256", "");
  return artifact;
}

/// Adds what is beyond a single plane, and what the file tells of its channels and pixels.
void AddAxes(const ImageFacts& image, Json& json) {
  if (!image.axes.empty()) json["axes"] = image.axes;
  json["depth"] = image.depth;
  json["times"] = image.times;
  json["channel_names"] = image.channel_names;
  json["pixel_size_um"] = nullptr;
  if (image.pixel_size_um) json["pixel_size_um"] = {{"x", image.pixel_size_um->x}, {"y", image.pixel_size_um->y}};
}

void ReadAxes(const Json& json, ImageFacts& image) {
  image.axes = json.value("axes", "");
  image.depth = json.value("depth", 1);
  image.times = json.value("times", 1);
  image.channel_names = json.value("channel_names", std::vector<std::string>());
  const Json size = json.value("pixel_size_um", Json());
  if (!size.is_null()) image.pixel_size_um = {size.at("x").get<double>(), size.at("y").get<double>()};
}

/// The id of the artifact of `kind`, or null.
Json ArtifactId(const ImageResult& result, std::string_view kind) {
  for (const Artifact& artifact : result.artifacts) {
    if (artifact.kind == kind) return artifact.blob_id.ToString();
  }
  return nullptr;
}

}  // namespace

Json ToJson(const SourceFile& file) {
  Json json = {{"gridfs_id", file.blob_id.ToString()},
               {"filename", file.filename},
               {"type", "image"},
               {"width", file.image.width},
               {"height", file.image.height},
               {"channels", file.image.channels},
               {"bit_depth", file.image.bit_depth},
               {"content_type", file.image.content_type},
               {"bytes", file.bytes},
               {"sha256", file.sha256}};
  if (file.preview_id) json["preview_id"] = file.preview_id->ToString();
  AddAxes(file.image, json);
  return json;
}

Result<SourceFile> SourceFileFromJson(const Json& json) {
  return Decode<SourceFile>("source file", [&json]() -> Result<SourceFile> {
    SourceFile file;
    IC_ASSIGN_OR_RETURN(file.blob_id, IdFromJson(json, "gridfs_id"));
    if (json.contains("preview_id")) {
      IC_ASSIGN_OR_RETURN(file.preview_id, IdFromJson(json, "preview_id"));
    }
    file.filename = json.at("filename");
    file.image.width = json.value("width", 0);
    file.image.height = json.value("height", 0);
    file.image.channels = json.value("channels", 0);
    file.image.bit_depth = json.value("bit_depth", 8);
    file.image.content_type = json.value("content_type", "application/octet-stream");
    file.image.browser_shows = !file.preview_id.has_value();
    ReadAxes(json, file.image);
    file.bytes = json.value("bytes", std::uint64_t{0});
    file.sha256 = json.value("sha256", "");
    return file;
  });
}

Json ToJson(const ImageResult& result) {
  Json artifacts = Json::array();
  for (const Artifact& artifact : result.artifacts) artifacts.push_back(ToJson(artifact));
  Json json = {{"source_filename", result.source_filename},
               {"source_image_gridfs_id", result.picture_id.ToString()},
               {"original_gridfs_id", result.original_id.ToString()},
               {"status", result.completed ? "completed" : "failed"}};
  if (result.error) json["error"] = ToJson(*result.error);
  json["mask_id"] = ArtifactId(result, artifact_kind::kLabelMask);
  json["class_mask_id"] = ArtifactId(result, artifact_kind::kClassMask);
  json["instance_mask_id"] = ArtifactId(result, artifact_kind::kInstanceMask);
  json["objects"] = result.objects;
  json["diameter"] = result.diameter;
  if (!result.axes.empty()) json["axes"] = result.axes;
  json["warnings"] = result.warnings;
  json["timings_ms"] = result.timings_ms;
  json["artifacts"] = std::move(artifacts);
  return json;
}

Result<ImageResult> ImageResultFromJson(const Json& json) {
  return Decode<ImageResult>("result", [&json]() -> Result<ImageResult> {
    ImageResult result;
    result.source_filename = json.at("source_filename");
    IC_ASSIGN_OR_RETURN(result.picture_id, IdFromJson(json, "source_image_gridfs_id"));
    result.original_id = result.picture_id;
    if (json.contains("original_gridfs_id")) {
      IC_ASSIGN_OR_RETURN(result.original_id, IdFromJson(json, "original_gridfs_id"));
    }
    result.completed = json.value("status", "completed") == "completed";
    if (json.contains("error")) {
      IC_ASSIGN_OR_RETURN(result.error, InferenceErrorFromJson(json.at("error")));
    }
    result.objects = json.value("objects", 0U);
    result.diameter = json.value("diameter", 0.0);
    result.axes = json.value("axes", "");
    result.warnings = json.value("warnings", std::vector<std::string>());
    result.timings_ms = json.value("timings_ms", Json::object());
    for (const Json& artifact : json.value("artifacts", Json::array())) {
      IC_ASSIGN_OR_RETURN(Artifact read, ArtifactFromJson(artifact));
      result.artifacts.push_back(std::move(read));
    }
    return result;
  });
}

Json ToJson(const InferenceError& error) { return {{"code", error.code}, {"detail", error.detail}}; }

Result<InferenceError> InferenceErrorFromJson(const Json& json) {
  return Decode<InferenceError>("error", [&json]() -> Result<InferenceError> {
    return InferenceError{json.value("code", std::string(error_code::kRunnerError)), json.value("detail", "")};
  });
}

Json ToJson(const Correction& correction) {
  const CorrectionScores& scores = correction.scores;
  return {{"_id", correction.id.ToString()},
          {"inference_id", correction.inference_id.ToString()},
          {"owner_id", correction.owner_id.ToString()},
          {"original_gridfs_id", correction.source_id.ToString()},
          {"source_filename", correction.source_filename},
          {"version", correction.version},
          {"gridfs_id", correction.file.blob_id.ToString()},
          {"filename", correction.file.filename},
          {"content_type", correction.file.content_type},
          {"bytes", correction.file.bytes},
          {"sha256", correction.file.sha256},
          {"note", correction.note},
          {"objects", scores.objects},
          {"machine_objects", scores.machine_objects},
          {"scores", {{"ap50", scores.ap50}, {"ap75", scores.ap75}, {"f1", scores.f1}}},
          {"created_at", FormatTime(correction.created_at)}};
}

Result<Correction> CorrectionFromJson(const Json& json) {
  return Decode<Correction>("correction", [&json]() -> Result<Correction> {
    Correction correction;
    IC_ASSIGN_OR_RETURN(correction.id, IdFromJson(json, "_id"));
    IC_ASSIGN_OR_RETURN(correction.inference_id, IdFromJson(json, "inference_id"));
    IC_ASSIGN_OR_RETURN(correction.owner_id, IdFromJson(json, "owner_id"));
    IC_ASSIGN_OR_RETURN(correction.source_id, IdFromJson(json, "original_gridfs_id"));
    correction.source_filename = json.at("source_filename");
    correction.version = json.at("version");
    IC_ASSIGN_OR_RETURN(correction.file.blob_id, IdFromJson(json, "gridfs_id"));
    correction.file.kind = artifact_kind::kCorrection;
    correction.file.filename = json.at("filename");
    correction.file.content_type = json.at("content_type");
    correction.file.bytes = json.at("bytes");
    correction.file.sha256 = json.at("sha256");
    correction.note = json.at("note");
    const Json& scores = json.at("scores");
    correction.scores = {.objects = json.at("objects"),
                         .machine_objects = json.at("machine_objects"),
                         .ap50 = scores.at("ap50"),
                         .ap75 = scores.at("ap75"),
                         .f1 = scores.at("f1")};
    IC_ASSIGN_OR_RETURN(correction.created_at, ParseTime(json.at("created_at").get<std::string>()));
    return correction;
  });
}

Json ToJson(const Progress& progress) {
  return {{"images_done", progress.images_done},
          {"images_total", progress.images_total},
          {"tiles_done", progress.tiles_done},
          {"tiles_total", progress.tiles_total},
          {"eta_s", progress.eta_s ? Json(*progress.eta_s) : Json(nullptr)},
          {"queue_position", progress.queue_position ? Json(*progress.queue_position) : Json(nullptr)}};
}

}  // namespace intelliclinix::records
