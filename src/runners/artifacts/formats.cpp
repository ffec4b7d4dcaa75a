#include "runners/artifacts/formats.h"

#include <algorithm>
#include <cassert>

#include "records/artifact.h"

namespace intelliclinix::runners {
namespace {

namespace kind = records::artifact_kind;

constexpr CellNeeds kPolygons{.polygons = true};
constexpr CellNeeds kMeasures{.measures = true};
constexpr CellNeeds kMeasuredPolygons{.measures = true, .polygons = true};

// Footprints are those of rough outlines: about three corners and as many pixels of an outline a px of diameter. Text
// is copied once when it is done.
constexpr Format kFormats[] = {
    {.kind = kind::kLabelMask, .make = MakeLabelMask, .by_default = true, .file = {0.1, 0, 6}},
    {.kind = kind::kClassMask, .make = MakeClassMask, .by_default = true, .file = {0.1, 0, 4}},
    {.kind = kind::kInstanceMask,
     .make = MakeInstanceMask,
     .needs_outline = true,
     .needs_colours = true,
     .by_default = true,
     .file = {0.1, 0, 9}},
    {.kind = kind::kOverlay,
     .make = MakeOverlay,
     .needs_outline = true,
     .needs_colours = true,
     .by_default = true,
     .file = {0.1, 0, 12}},
    {.kind = kind::kComposite,
     .make = MakeComposite,
     .needs_outline = true,
     .needs_colours = true,
     .file = {3, 0, 0},
     .work = {4, 0, 0}},
    {.kind = kind::kOutlines,
     .make = MakeOutlines,
     .cells = {.contours = true},
     .file = {0, 1, 30},
     .work = {0, 1, 55}},
    {.kind = kind::kRois,
     .make = MakeRois,
     .cells = kPolygons,
     .by_default = true,
     .file = {0, 280, 12},
     .work = {0, 280, 12}},
    {.kind = kind::kGeojson,
     .make = MakeGeojson,
     .cells = kMeasuredPolygons,
     .by_default = true,
     .file = {0, 800, 33},
     .work = {0, 800, 33}},
    {.kind = kind::kCoco, .make = MakeCoco, .cells = kPolygons, .file = {0, 150, 33}, .work = {0, 150, 33}},
    {.kind = kind::kMeasurements,
     .make = MakeMeasurements,
     .cells = kMeasures,
     .by_default = true,
     .file = {0, 500, 0},
     .work = {0, 500, 0}},
    {.kind = kind::kNucleiJson,
     .make = MakeNucleiJson,
     .cells = kMeasuredPolygons,
     .file = {0, 700, 33},
     .work = {0, 700, 33}},
    {.kind = kind::kSegNpy,
     .make = MakeSegNpy,
     .needs_outline = true,
     .flows = FlowUse::kTaken,
     .file = {24, 1, 0},
     .work = {8, 0, 0}},
    {.kind = kind::kFlows, .make = MakeFlows, .flows = FlowUse::kNeeded, .file = {12, 0, 0}, .work = {12, 0, 0}},
};

/// What is measured of cells, and the outline and the neighbours that colours are chosen by.
constexpr Footprint kShared = {2, 600, 50};

double BytesOf(const Footprint& footprint, const ExpectedLabelling& expected) {
  return footprint.pixel * expected.pixels + expected.cells * (footprint.cell + footprint.edge * expected.diameter);
}

}  // namespace

std::span<const Format> ArtifactFormats() { return kFormats; }

std::vector<Format> FormatsOf(const std::vector<std::string>& kinds) {
  std::vector<Format> formats;
  for (const std::string& name : kinds) {
    const auto* const found = std::ranges::find(kFormats, name, &Format::kind);
    assert(found != std::end(kFormats));
    formats.push_back(*found);
  }
  return formats;
}

ArtifactMemory EstimateArtifacts(const std::vector<std::string>& kinds, const ExpectedLabelling& expected) {
  constexpr double kIntensity = sizeof(Intensity) + 4 * 20;  // of a cell in a channel, and its numbers in a text
  ArtifactMemory memory{.work = BytesOf(kShared, expected) + kIntensity * expected.channels * expected.cells};
  for (const Format& format : FormatsOf(kinds)) {
    memory.files += BytesOf(format.file, expected);
    memory.work += BytesOf(format.work, expected);
  }
  return memory;
}

}  // namespace intelliclinix::runners
