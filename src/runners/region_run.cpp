#include "runners/region_run.h"

#include <algorithm>

#include "base/byte_source.h"
#include "image/decode_labels.h"
#include "records/artifact.h"

namespace intelliclinix::runners {
namespace {

/// `params` with the labels as the only output, where the runner lets choose.
Json WithLabelsOnly(const ModelRunner& runner, const Json& params) {
  Json only = params;
  const std::vector<Parameter>& table = runner.Describe().parameters.parameters();
  const auto outputs = std::ranges::find(table, "outputs", &Parameter::name);
  if (outputs != table.end()) only["outputs"] = Json::array({records::artifact_kind::kLabelMask});
  return only;
}

std::vector<std::uint32_t> RunsOf(const image::LabelImage& image) {
  std::vector<std::uint32_t> runs;
  for (const std::uint32_t label : image.labels) {
    if (runs.empty() || runs[runs.size() - 2] != label) runs.insert(runs.end(), {label, 0});
    ++runs.back();
  }
  return runs;
}

}  // namespace

Result<RegionResult> RunRegion(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                               const RunContext& context) {
  const Json params = WithLabelsOnly(runner, run.params);
  const SourceRun part{run.file, run.model, params, run.stem, run.filename, run.axes, run.region};
  IC_ASSIGN_OR_RETURN(const RunOutput output, RunSourceImage(runner, part, limits, context));
  const auto mask = std::ranges::find(output.artifacts, records::artifact_kind::kLabelMask, &ArtifactBytes::kind);
  if (mask == output.artifacts.end()) {
    return Fail(ErrorCode::kInternal, "The runner gave no label mask, so there is nothing to show.");
  }
  MemorySource bytes(std::span<const std::byte>(mask->bytes));
  IC_ASSIGN_OR_RETURN(const image::LabelImage labels, image::DecodeLabels(bytes, {}));
  return RegionResult{.objects = output.objects,
                      .diameter = output.diameter,
                      .warnings = output.warnings,
                      .label_runs = RunsOf(labels)};
}

}  // namespace intelliclinix::runners
