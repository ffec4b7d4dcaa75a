#include "runners/artifacts/artifacts.h"

#include <cassert>
#include <string_view>

#include "records/artifact.h"

namespace intelliclinix::runners {
namespace {

struct Format {
  std::string_view kind;
  Result<ArtifactBytes> (*make)(const Labelling& labelling);
};

constexpr Format kFormats[] = {
    {records::artifact_kind::kLabelMask, MakeLabelMask},       {records::artifact_kind::kClassMask, MakeClassMask},
    {records::artifact_kind::kInstanceMask, MakeInstanceMask}, {records::artifact_kind::kOverlay, MakeOverlay},
    {records::artifact_kind::kComposite, MakeComposite},       {records::artifact_kind::kOutlines, MakeOutlines},
    {records::artifact_kind::kMeasurements, MakeMeasurements}};

std::vector<Format> WantedFormats(const WantedKinds& wanted) {
  std::vector<Format> formats;
  for (const Format& format : kFormats) {
    if (!wanted || wanted(format.kind)) formats.push_back(format);
  }
  return formats;
}

}  // namespace

Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const RunContext& context) {
  assert(labelling.source.height == labelling.labels.height && labelling.source.width == labelling.labels.width);
  const std::vector<Format> formats = WantedFormats(context.wanted);
  // From the last on: a costly composite that began last would keep one thread busy alone.
  std::vector<Result<ArtifactBytes>> made(formats.size());
  const bool all = context.pool.ParallelFor(
      formats.size(),
      [&](std::size_t i) {
        const std::size_t format = formats.size() - 1 - i;
        made[format] = formats[format].make(labelling);
      },
      context.stop);
  if (!all) return Fail(ErrorCode::kCancelled, "The job was cancelled.");
  std::vector<ArtifactBytes> artifacts;
  for (Result<ArtifactBytes>& artifact : made) {
    IC_ASSIGN_OR_RETURN(artifacts.emplace_back(), std::move(artifact));
  }
  return artifacts;
}

}  // namespace intelliclinix::runners
