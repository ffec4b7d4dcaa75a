#include "runners/artifacts/artifacts.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "image/render.h"
#include "records/artifact.h"

namespace intelliclinix::runners {
namespace {

namespace kind = records::artifact_kind;

struct Format {
  std::string_view kind;
  Result<ArtifactBytes> (*make)(const Findings& findings);
  CellNeeds needs{.measures = false, .polygons = false};
  bool needs_colours = false;
};

constexpr CellNeeds kPolygons{.measures = false, .polygons = true};
constexpr CellNeeds kMeasures{.measures = true, .polygons = false};
constexpr CellNeeds kBoth{};

constexpr Format kFormats[] = {
    {.kind = kind::kLabelMask, .make = MakeLabelMask},
    {.kind = kind::kClassMask, .make = MakeClassMask},
    {.kind = kind::kInstanceMask, .make = MakeInstanceMask, .needs_colours = true},
    {.kind = kind::kOverlay, .make = MakeOverlay, .needs_colours = true},
    {.kind = kind::kComposite, .make = MakeComposite, .needs_colours = true},
    {.kind = kind::kOutlines, .make = MakeOutlines},
    {.kind = kind::kRois, .make = MakeRois, .needs = kPolygons},
    {.kind = kind::kGeojson, .make = MakeGeojson, .needs = kBoth},
    {.kind = kind::kCoco, .make = MakeCoco, .needs = kPolygons},
    {.kind = kind::kMeasurements, .make = MakeMeasurements, .needs = kMeasures},
    {.kind = kind::kNucleiJson, .make = MakeNucleiJson, .needs = kBoth},
    {.kind = kind::kSegNpy, .make = MakeSegNpy},
    {.kind = kind::kFlows, .make = MakeFlows},
};

std::vector<Format> FormatsOf(const std::vector<std::string>& kinds) {
  std::vector<Format> formats;
  for (const std::string& name : kinds) {
    const auto* const found = std::ranges::find(kFormats, name, &Format::kind);
    assert(found != std::end(kFormats));
    formats.push_back(*found);
  }
  return formats;
}

CellNeeds NeedsOf(const std::vector<Format>& formats) {
  return {.measures = std::ranges::any_of(formats, [](const Format& format) { return format.needs.measures; }),
          .polygons = std::ranges::any_of(formats, [](const Format& format) { return format.needs.polygons; })};
}

/// What the formats need of a labelling, found on the pool.
struct Shared {
  std::vector<Cell> cells;
  std::vector<std::uint8_t> colours;
};

Shared Prepare(const Labelling& labelling, const std::vector<Format>& formats, const RunContext& context) {
  Shared shared;
  const bool needs_colours = std::ranges::any_of(formats, &Format::needs_colours);
  context.pool.ParallelFor(
      2,
      [&](std::size_t item) {
        if (item == 0 && needs_colours) shared.colours = image::AssignColours(labelling.labels);
        if (item == 1) shared.cells = MeasureCells(labelling, NeedsOf(formats), context.pool, context.stop);
      },
      context.stop);
  return shared;
}

}  // namespace

Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const std::vector<std::string>& kinds,
                                                 const RunContext& context) {
  const std::vector<Format> formats = FormatsOf(kinds);
  const Shared shared = Prepare(labelling, formats, context);
  const Findings findings{labelling, shared.cells, shared.colours};
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
