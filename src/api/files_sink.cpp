#include "api/files_sink.h"

#include "api/errors.h"
#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxAxes = 16;  // characters, more than any axes have

}  // namespace

FilesSink::FilesSink(Parts parts, std::string_view boundary)
    : parts_(parts),
      intake_(parts.context.store, parts.context.options, parts.owner),
      // One part more than can be good, so that the form says by name what is too much.
      parser_(boundary, Callbacks(), {.max_parts = parts.context.options.limits.max_files + 2}) {}

http::MultipartCallbacks FilesSink::Callbacks() {
  return {.on_part = [this](const http::PartHead& head) { return BeginPart(head); },
          .on_data = [this](std::span<const std::byte> bytes) { return WritePart(bytes); },
          .on_part_end = [this] { return EndPart(); }};
}

Status FilesSink::BeginPart(const http::PartHead& head) {
  is_file_ = head.name == "files";
  if (is_file_ && !head.filename) return Invalid("'files' must be files: send each with its file name.", "files");
  if (is_file_) return intake_.Begin(*head.filename);
  if (head.name != "axes") {
    return Invalid("The form has the field '" + head.name + "', which is not known here. Known are 'files' and 'axes'.",
                   head.name);
  }
  if (head.filename) return Invalid("'axes' must be text, not a file. Files go into 'files'.", "axes");
  axes_.clear();
  return {};
}

Status FilesSink::WritePart(std::span<const std::byte> bytes) {
  if (is_file_) return intake_.Write(bytes);
  if (axes_.size() + bytes.size() > kMaxAxes) return Invalid("'axes' is too long: write them as 'ZYX'.", "axes");
  axes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Status FilesSink::EndPart() { return is_file_ ? intake_.End() : intake_.SetAxes(axes_); }

http::Reply FilesSink::Finish() {
  Result<http::Response> response = AddFiles();
  if (!response) return ErrorResponse(response.error(), parts_.head);
  return *std::move(response);
}

Result<http::Response> FilesSink::AddFiles() {
  IC_RETURN_IF_ERROR(parser_.Finish());
  if (intake_.files().empty()) return Invalid("There are no files. Choose at least one image to add.", "files");
  const Result<store::FileAddition> addition = parts_.context.store.AddFiles(
      parts_.owner, parts_.dataset, intake_.files(), parts_.context.options.limits.max_files);
  if (!addition) {
    // A store that did not answer may have them all the same: they stay, and are swept if it has not.
    if (addition.error().code == ErrorCode::kUnavailable) intake_.Release();
    return std::unexpected(addition.error());
  }
  intake_.Release(addition->added);
  Json files = Json::array();
  for (const records::SourceFile& file : addition->files) files.push_back(records::ToJson(file));
  const bool added = !addition->added.empty();
  return JsonResponse(added ? 201 : 200, {{"message", added ? "Files added" : "The dataset has these files already"},
                                          {"files", std::move(files)}});
}

}  // namespace intelliclinix::api
