#include "api/model_form.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/file_name.h"
#include "http/text.h"

namespace intelliclinix::api {
namespace {

constexpr std::string_view kFiles[] = {"weights", "size_model", "description", "test_input", "test_output", "license"};
constexpr std::string_view kTexts[] = {"id", "name", "diam_mean"};
constexpr std::size_t kMaxTextBytes = 400;

}  // namespace

Status ModelForm::BeginPart(const http::PartHead& head) {
  part_ = head.name;
  text_.clear();
  bytes_ = 0;
  const bool file = std::ranges::find(kFiles, part_) != std::ranges::end(kFiles);
  if (!file && std::ranges::find(kTexts, part_) == std::ranges::end(kTexts)) {
    return Invalid("The form has the field '" + part_ +
                       "', which is not known here. Known are 'id', 'name', 'diam_mean', and the files 'weights', "
                       "'size_model', 'description', 'test_input', 'test_output' and 'license'.",
                   part_);
  }
  if (file != head.filename.has_value()) {
    return Invalid(
        "'" + part_ + (file ? "' must be a file: send it with its file name." : "' must be text, not a file."), part_);
  }
  if (!seen_.insert(part_).second) return Invalid("The form has '" + part_ + "' twice.", part_);
  if (!file) return {};
  // The name is for messages and the store; the file itself is named by its role.
  request_.names[part_] = head.filename->substr(0, kMaxFileNameBytes);
  request_.files[part_] = folder_.path() + "/" + part_;
  file_.open(request_.files[part_], std::ios::binary | std::ios::trunc);
  return {};
}

Status ModelForm::Write(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  const bool file = file_.is_open();
  const std::uint64_t limit = !file                ? kMaxTextBytes
                              : part_ == "weights" ? context_.options.limits.max_model_bytes
                                                   : runners::ImportLimits().max_file_bytes;
  if (bytes_ > limit) {
    return Fail(ErrorCode::kTooLarge, "'" + part_ + "' has more than " + std::to_string(limit) + " bytes.", part_);
  }
  const char* const first = reinterpret_cast<const char*>(bytes.data());
  if (!file) {
    text_.append(first, bytes.size());
    return {};
  }
  if (file_.write(first, static_cast<std::streamsize>(bytes.size()))) return {};
  return Fail(ErrorCode::kResourceExhausted, "The server's disk is full. Try again later, or tell the operator.");
}

Status ModelForm::EndPart() {
  if (file_.is_open()) {
    file_.close();
    if (file_) return {};
    return Fail(ErrorCode::kResourceExhausted, "The server's disk is full. Try again later, or tell the operator.");
  }
  if (part_ == "diam_mean") return ReadDiameter();
  const std::string text(http::TrimBlanks(text_));
  if (!http::IsUtf8(text) || http::HasControls(text)) return Invalid("'" + part_ + "' must be a line of UTF-8.", part_);
  if (part_ == "id") request_.id = text;
  if (part_ == "name") request_.name = text;
  return {};
}

Status ModelForm::ReadDiameter() {
  double diameter = 0;
  const char* const end = text_.data() + text_.size();
  if (std::from_chars(text_.data(), end, diameter).ptr == end && diameter > 0 && diameter < 1e4) {
    request_.diam_mean = diameter;
    return {};
  }
  return Invalid("'diam_mean' must be a number of px above 0.", part_);
}

}  // namespace intelliclinix::api
