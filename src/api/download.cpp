#include "api/download.h"

#include <algorithm>
#include <iterator>

#include "api/archive_plan.h"
#include "api/errors.h"
#include "api/zip_stream.h"
#include "base/hashing.h"

namespace intelliclinix::api {
namespace {

std::unexpected<Error> NotCompleted(const records::Inference& inference) {
  const bool failed = inference.status == records::InferenceStatus::kFailed;
  return Fail(ErrorCode::kConflict, failed ? "The inference failed, so it has no results to download. Start another."
                                           : "The inference is " + std::string(records::StatusName(inference.status)) +
                                                 "; its results can be downloaded once it is completed.");
}

Result<std::vector<records::Correction>> AllCorrections(store::Store& store, const records::Inference& inference) {
  std::vector<records::Correction> all;
  store::PageRequest page{.limit = 1000, .after = {}};
  do {
    IC_ASSIGN_OR_RETURN(auto found, store.ListCorrections(inference.owner_id, inference.id, page));
    std::ranges::move(found.items, std::back_inserter(all));
    page.after = found.next_after;
  } while (page.after);
  return all;
}

std::shared_ptr<ByteSource> OpenArchive(store::Store& store, ArchivePlan plan, TimePoint time) {
  auto entries = std::move(plan.entries);
  auto open = [&store, plan = std::move(plan)](std::size_t index) -> Result<std::unique_ptr<ByteSource>> {
    if (index == 0) return std::make_unique<MemorySource>(AsBytes(plan.manifest));
    return store.OpenBlob(plan.blobs[index - 1]);
  };
  return std::make_shared<ZipStream>(std::move(entries), time, std::move(open));
}

}  // namespace

Result<http::Reply> DownloadResponse(store::Store& store, const records::Inference& inference,
                                     const http::Request& request) {
  if (inference.status != records::InferenceStatus::kCompleted) return NotCompleted(inference);
  IC_ASSIGN_OR_RETURN(const std::vector<records::Correction> corrections, AllCorrections(store, inference));
  Result<ArchivePlan> plan = PlanArchive(store, inference, corrections);
  if (!plan && plan.error().code == ErrorCode::kNotFound) return ProblemResponse(500, plan.error(), request);
  if (!plan) return std::unexpected(plan.error());
  http::Response response;
  response.headers.Set("Content-Type", "application/zip");
  response.headers.Set("Content-Disposition",
                       http::AttachmentDisposition("intelliclinix-" + inference.id.ToString() + ".zip"));
  // The manifest has the hash of every other entry, so it tells archives apart.
  response.headers.Set("ETag", "\"" + Sha256Hex(AsBytes(plan->manifest)) + "\"");
  response.body = OpenArchive(store, *std::move(plan), inference.finished_at.value_or(inference.created_at));
  return response;
}

}  // namespace intelliclinix::api
