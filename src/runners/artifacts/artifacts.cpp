#include "runners/artifacts/artifacts.h"

#include <algorithm>

#include "image/contours.h"
#include "image/render.h"
#include "runners/artifacts/formats.h"

namespace intelliclinix::runners {
namespace {

CellNeeds NeedsOf(const std::vector<Format>& formats) {
  CellNeeds needs;
  for (const Format& format : formats) {
    needs.measures |= format.cells.measures;
    needs.polygons |= format.cells.polygons;
    needs.contours |= format.cells.contours;
  }
  return needs;
}

/// What the formats need of a labelling, found on the pool.
struct Shared {
  std::vector<Cell> cells;
  std::vector<std::uint8_t> outline;
  std::vector<std::uint8_t> colours;
};

Shared Prepare(const Labelling& labelling, const std::vector<Format>& formats, const RunContext& context) {
  Shared shared;
  const bool needs_colours = std::ranges::any_of(formats, &Format::needs_colours);
  const bool needs_outline = needs_colours || std::ranges::any_of(formats, &Format::needs_outline);
  context.pool.ParallelFor(
      2,
      [&](std::size_t item) {
        if (item == 1) shared.cells = MeasureCells(labelling, NeedsOf(formats), context.pool, context.stop);
        if (item == 0 && needs_outline) shared.outline = image::OutlinePixels(labelling.labels);
        if (item == 0 && needs_colours) shared.colours = image::AssignColours(labelling.labels, shared.outline);
      },
      context.stop);
  return shared;
}

}  // namespace

Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const std::vector<std::string>& kinds,
                                                 const RunContext& context) {
  const std::vector<Format> formats = FormatsOf(kinds);
  const Shared shared = Prepare(labelling, formats, context);
  const Findings findings{labelling, shared.cells, shared.outline, shared.colours};
  std::vector<Result<ArtifactBytes>> made(formats.size());
  const bool all = context.pool.ParallelFor(
      formats.size(), [&](std::size_t i) { made[i] = formats[i].make(findings); }, context.stop);
  if (!all || context.stop.stop_requested()) return Fail(ErrorCode::kCancelled, "The job was cancelled.");
  std::vector<ArtifactBytes> artifacts;
  for (Result<ArtifactBytes>& artifact : made) {
    IC_ASSIGN_OR_RETURN(artifacts.emplace_back(), std::move(artifact));
  }
  return artifacts;
}

}  // namespace intelliclinix::runners
