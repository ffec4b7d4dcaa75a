#include "dispatch/previewer.h"

#include <algorithm>

#include "runners/source_image.h"

namespace intelliclinix::dispatch {

Previewer::Previewer(store::BlobStore& store, ComputePool& pool, const PreviewerOptions& options)
    : store_(store), pool_(pool), options_(options), threads_(std::max(options.places, 1)) {}

bool Previewer::Start(Preview preview, Then then) {
  if (taken_.fetch_add(1) >= options_.places) {
    --taken_;
    return false;
  }
  threads_.Post([this, preview = std::move(preview), then = std::move(then)]() mutable {
    Result<runners::RegionResult> result = Run(preview);
    --taken_;  // before whoever waited can ask for the next
    then(std::move(result));
  });
  return true;
}

Result<runners::RegionResult> Previewer::Run(const Preview& preview) {
  if (preview.stop.stop_requested()) return Fail(ErrorCode::kCancelled, "Nobody waits for the preview any longer.");
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> bytes, store_.OpenBlob(preview.file.blob_id));
  const runners::SourceRun run{.file = *bytes,
                               .model = preview.model,
                               .params = preview.params,
                               .stem = "preview",
                               .filename = preview.file.filename,
                               .axes = preview.file.image.axes,
                               .region = preview.region};
  return runners::RunRegion(preview.runner, run, options_.source_limits, {.pool = pool_, .stop = preview.stop});
}

}  // namespace intelliclinix::dispatch
