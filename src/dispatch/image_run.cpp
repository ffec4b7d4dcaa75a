#include "dispatch/image_run.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_name.h"
#include "base/log.h"
#include "base/public_message.h"
#include "dispatch/backoff.h"
#include "dispatch/provenance.h"

namespace intelliclinix::dispatch {
namespace {

/// Remembers that the bytes could not be read, which decoders tell as a damaged file.
class WatchedSource final : public ByteSource {
 public:
  explicit WatchedSource(ByteSource& source) : source_(source) {}

  std::uint64_t size() const override { return source_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    Result<std::size_t> read = source_.ReadAt(offset, out);
    if (!read) fault_ = read.error();
    return read;
  }

  const std::optional<Error>& fault() const { return fault_; }

 private:
  ByteSource& source_;
  std::optional<Error> fault_;
};

Result<store::BlobRecord> PutBlob(store::BlobStore& store, const store::NewBlob& blob,
                                  std::span<const std::byte> bytes) {
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<store::BlobWriter> writer, store.CreateBlob(blob));
  IC_RETURN_IF_ERROR(writer->Write(bytes));
  return writer->Commit();
}

}  // namespace

records::ImageResult EmptyResult(const records::Task& task) {
  records::ImageResult result;
  result.source_filename = task.filename;
  result.original_id = task.source_id;
  result.picture_id = task.picture_id;
  return result;
}

records::ImageResult FailedResult(const records::Task& task, records::InferenceError error) {
  records::ImageResult result = EmptyResult(task);
  result.error = std::move(error);
  return result;
}

records::ImageResult FailedResult(const records::Task& task, std::string_view reason) {
  return FailedResult(task, {std::string(records::error_code::kRunnerError),
                             "'" + task.filename + "' could not be run: " + std::string(reason)});
}

Result<records::ImageResult> ImageRun::Run() {
  const DispatcherParts& parts = environment_.parts;
  IC_ASSIGN_OR_RETURN(const records::Inference inference,
                      WithRetries(running_.stop(), [&] { return parts.store.LoadInference(task_.inference_id); }));
  const Build& build = environment_.options.build;
  const std::expected<Plan, records::InferenceError> plan = MakePlan(inference, parts.registry, parts.catalogue);
  if (!plan) {
    provenance_ = MakeProvenance(inference.params, build);
    return FailedResult(task_, plan.error());
  }
  provenance_ = MakeProvenance(*plan, parts.catalogue, build);
  return RunPlan(*plan);
}

Result<records::ImageResult> ImageRun::RunPlan(const Plan& plan) {
  const DispatcherParts& parts = environment_.parts;
  const Result<std::unique_ptr<ByteSource>> file =
      WithRetries(running_.stop(), [&] { return parts.store.OpenBlob(task_.source_id); });
  if (!file && file.error().code == ErrorCode::kNotFound) {
    return FailedResult(task_, "the file is no longer in the store. Upload it again.");
  }
  if (!file) return std::unexpected(file.error());
  WatchedSource source(**file);
  const runners::RunContext context{.pool = parts.pool,
                                    .stop = running_.stop(),
                                    .progress = [this](int done, int total) { running_.SetProgress(done, total); },
                                    .memory = &environment_.memory};
  Result<runners::RunOutput> output = runners::RunSourceImage(
      plan.runner,
      {source, plan.model, plan.params, std::string(SplitExtension(task_.filename).first), task_.filename, task_.axes},
      environment_.options.source_limits, context);
  if (output) {
    if (!output->engine.empty()) provenance_["engine"] = output->engine;
    return StoreOutput(*std::move(output));
  }
  if (source.fault()) return std::unexpected(*source.fault());
  const bool stopped = output.error().code == ErrorCode::kCancelled && running_.stop().stop_requested();
  if (stopped || output.error().code == ErrorCode::kUnavailable) return std::unexpected(output.error());
  log::Warning("image_failed", {{"task_id", task_.id.ToString()}, {"reason", output.error().message}});
  return FailedResult(task_, PublicMessage(output.error()));
}

Result<records::ImageResult> ImageRun::StoreOutput(runners::RunOutput output) {
  records::ImageResult result = EmptyResult(task_);
  result.completed = true;
  result.objects = output.objects;
  result.diameter = output.diameter;
  result.axes = task_.axes;
  result.warnings = std::move(output.warnings);
  result.timings_ms = std::move(output.timings_ms);
  for (const runners::ArtifactBytes& artifact : output.artifacts) {
    IC_ASSIGN_OR_RETURN(records::Artifact stored,
                        WithRetries(running_.stop(), [&] { return StoreArtifact(artifact); }));
    result.artifacts.push_back(std::move(stored));
  }
  return result;
}

Result<records::Artifact> ImageRun::StoreArtifact(const runners::ArtifactBytes& artifact) {
  store::NewBlob blob;
  blob.owner_id = task_.owner_id;
  blob.filename = artifact.filename;
  blob.content_type = artifact.content_type;
  blob.inference_id = task_.inference_id;
  blob.source_id = task_.source_id;
  IC_ASSIGN_OR_RETURN(const store::BlobRecord record, PutBlob(environment_.parts.store, blob, artifact.bytes));
  blobs_.push_back(record.id);
  return records::Artifact{artifact.kind,         record.id,    artifact.filename,
                           artifact.content_type, record.bytes, record.sha256};
}

}  // namespace intelliclinix::dispatch
