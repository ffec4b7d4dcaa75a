#include "runners/cellpose_runner.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/digits.h"
#include "cellpose/segment.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/outputs.h"
#include "runners/cellpose_memory.h"
#include "runners/cellpose_model.h"
#include "runners/cellpose_parameters.h"
#include "runners/loaded_models.h"
#include "runners/plane_choice.h"
#include "runners/quality_warnings.h"
#include "runners/run_support.h"

namespace intelliclinix::runners {
namespace {

/// The artifacts of what was found.
Result<std::vector<ArtifactBytes>> MakeArtifactsOf(cellpose::Segmentation found, const RunInput& input,
                                                   const CellposeSettings& settings, const RunContext& context) {
  const FlowPlanes flows{.flow_y = std::move(found.output.flow_y),
                         .flow_x = std::move(found.output.flow_x),
                         .cell_logit = std::move(found.output.cellprob)};
  Labelling labelling = LabellingOf(input, found.labels);
  labelling.confidence = {.cell_probability = std::move(found.cell_probability),
                          .flow_error = std::move(found.flow_error)};
  if (!flows.flow_y.values.empty()) labelling.flows = &flows;
  labelling.channels = {settings.options.channels.begin(), settings.options.channels.end()};
  labelling.diameter = found.diameter;
  return MakeArtifacts(labelling, OutputsOf(input.params), context);
}

/// Whether brightness is scaled by what the image itself holds, be it noise.
bool IsStretched(const cellpose::NormalizeOptions& normalize) { return normalize.enabled && !normalize.lowhigh; }

/// Drops the objects of a blank image.
void LeaveOutNoise(cellpose::Segmentation& found) {
  if (found.objects == 0) return;
  found.warnings.push_back("What looked like cells in a blank image was left out: " + GroupDigits(found.objects) +
                           (found.objects == 1 ? " object" : " objects") +
                           ". To keep it, say by normalize.lowhigh what is dark and what is bright.");
  std::ranges::fill(found.labels.labels, 0U);
  found.objects = 0;
  found.cell_probability.clear();
  found.flow_error.clear();
}

class CellposeRunner final : public ModelRunner {
 public:
  explicit CellposeRunner(const nn::EngineOptions& engine) : engine_(engine) {}

  const RunnerDescription& Describe() const override { return description_; }

  Result<ModelReport> Prepare(const records::ModelEntry& entry) override {
    IC_ASSIGN_OR_RETURN(const CellposeModel* const model, Loaded(entry));
    return model->report();
  }

  Status CheckParams(const Json& params, const records::ImageFacts& image) const override {
    IC_ASSIGN_OR_RETURN(const CellposeSettings settings, ParseCellposeSettings(params, image));
    IC_RETURN_IF_ERROR(ChoosePlanes(params, image));
    return CheckSettings(settings, image.channels);
  }

  std::uint64_t EstimateBytes(const records::ModelEntry& entry, const Json& params,
                              const records::ImageFacts& image) const override {
    return EstimatePass(std::nullopt, entry, params, image);
  }

  Result<RunOutput> Run(const RunInput& input, const RunContext& context) override;

 private:
  /// Valid as long as the runner.
  Result<CellposeModel*> Loaded(const records::ModelEntry& entry) {
    return models_.Get(entry, [&] { return CellposeModel::Load(entry, engine_); });
  }
  /// Of the model, or before it is loaded that of nuclei.
  double DiamMean(const records::ModelEntry& entry) const;
  /// A pass at a diameter that the parameters do not have.
  struct Pass {
    cellpose::PassKind kind;
    double diameter;  ///< px
  };
  /// EstimateBytes until the end of `pass`, or of one as the parameters say.
  std::uint64_t EstimatePass(const std::optional<Pass>& pass, const records::ModelEntry& entry, const Json& params,
                             const records::ImageFacts& image) const;
  /// Asks for what `pass` takes beyond what was told before.
  Status TakeMore(const Pass& pass, const RunInput& input, const RunContext& context) const;
  Status CheckSettings(const CellposeSettings& settings, int channels) const;

  const RunnerDescription description_{.name = "cellpose", .parameters = CellposeParameters()};
  const nn::EngineOptions engine_;
  LoadedModels<CellposeModel> models_;
};

double CellposeRunner::DiamMean(const records::ModelEntry& entry) const {
  constexpr double kNuclei = 17;
  const CellposeModel* const model = models_.Peek(entry);
  return model == nullptr ? kNuclei : static_cast<double>(model->diameters().diam_mean);
}

std::uint64_t CellposeRunner::EstimatePass(const std::optional<Pass>& pass, const records::ModelEntry& entry,
                                           const Json& params, const records::ImageFacts& image) const {
  Result<CellposeSettings> settings = ParseCellposeSettings(params, image);
  const Result<ChosenPlanes> chosen = ChoosePlanes(params, image);
  if (!settings || !chosen) return 0;
  if (pass) settings->options.diameter = pass->diameter;
  const cellpose::PassKind kind = pass ? pass->kind : cellpose::PassKind::kMasks;
  const bool last = kind == cellpose::PassKind::kMasks;
  const std::vector<std::string> outputs = last ? OutputsOf(params) : std::vector<std::string>();
  return EstimateCellposeBytes({.settings = *settings,
                                .image = image,
                                .planes = *chosen,
                                .outputs = outputs,
                                .diam_mean = DiamMean(entry),
                                .threads = engine_.threads,
                                .pass = kind});
}

Status CellposeRunner::TakeMore(const Pass& pass, const RunInput& input, const RunContext& context) const {
  if (!context.take_more) return {};
  Status taken = context.take_more(EstimatePass(pass, input.model, input.params, input.facts));
  if (taken || taken.error().code != ErrorCode::kTooLarge) return taken;
  char diameter[64];
  std::snprintf(diameter, sizeof diameter, "The diameter is estimated at %.1f px. ", pass.diameter);
  return Fail(ErrorCode::kTooLarge, diameter + taken.error().message, "diameter");
}

Status CellposeRunner::CheckSettings(const CellposeSettings& settings, int channels) const {
  if (settings.precision == nn::Precision::kBfloat16 && !nn::CanComputeBfloat16(engine_)) {
    return Fail(ErrorCode::kInvalidArgument,
                "bfloat16 is not possible with this processor and engine. Choose precision f32, or leave it out.",
                "params.precision");
  }
  Status status = cellpose::CheckOptions(settings.options, channels);
  if (!status) return AsParameterError(std::move(status).error());
  return {};
}

Result<RunOutput> CellposeRunner::Run(const RunInput& input, const RunContext& context) {
  IC_ASSIGN_OR_RETURN(const CellposeSettings settings, ParseCellposeSettings(input.params, input.facts));
  IC_RETURN_IF_ERROR(CheckSettings(settings, input.source.channels));
  IC_ASSIGN_OR_RETURN(CellposeModel* const loaded, Loaded(input.model));
  IC_ASSIGN_OR_RETURN(const cellpose::Model model, loaded->WithPrecision(settings.precision));
  Result<cellpose::Segmentation> found = cellpose::Segment(model, input.source, settings.options,
                                                           {.pool = context.pool,
                                                            .stop = context.stop,
                                                            .progress = context.progress,
                                                            .keep_output = TakeFlows(OutputsOf(input.params)),
                                                            .on_pass = [&](cellpose::PassKind kind, double diameter) {
                                                              return TakeMore({kind, diameter}, input, context);
                                                            }});
  if (!found) return AsParameterError(std::move(found).error());

  QualityVerdict verdict = JudgeQuality(input.source, settings.options.channels[0], found->diameter);
  if (verdict.blank && IsStretched(settings.options.normalize)) LeaveOutNoise(*found);
  RunOutput output{.objects = found->objects,
                   .diameter = found->diameter,
                   .engine = model.network.Describe().engine,
                   .warnings = std::move(found->warnings),
                   .timings_ms = TimingsJson(found->timings),
                   .artifacts = {}};
  std::ranges::move(verdict.warnings, std::back_inserter(output.warnings));
  const auto start = std::chrono::steady_clock::now();
  IC_ASSIGN_OR_RETURN(output.artifacts, MakeArtifactsOf(*std::move(found), input, settings, context));
  output.timings_ms["artifacts"] = MillisecondsSince(start);
  return output;
}

}  // namespace

std::unique_ptr<ModelRunner> MakeCellposeRunner(const nn::EngineOptions& engine) {
  return std::make_unique<CellposeRunner>(engine);
}

}  // namespace intelliclinix::runners
