#include "runners/unet_runner.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/outputs.h"
#include "runners/loaded_models.h"
#include "runners/plane_choice.h"
#include "runners/quality_warnings.h"
#include "runners/run_support.h"
#include "runners/unet_memory.h"
#include "runners/unet_model.h"
#include "runners/unet_parameters.h"
#include "unet/segment.h"

namespace intelliclinix::runners {
namespace {

class UnetRunner final : public ModelRunner {
 public:
  explicit UnetRunner(const nn::EngineOptions& engine) : engine_(engine) {}

  const RunnerDescription& Describe() const override { return description_; }

  Result<ModelReport> Prepare(const records::ModelEntry& entry) override {
    IC_ASSIGN_OR_RETURN(const UnetModel* const model, Loaded(entry));
    return model->report();
  }

  Status CheckParams(const Json& params, const records::ImageFacts& image) const override {
    IC_RETURN_IF_ERROR(ChoosePlanes(params, image));
    return CheckSettings(ParseUnetSettings(params), image.channels);
  }

  std::uint64_t EstimateBytes(const records::ModelEntry& entry, const Json& params,
                              const records::ImageFacts& image) const override {
    const Result<ChosenPlanes> chosen = ChoosePlanes(params, image);
    if (!chosen) return 0;
    const UnetModel* const model = models_.Peek(entry);
    return EstimateUnetBytes(model == nullptr ? unet::Reading() : model->reading(), image, engine_.threads,
                             chosen->planes.size());
  }

  Result<RunOutput> Run(const RunInput& input, const RunContext& context) override;

 private:
  /// Valid as long as the runner.
  Result<UnetModel*> Loaded(const records::ModelEntry& entry) {
    return models_.Get(entry, [&] { return UnetModel::Load(entry, engine_); });
  }

  Status CheckSettings(const UnetSettings& settings, int channels) const {
    if (settings.precision == nn::Precision::kBfloat16 && !nn::CanComputeBfloat16(engine_)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "bfloat16 is not possible with this processor and engine. Choose precision f32, or leave it out.",
                  "params.precision");
    }
    Status status = unet::CheckOptions(settings.options, channels);
    if (!status) return AsParameterError(std::move(status).error());
    return {};
  }

  const RunnerDescription description_{.name = "unet", .parameters = UnetParameters()};
  const nn::EngineOptions engine_;
  LoadedModels<UnetModel> models_;
};

Result<RunOutput> UnetRunner::Run(const RunInput& input, const RunContext& context) {
  const UnetSettings settings = ParseUnetSettings(input.params);
  IC_RETURN_IF_ERROR(CheckSettings(settings, input.source.channels));
  IC_ASSIGN_OR_RETURN(UnetModel* const loaded, Loaded(input.model));
  IC_ASSIGN_OR_RETURN(const unet::Model model, loaded->WithPrecision(settings.precision));
  Result<unet::Segmentation> found =
      unet::Segment(model, input.source, settings.options,
                    {.pool = context.pool, .stop = context.stop, .progress = context.progress});
  if (!found) return AsParameterError(std::move(found).error());
  RunOutput output{.objects = found->objects,
                   .diameter = found->diameter,
                   .engine = model.network.Describe().engine,
                   .warnings = std::move(found->warnings),
                   .timings_ms = TimingsJson(found->timings),
                   .artifacts = {}};
  std::ranges::move(JudgeQuality(input.source, settings.options.channel, found->diameter).warnings,
                    std::back_inserter(output.warnings));
  const auto start = std::chrono::steady_clock::now();
  Labelling labelling = LabellingOf(input, found->labels);
  labelling.confidence.cell_probability = std::move(found->cell_probability);
  labelling.channels = {settings.options.channel, 0};
  labelling.diameter = found->diameter;
  IC_ASSIGN_OR_RETURN(output.artifacts, MakeArtifacts(labelling, OutputsOf(input.params), context));
  output.timings_ms["artifacts"] = MillisecondsSince(start);
  return output;
}

}  // namespace

std::unique_ptr<ModelRunner> MakeUnetRunner(const nn::EngineOptions& engine) {
  return std::make_unique<UnetRunner>(engine);
}

}  // namespace intelliclinix::runners
