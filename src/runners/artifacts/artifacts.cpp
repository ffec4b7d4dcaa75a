#include "runners/artifacts/artifacts.h"

#include <array>
#include <cassert>

namespace intelliclinix::runners {

Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const RunContext& context) {
  assert(labelling.source.height == labelling.labels.height && labelling.source.width == labelling.labels.width);
  constexpr std::array kFormats = {MakeLabelMask, MakeClassMask, MakeInstanceMask, MakeOverlay,
                                   MakeComposite, MakeOutlines,  MakeMeasurements};
  // From the last on: a costly composite that began last would keep one thread busy alone.
  std::array<Result<ArtifactBytes>, kFormats.size()> made;
  const bool all = context.pool.ParallelFor(
      kFormats.size(),
      [&](std::size_t i) {
        const std::size_t format = kFormats.size() - 1 - i;
        made[format] = kFormats[format](labelling);
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
