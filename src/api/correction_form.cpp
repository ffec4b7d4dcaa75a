#include "api/correction_form.h"

#include <algorithm>
#include <array>

#include "api/request.h"
#include "base/digits.h"
#include "base/file_name.h"
#include "http/text.h"

namespace intelliclinix::api {
namespace {

constexpr std::string_view kFile = "file";
constexpr std::array<std::string_view, 4> kKnown = {kFile, "source_filename", "source_image_gridfs_id", "note"};
constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxNoteCharacters = 1000;

}  // namespace

Status CorrectionForm::BeginPart(const http::PartHead& head) {
  part_ = head.name;
  text_.clear();
  if (std::ranges::find(kKnown, part_) == kKnown.end()) {
    return Invalid("The form has the field '" + part_ +
                       "', which is not known here. Known are 'file', 'source_filename', 'source_image_gridfs_id' and "
                       "'note'.",
                   part_);
  }
  if (!seen_.insert(part_).second) return Invalid("The form has '" + part_ + "' twice.", part_);
  if (part_ == kFile) return BeginFile(head);
  if (head.filename) return Invalid("'" + part_ + "' must be text, not a file.", part_);
  return {};
}

Status CorrectionForm::BeginFile(const http::PartHead& head) {
  const std::string name = head.filename.value_or("");
  if (name.empty() || name.size() > kMaxFileNameBytes || !http::IsUtf8(name) || http::HasControls(name)) {
    return Invalid("'file' must be a file with a name of 1 to 255 bytes in UTF-8.", kFile);
  }
  blob_.filename = name;
  IC_ASSIGN_OR_RETURN(writer_, context_.store.CreateBlob(blob_));
  return {};
}

Status CorrectionForm::Write(std::span<const std::byte> bytes) {
  if (part_ == kFile) return WriteFile(bytes);
  if (text_.size() + bytes.size() > kMaxTextBytes) {
    return Fail(ErrorCode::kTooLarge, "'" + part_ + "' has more than " + GroupDigits(kMaxTextBytes) + " bytes.", part_);
  }
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Status CorrectionForm::WriteFile(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  if (bytes_ <= context_.options.limits.max_file_bytes) return writer_->Write(bytes);
  return Fail(ErrorCode::kTooLarge,
              "'" + blob_.filename + "' has more than " + GroupDigits(context_.options.limits.max_file_bytes) +
                  " bytes, which is the limit of this server. Compress it.",
              std::string(kFile));
}

Status CorrectionForm::EndPart() { return part_ == kFile ? Status() : ReadText(); }

Status CorrectionForm::ReadText() {
  if (!http::IsUtf8(text_)) return Invalid("'" + part_ + "' must be UTF-8.", part_);
  if (part_ == "source_filename") {
    if (text_.empty()) return Invalid("'source_filename' is empty: name the image.", part_);
    fields_.source_filename = text_;
  } else if (part_ == "source_image_gridfs_id") {
    IC_ASSIGN_OR_RETURN(fields_.source_id, ParseId(text_, part_));
  } else {
    if (http::CountCharacters(text_) > kMaxNoteCharacters) {
      return Invalid("'note' has more than " + GroupDigits(kMaxNoteCharacters) + " characters.", part_);
    }
    fields_.note = text_;
  }
  return {};
}

Status CorrectionForm::CheckComplete() const {
  if (writer_ == nullptr) return Invalid("'file' is missing: choose the label image.", kFile);
  if (fields_.source_filename.empty() && !fields_.source_id) {
    return Invalid("'source_filename' is missing: say which image of the inference the labels are of.",
                   "source_filename");
  }
  return {};
}

}  // namespace intelliclinix::api
