#include "api/source_intake.h"

#include "api/safe_name.h"
#include "base/file_name.h"
#include "base/log.h"
#include "http/text.h"

namespace intelliclinix::api {
namespace {

std::unexpected<Error> Refuse(ErrorCode code, std::string message) { return Fail(code, std::move(message), "files"); }

auto IsBlob(ObjectId id) {
  return [id](const records::SourceFile& file) { return file.blob_id == id; };
}

void Remove(store::BlobStore& store, ObjectId id) {
  const Status removed = store.DeleteBlob(id);
  if (removed) return;
  log::Warning("blob_left_behind", {{"blob_id", id.ToString()}, {"reason", removed.error().message}});
}

}  // namespace

SourceIntake::SourceIntake(store::BlobStore& store, const ApiOptions& options, ObjectId owner)
    : store_(store), limits_(options.limits), source_limits_(options.source_limits), owner_(owner) {}

SourceIntake::~SourceIntake() {
  for (const records::SourceFile& file : files_) {
    Remove(store_, file.blob_id);
    if (file.preview_id) Remove(store_, *file.preview_id);
  }
}

void SourceIntake::Release(const std::vector<records::SourceFile>& files) {
  for (const records::SourceFile& file : files) std::erase_if(files_, IsBlob(file.blob_id));
}

std::unexpected<Error> SourceIntake::Named(Error error) const {
  error.message = "'" + filename_ + "': " + error.message;
  if (error.field.empty()) error.field = "files";
  return std::unexpected(std::move(error));
}

Status SourceIntake::CheckName(std::string_view filename) const {
  if (filename.empty()) {
    return Refuse(ErrorCode::kInvalidArgument, "A file came without a name. Choose at least one image to upload.");
  }
  if (filename.size() > kMaxFileNameBytes || !http::IsUtf8(filename) || http::HasControls(filename)) {
    return Refuse(ErrorCode::kInvalidArgument, "The name '" + std::string(filename.substr(0, kMaxFileNameBytes)) +
                                                   "' is longer than 255 bytes or has characters that cannot be "
                                                   "shown. Rename the file.");
  }
  if (names_.contains(filename)) {
    return Refuse(ErrorCode::kInvalidArgument, "There are two files of the name '" + std::string(filename) +
                                                   "'. Rename one of them: results are told apart by it.");
  }
  if (names_.size() >= limits_.max_files) {
    return Refuse(ErrorCode::kTooLarge, "'" + std::string(filename) + "' is one file too many: a dataset may have " +
                                            std::to_string(limits_.max_files) + ". Upload the rest as another.");
  }
  return {};
}

Status SourceIntake::SetAxes(std::string axes) {
  if (!names_.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "'axes' must come before the files: they are read as they arrive.",
                "axes");
  }
  if (!axes.empty()) IC_RETURN_IF_ERROR(runners::CheckAxes(axes));
  axes_ = std::move(axes);
  return {};
}

Status SourceIntake::Begin(std::string_view filename) {
  IC_RETURN_IF_ERROR(CheckName(filename));
  filename_ = filename;
  bytes_ = 0;
  names_.insert(filename_);
  IC_ASSIGN_OR_RETURN(writer_, store_.CreateBlob({.owner_id = owner_,
                                                  .filename = filename_,
                                                  .content_type = "application/octet-stream",
                                                  .inference_id = {},
                                                  .source_id = {}}));
  return {};
}

Status SourceIntake::Write(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  if (bytes_ > limits_.max_file_bytes) {
    return Named({ErrorCode::kTooLarge,
                  "The file has more than " + std::to_string(limits_.max_file_bytes) +
                      " bytes, which is the limit of this server. Crop or compress it.",
                  ""});
  }
  return writer_->Write(bytes);
}

Status SourceIntake::End() {
  records::SourceFile file;
  file.filename = filename_;
  if (bytes_ == 0) return Named({ErrorCode::kInvalidArgument, "The file is empty. Choose an image.", ""});
  const Result<std::vector<std::byte>> preview = Check(file);
  if (!preview) return Named(preview.error());
  IC_RETURN_IF_ERROR(Keep(file, *preview));
  writer_.reset();
  return {};
}

Result<std::vector<std::byte>> SourceIntake::Check(records::SourceFile& file) {
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> reader, writer_->Reader());
  IC_ASSIGN_OR_RETURN(file.image, runners::CheckSourceImage(*reader, source_limits_, axes_));
  if (file.image.browser_shows) return std::vector<std::byte>();
  return runners::MakePreview(*reader, source_limits_, axes_);
}

Status SourceIntake::Keep(records::SourceFile& file, std::span<const std::byte> preview) {
  writer_->SetContentType(file.image.content_type);
  IC_ASSIGN_OR_RETURN(const store::BlobRecord original, writer_->Commit());
  file.blob_id = original.id;
  file.bytes = original.bytes;
  file.sha256 = original.sha256;
  files_.push_back(file);
  if (preview.empty()) return {};
  IC_ASSIGN_OR_RETURN(const auto writer,
                      store_.CreateBlob({.owner_id = owner_,
                                         .filename = std::string(SplitExtension(filename_).first) + "_preview.png",
                                         .content_type = "image/png",
                                         .inference_id = {},
                                         .source_id = original.id}));
  IC_RETURN_IF_ERROR(writer->Write(preview));
  IC_ASSIGN_OR_RETURN(const store::BlobRecord stored, writer->Commit());
  files_.back().preview_id = stored.id;
  return {};
}

}  // namespace intelliclinix::api
