// The kinds of artifacts, told once: parameters, memory and the making all go by this table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/cells.h"

namespace intelliclinix::runners {

/// What an artifact has to do with the network's flows.
enum class FlowUse {
  kNone,
  kTaken,   ///< it has them where there are any
  kNeeded,  ///< without them there is no such artifact
};

/// What grows with what, roughly and rather too much than too little. Units: bytes.
struct Footprint {
  double pixel = 0;  ///< of the image
  double cell = 0;
  double edge = 0;  ///< of a cell, for each px of its diameter
};

struct Format {
  std::string_view kind;  ///< records::artifact_kind
  Result<ArtifactBytes> (*make)(const Findings& findings);
  CellNeeds cells{};
  bool needs_outline = false;
  bool needs_colours = false;
  FlowUse flows = FlowUse::kNone;
  bool by_default = false;
  Footprint file{};
  Footprint work{};  ///< beside the file, while it is made
};

/// All of them, in the order in which clients are told.
std::span<const Format> ArtifactFormats();

/// Those of `kinds`, in that order; each is one of ArtifactFormats.
std::vector<Format> FormatsOf(const std::vector<std::string>& kinds);

/// A labelling that is yet to be made.
struct ExpectedLabelling {
  double pixels = 0;
  double cells = 0;
  double diameter = 0;  ///< px
  int channels = 1;     ///< of the source
};

/// Memory for artifacts. Units: bytes.
struct ArtifactMemory {
  double files = 0;  ///< that are there when all are made
  double work = 0;   ///< beside them, at most
};

/// What the artifacts of `kinds` will take, beside the source, the labels and the flows.
ArtifactMemory EstimateArtifacts(const std::vector<std::string>& kinds, const ExpectedLabelling& expected);

}  // namespace intelliclinix::runners
