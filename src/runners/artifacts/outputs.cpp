#include "runners/artifacts/outputs.h"

#include <algorithm>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "runners/artifacts/formats.h"

namespace intelliclinix::runners {
namespace {

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
  Parameter outputs{.name = "outputs",
                    .type = ParameterType::kChoiceList,
                    .default_value = Json::array(),
                    .description = "What is written of each image; the formats are told in docs/results.md"};
  for (const Format& format : ArtifactFormats()) {
    if (format.flows == FlowUse::kNeeded && !has_flows) continue;
    outputs.choices.emplace_back(format.kind);
    if (format.by_default) outputs.default_value.push_back(format.kind);
  }
  return outputs;
}

std::vector<std::string> OutputsOf(const Json& resolved) { return resolved["outputs"].get<std::vector<std::string>>(); }

bool TakeFlows(const std::vector<std::string>& kinds) {
  return std::ranges::any_of(FormatsOf(kinds), [](const Format& format) { return format.flows != FlowUse::kNone; });
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
