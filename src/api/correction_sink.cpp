#include "api/correction_sink.h"

#include <algorithm>
#include <array>

#include "api/errors.h"
#include "base/log.h"
#include "records/json_codec.h"
#include "runners/label_agreement.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxParts = 5;  // one more than can be good, so that the form says by name what is too much

http::MultipartCallbacks CallbacksTo(CorrectionForm& form) {
  return {.on_part = [&form](const http::PartHead& head) { return form.BeginPart(head); },
          .on_data = [&form](std::span<const std::byte> bytes) { return form.Write(bytes); },
          .on_part_end = [&form] { return form.EndPart(); }};
}

store::NewBlob BlobOf(const records::Inference& inference) {
  return {.owner_id = inference.owner_id,
          .filename = {},
          .content_type = "application/octet-stream",
          .inference_id = inference.id,
          .source_id = {}};
}

Result<const records::Artifact*> LabelMask(const records::ImageResult& image) {
  if (!image.completed) {
    return Fail(ErrorCode::kConflict,
                "'" + image.source_filename + "' failed in this inference, so there are no labels to be corrected.");
  }
  if (std::ranges::count(image.artifacts, records::artifact_kind::kLabelMask, &records::Artifact::kind) > 1) {
    return Fail(ErrorCode::kConflict, "The inference has a label mask of each plane of '" + image.source_filename +
                                          "'; corrections are of images of which one plane was run. Start it again "
                                          "with that plane chosen.");
  }
  const auto found = std::ranges::find(image.artifacts, records::artifact_kind::kLabelMask, &records::Artifact::kind);
  if (found != image.artifacts.end()) return &*found;
  return Fail(ErrorCode::kConflict, "The inference has no label mask of '" + image.source_filename +
                                        "' to compare with. Start it again with 'label_mask' among its outputs.");
}

/// The size of the image as it was uploaded.
Result<records::ImageFacts> FactsOf(store::Store& store, const records::Inference& inference,
                                    const records::ImageResult& image) {
  IC_ASSIGN_OR_RETURN(const records::Dataset dataset, store.GetDataset(inference.owner_id, inference.dataset_id));
  const auto file = std::ranges::find(dataset.files, image.original_id, &records::SourceFile::blob_id);
  if (file != dataset.files.end()) return file->image;
  return Fail(ErrorCode::kInternal, "'" + image.source_filename + "' is missing in its dataset.");
}

/// What the decoder has told it by: PNG or TIFF.
Result<std::string> ContentType(ByteSource& file) {
  std::array<std::byte, 1> first{};
  IC_RETURN_IF_ERROR(file.ReadAt(0, first));
  return first[0] == std::byte{0x89} ? "image/png" : "image/tiff";
}

}  // namespace

CorrectionSink::CorrectionSink(Parts parts, std::string_view boundary)
    : parts_(std::move(parts)),
      form_(parts_.context, BlobOf(parts_.inference)),
      parser_(boundary, CallbacksTo(form_), {.max_parts = kMaxParts}) {}

http::Reply CorrectionSink::Finish() {
  Result<http::Response> response = MakeCorrection();
  if (!response) return ErrorResponse(response.error(), parts_.head);
  return *std::move(response);
}

Result<http::Response> CorrectionSink::MakeCorrection() {
  IC_RETURN_IF_ERROR(parser_.Finish());
  IC_RETURN_IF_ERROR(form_.CheckComplete());
  IC_ASSIGN_OR_RETURN(const records::ImageResult image, FindImage());
  records::Correction correction;
  IC_ASSIGN_OR_RETURN(correction.scores, Score(image));
  correction.id = ObjectId::Generate();
  correction.inference_id = parts_.inference.id;
  correction.owner_id = parts_.inference.owner_id;
  correction.source_id = image.original_id;
  correction.source_filename = image.source_filename;
  correction.note = form_.fields().note;
  correction.created_at = parts_.context.clock.Now();
  IC_ASSIGN_OR_RETURN(const records::Correction stored, Store(std::move(correction)));
  http::Response response = JsonResponse(201, records::ToJson(stored));
  response.headers.Set("Location", "/api/files/" + stored.file.blob_id.ToString());
  return response;
}

/// Page by page, as there may be many.
Result<records::ImageResult> CorrectionSink::FindImage() const {
  const CorrectionFields& fields = form_.fields();
  const records::Inference& inference = parts_.inference;
  const auto is_meant = [&fields](const records::ImageResult& image) {
    const bool is_named = fields.source_filename.empty() || image.source_filename == fields.source_filename;
    return is_named &&
           (!fields.source_id || image.picture_id == *fields.source_id || image.original_id == *fields.source_id);
  };
  for (std::optional<int> first = 0; first;) {
    IC_ASSIGN_OR_RETURN(store::ResultsPage page,
                        parts_.context.store.ListResults(inference.owner_id, inference.id, {.first = *first}));
    const auto found = std::ranges::find_if(page.results, is_meant);
    if (found != page.results.end()) return std::move(*found);
    first = page.next;
  }
  const bool by_id = fields.source_id.has_value();
  return Fail(ErrorCode::kInvalidArgument,
              by_id
                  ? "The inference has no image with this 'source_image_gridfs_id' (and this name, where it is given)."
                  : "The inference has no image '" + fields.source_filename + "'.",
              by_id ? "source_image_gridfs_id" : "source_filename");
}

Result<records::CorrectionScores> CorrectionSink::Score(const records::ImageResult& image) {
  IC_ASSIGN_OR_RETURN(const records::Artifact* const mask, LabelMask(image));
  store::Store& store = parts_.context.store;
  IC_ASSIGN_OR_RETURN(const records::ImageFacts facts, FactsOf(store, parts_.inference, image));
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> machine, store.OpenBlob(mask->blob_id));
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file, form_.file().Reader());
  const std::scoped_lock lock(*parts_.scoring);
  Result<runners::LabelAgreement> agreement = runners::ScoreCorrection(*file, *machine, facts.height, facts.width);
  if (!agreement) {
    Error error = std::move(agreement).error();
    if (error.code == ErrorCode::kInvalidArgument) error.field = "file";
    error.message = "'" + form_.filename() + "': " + error.message;
    return std::unexpected(std::move(error));
  }
  IC_ASSIGN_OR_RETURN(std::string type, ContentType(*file));
  form_.file().SetContentType(std::move(type));
  return records::CorrectionScores{.objects = agreement->expected,
                                   .machine_objects = agreement->found,
                                   .ap50 = agreement->ap50,
                                   .ap75 = agreement->ap75,
                                   .f1 = agreement->f1};
}

Result<records::Correction> CorrectionSink::Store(records::Correction correction) {
  store::Store& store = parts_.context.store;
  IC_ASSIGN_OR_RETURN(const store::BlobRecord blob, form_.file().Commit());
  correction.file = {std::string(records::artifact_kind::kCorrection),
                     blob.id,
                     blob.filename,
                     blob.content_type,
                     blob.bytes,
                     blob.sha256};
  Result<records::Correction> stored = store.InsertCorrection(correction);
  // A store that did not answer may have the record all the same: its file stays, and is swept if it has not.
  if (stored || stored.error().code == ErrorCode::kUnavailable) return stored;
  if (const Status removed = store.DeleteBlob(blob.id); !removed) {
    log::Warning("blob_left_behind", {{"blob_id", blob.id.ToString()}, {"reason", removed.error().message}});
  }
  return stored;
}

}  // namespace intelliclinix::api
