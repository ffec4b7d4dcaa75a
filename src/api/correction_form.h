// The form of a correction: a label image, and which source image it is of.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/context.h"
#include "http/multipart.h"
#include "store/blob_store.h"

namespace intelliclinix::api {

/// The form's text fields.
struct CorrectionFields {
  std::string source_filename;        ///< empty where it has not come
  std::optional<ObjectId> source_id;  ///< as a client sees it: `source_image_gridfs_id` or `original_gridfs_id`
  std::string note;
};

/// Reads the parts in any order; the file streams into a blob that is not committed.
/// Threads: one at a time.
/// Errors of all: kInvalidArgument and kTooLarge with the field's name; those of the store.
class CorrectionForm {
 public:
  /// `blob` is what the file becomes, but for its name. Borrows: `context`.
  CorrectionForm(const Context& context, store::NewBlob blob) : context_(context), blob_(std::move(blob)) {}

  Status BeginPart(const http::PartHead& head);
  Status Write(std::span<const std::byte> bytes);
  Status EndPart();

  /// What must be there once the form has ended.
  Status CheckComplete() const;
  const CorrectionFields& fields() const { return fields_; }
  /// As the client named the file.
  const std::string& filename() const { return blob_.filename; }
  store::BlobWriter& file() { return *writer_; }

 private:
  Status BeginFile(const http::PartHead& head);
  Status WriteFile(std::span<const std::byte> bytes);
  Status ReadText();

  const Context& context_;
  store::NewBlob blob_;
  std::unique_ptr<store::BlobWriter> writer_;
  std::uint64_t bytes_ = 0;
  CorrectionFields fields_;
  std::set<std::string, std::less<>> seen_;
  std::string part_;  // name of the part that is being read
  std::string text_;  // of that part, unless it is the file
};

}  // namespace intelliclinix::api
