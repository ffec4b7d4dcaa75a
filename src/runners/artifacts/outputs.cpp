#include "runners/artifacts/outputs.h"

#include <algorithm>
#include <utility>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "records/artifact.h"

namespace intelliclinix::runners {
namespace {

namespace kind = records::artifact_kind;

constexpr std::string_view kKinds[] = {kind::kLabelMask, kind::kClassMask,    kind::kInstanceMask, kind::kOverlay,
                                       kind::kComposite, kind::kOutlines,     kind::kRois,         kind::kGeojson,
                                       kind::kCoco,      kind::kMeasurements, kind::kNucleiJson,   kind::kSegNpy};

/// Model, parameters and file: all that a labelling depends on.
std::string IdentityOf(const RunInput& input) {
  Json params = input.params;
  params.erase("outputs");
  std::string identity = input.source_sha256 + "/" + DumpJson(params);
  for (const auto& [role, file] : input.model.files) identity += "/" + role + "=" + file.sha256;
  return Sha256Hex(AsBytes(identity));
}

}  // namespace

Parameter OutputsParameter(bool has_flows) {
  std::vector<std::string> kinds(std::begin(kKinds), std::end(kKinds));
  if (has_flows) kinds.emplace_back(kind::kFlows);
  return {.name = "outputs",
          .type = ParameterType::kChoiceList,
          .default_value = {kind::kLabelMask, kind::kClassMask, kind::kInstanceMask, kind::kOverlay, kind::kRois,
                            kind::kGeojson, kind::kMeasurements},
          .description = "What is written of each image; the formats are told in docs/results.md",
          .choices = std::move(kinds)};
}

std::vector<std::string> OutputsOf(const Json& resolved) { return resolved["outputs"].get<std::vector<std::string>>(); }

bool NeedFlows(const Json& resolved) {
  return std::ranges::any_of(
      OutputsOf(resolved), [](const std::string& output) { return output == kind::kFlows || output == kind::kSegNpy; });
}

Labelling LabellingOf(const RunInput& input, const image::LabelImage& labels) {
  return {.source = input.source,
          .labels = labels,
          .stem = input.stem,
          .filename = input.filename,
          .identity = IdentityOf(input),
          .pixel_size = input.facts.pixel_size_um};
}

}  // namespace intelliclinix::runners
