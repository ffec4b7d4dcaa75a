#include "store/mongo/documents.h"

#include <array>

#include "records/json_codec.h"
#include "store/mongo/bson_json.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::InferenceStatus;

/// When a document was made that does not say so: its id does.
TimePoint TimeOf(ObjectId id) {
  std::int64_t seconds = 0;
  for (int i = 0; i < 4; ++i) seconds = seconds << 8 | id.bytes()[static_cast<std::size_t>(i)];
  return FromMillis(seconds * 1000);
}

TimePoint CreatedAt(View document) {
  return document.Time("created_at").value_or(TimeOf(document.Id("_id").value_or(ObjectId())));
}

Json ObjectOr(View document, const char* key) {
  Json json = document.Value(key);
  return json.is_object() ? json : Json::object();
}

std::optional<records::InferenceError> UnknownStatus(View document) {
  return records::InferenceError{
      "unknown_status", "The stored status '" + document.Text("status") + "' is not one that this version knows."};
}

/// Of an error that is text or an object; none where there is none.
std::optional<records::InferenceError> ErrorFrom(View document) {
  const Json error = document.Value("error");
  if (error.is_string()) {
    return records::InferenceError{std::string(records::error_code::kRunnerError), error.get<std::string>()};
  }
  if (!error.is_object()) return std::nullopt;
  return records::InferenceError{document.Text("error.code", records::error_code::kRunnerError),
                                 document.Text("error.detail")};
}

}  // namespace

Document ToDocument(const records::User& user) {
  return Make("_id", user.id, "username", user.username, "username_key", CaseKey(user.username), "email", user.email,
              "email_key", CaseKey(user.email), "password_hash", user.password_hash, "first_name", user.first_name,
              "last_name", user.last_name, "role", user.role, "created_at", user.created_at, "last_login",
              user.last_login);
}

const char* PasswordField(View document) {
  for (const char* const field : {"password_hash", "password", "hashed_password"}) {
    if (!document.Text(field).empty()) return field;
  }
  return "password_hash";
}

records::User UserFrom(View document) {
  records::User user;
  user.id = document.Id("_id").value_or(ObjectId());
  user.username = document.Text("username");
  user.email = document.Text("email");
  user.password_hash = document.Text(PasswordField(document));
  user.first_name = document.Text("first_name");
  user.last_name = document.Text("last_name");
  user.role = document.Text("role", "user");
  user.created_at = CreatedAt(document);
  user.last_login = document.Time("last_login");
  return user;
}

Document ToDocument(const records::Dataset& dataset) {
  Json files = Json::array();
  for (const records::SourceFile& file : dataset.files) files.push_back(records::ToJson(file));
  Document document = Make("_id", dataset.id, "owner_id", dataset.owner_id, "name", dataset.name, "model_id",
                           dataset.model_id, "input_type", dataset.input_type, "created_at", dataset.created_at);
  document.SetJson("files", files);
  return document;
}

Result<records::Dataset> DatasetFrom(View document) {
  records::Dataset dataset;
  dataset.id = document.Id("_id").value_or(ObjectId());
  dataset.owner_id = document.Id("owner_id").value_or(ObjectId());
  dataset.name = document.Text("name");
  dataset.model_id = document.Text("model_id");
  dataset.input_type = document.Text("input_type", "flat");
  dataset.created_at = CreatedAt(document);
  for (const Json& item : document.Value("files")) {
    IC_ASSIGN_OR_RETURN(records::SourceFile file, records::SourceFileFromJson(WithoutNulls(item)));
    dataset.files.push_back(std::move(file));
  }
  return dataset;
}

Document ToDocument(const records::Inference& inference) {
  Document document =
      Make("_id", inference.id, "dataset_id", inference.dataset_id, "requested_by", inference.owner_id, "model_id",
           inference.model_id, "runner_name", inference.runner_name, "status", records::StatusName(inference.status),
           "created_at", inference.created_at, "started_at", inference.started_at, "finished_at", inference.finished_at,
           "notes", inference.notes, "attempt", inference.attempt, "archived", inference.archived, "dispatched",
           inference.dispatched, "cancel_requested", inference.cancel_requested, "images", inference.images,
           "model_imported", inference.model_imported);
  document.SetJson("params", inference.params);
  document.SetJson("provenance", inference.provenance);
  document.SetJson("error", inference.error ? records::ToJson(*inference.error) : Json());
  document.SetJson("results", Json::array());
  return document;
}

records::Progress ProgressFrom(View document, const char* key) {
  const std::string prefix = key[0] == '\0' ? "" : std::string(key) + ".";
  const auto number = [&](const char* name) { return static_cast<int>(document.Int((prefix + name).c_str())); };
  return {.images_done = number("images_done"),
          .images_total = number("images_total"),
          .tiles_done = number("tiles_done"),
          .tiles_total = number("tiles_total")};
}

Document ToDocument(const records::Progress& progress) {
  return Make("images_done", progress.images_done, "images_total", progress.images_total, "tiles_done",
              progress.tiles_done, "tiles_total", progress.tiles_total);
}

InferenceState StateFrom(View document) {
  InferenceState state;
  state.id = document.Id("_id").value_or(ObjectId());
  const auto status = records::ParseStatus(document.Text("status"));
  state.status = status.value_or(InferenceStatus::kFailed);
  state.cancel_requested = document.Bool("cancel_requested");
  state.attempt = static_cast<int>(document.Int("attempt", 1));
  state.started_at = document.Time("started_at");
  state.finished_at = document.Time("finished_at");
  state.error = status ? ErrorFrom(document) : UnknownStatus(document);
  state.progress = ProgressFrom(document, "progress");
  return state;
}

records::Inference InferenceFrom(View document) {
  const InferenceState state = StateFrom(document);
  records::Inference inference;
  inference.id = state.id;
  inference.dataset_id = document.Id("dataset_id").value_or(ObjectId());
  inference.owner_id = document.Id("requested_by").value_or(ObjectId());
  inference.params = ObjectOr(document, "params");
  inference.model_id = document.Text("model_id");
  inference.model_imported = document.Bool("model_imported");
  inference.runner_name = document.Text("runner_name");
  inference.status = state.status;
  inference.dispatched = document.Bool("dispatched");
  inference.cancel_requested = state.cancel_requested;
  inference.attempt = state.attempt;
  if (const std::int64_t images = document.Int("images", -1); images >= 0) inference.images = static_cast<int>(images);
  inference.created_at = CreatedAt(document);
  inference.started_at = state.started_at;
  inference.finished_at = state.finished_at;
  inference.notes = document.Text("notes", state.error ? state.error->detail : "");
  inference.error = state.error;
  inference.progress = state.progress;
  inference.archived = document.Bool("archived");
  inference.provenance = ObjectOr(document, "provenance");
  return inference;
}

Document ToDocument(const records::Task& task, ObjectId inference, int round) {
  return Make("_id", task.id, "inference_id", inference, "position", task.position, "owner_id", task.owner_id,
              "source_image_id", task.source_id, "picture_id", task.picture_id, "filename", task.filename, "axes",
              task.axes, "state", kPrepared, "attempt", 0, "worker", "", "lease_expires_at", TimePoint(), "round",
              round, "progress", Make("tiles_done", 0, "tiles_total", task.progress.tiles_total), "result",
              std::optional<ObjectId>());
}

records::Task TaskFrom(View document) {
  records::Task task;
  task.id = document.Id("_id").value_or(ObjectId());
  task.inference_id = document.Id("inference_id").value_or(ObjectId());
  task.owner_id = document.Id("owner_id").value_or(ObjectId());
  task.source_id = document.Id("source_image_id").value_or(ObjectId());
  task.picture_id = document.Id("picture_id").value_or(task.source_id);
  task.filename = document.Text("filename");
  task.axes = document.Text("axes");
  task.position = static_cast<int>(document.Int("position"));
  task.state = records::ParseTaskState(document.Text("state")).value_or(records::TaskState::kQueued);
  task.attempt = static_cast<int>(document.Int("attempt"));
  task.worker = document.Text("worker");
  task.lease_expires_at = document.Time("lease_expires_at").value_or(TimePoint());
  task.progress = ProgressFrom(document, "progress");
  return task;
}

Result<records::ImageResult> ResultFrom(Json json) {
  json = WithoutNulls(std::move(json));
  if (json.contains("error") && json["error"].is_string()) json["error"] = {{"detail", json["error"]}};
  return records::ImageResultFromJson(json);
}

Document OpenStatus() { return Make("$in", std::vector<std::string_view>{"queued", "running"}); }

Document OpenStates() { return Make("$in", std::vector<std::string_view>{kPrepared, "queued", "running"}); }

}  // namespace intelliclinix::store::mongo
