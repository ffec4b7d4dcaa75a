#include "api/upload_form.h"

#include <algorithm>

#include "http/text.h"

namespace intelliclinix::api {
namespace {

constexpr std::string_view kFiles = "files";
constexpr std::size_t kMaxNameCharacters = 200;

}  // namespace

Status UploadForm::BeginPart(const http::PartHead& head) {
  part_ = head.name;
  text_.clear();
  if (part_ == kFiles) {
    if (!head.filename) return Invalid("'files' must be files: send each with its file name.", kFiles);
    return intake_.Begin(*head.filename);
  }
  constexpr std::string_view kKnown[] = {"name", "model_id", "run_inference", "params", "axes"};
  if (std::ranges::find(kKnown, part_) == std::ranges::end(kKnown)) {
    return Invalid("The form has the field '" + part_ +
                       "', which is not known here. Known are 'files', 'name', 'model_id', 'run_inference', "
                       "'params' and 'axes'.",
                   part_);
  }
  if (head.filename) return Invalid("'" + part_ + "' must be text, not a file. Files go into 'files'.", part_);
  if (!seen_.insert(part_).second) return Invalid("The form has '" + part_ + "' twice.", part_);
  return {};
}

Status UploadForm::Write(std::span<const std::byte> bytes) {
  if (part_ == kFiles) return intake_.Write(bytes);
  const std::uint64_t limit = context_.options.limits.max_json_bytes;
  if (text_.size() + bytes.size() > limit) {
    return Fail(ErrorCode::kTooLarge, "'" + part_ + "' has more than " + std::to_string(limit) + " bytes.", part_);
  }
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Status UploadForm::EndPart() {
  if (part_ == kFiles) return intake_.End();
  if (part_ == "name") return ReadName();
  if (part_ == "model_id") return ReadModel();
  if (part_ == "run_inference") return ReadRunInference();
  if (part_ == "axes") return intake_.SetAxes(text_);
  return ReadParams();
}

Status UploadForm::ReadName() {
  const std::string_view name = http::TrimBlanks(text_);
  const bool legible = http::IsUtf8(name) && !http::HasControls(name);
  if (name.empty() || !legible || http::CountCharacters(name) > kMaxNameCharacters) {
    return Invalid("'name' must be 1 to 200 characters on one line, in UTF-8.", "name");
  }
  fields_.name = name;
  return {};
}

Status UploadForm::ReadModel() {
  // A form that leaves the choice open sends it empty.
  if (!text_.empty()) IC_RETURN_IF_ERROR(FindModel(context_, text_));
  fields_.run.model_id = text_;
  return {};
}

Status UploadForm::ReadRunInference() {
  for (const auto& [word, value] : {std::pair("true", true), {"1", true}, {"false", false}, {"0", false}}) {
    if (!http::EqualsIgnoreCase(text_, word)) continue;
    fields_.run_inference = value;
    return {};
  }
  return Invalid("'run_inference' must be 'true' or 'false'.", "run_inference");
}

Status UploadForm::ReadParams() {
  if (http::TrimBlanks(text_).empty()) return {};
  Result<Json> params = ParseJson(text_);
  if (!params) return Invalid("'params' must be JSON: " + params.error().message, "params");
  if (!params->is_object()) return Invalid("'params' must be a JSON object of the model's parameters.", "params");
  fields_.run.params = *std::move(params);
  return {};
}

Status UploadForm::CheckComplete() const {
  if (fields_.name.empty()) return Invalid("'name' is missing: give the dataset a name.", "name");
  if (intake_.files().empty()) return Invalid("There are no files. Choose at least one image to upload.", kFiles);
  if (fields_.run_inference && fields_.run.model_id.empty()) {
    return Invalid("'model_id' is missing: choose the model to run.", "model_id");
  }
  if (!fields_.run.params.empty() && fields_.run.model_id.empty()) {
    return Invalid("'model_id' is missing: choose the model that 'params' are for, or leave 'params' out.", "model_id");
  }
  return {};
}

}  // namespace intelliclinix::api
