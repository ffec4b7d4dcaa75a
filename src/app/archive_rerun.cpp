#include "app/archive_rerun.h"

#include <algorithm>
#include <cstdio>

#include "app/this_build.h"
#include "base/digits.h"
#include "base/hashing.h"
#include "records/artifact.h"

namespace intelliclinix::app {
namespace {

using Outcome = RerunImage::Outcome;

/// How alike the masks of another engine or precision must be; those of bfloat16 differ in about 0.1 % of objects.
constexpr double kSimilarAp50 = 0.95;

std::string Member(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

/// The paths of what was made of one source, in the order in which the runner gave it: of label images, one a plane.
std::vector<std::string> FindEntries(const api::Manifest& manifest, const std::string& source, std::string_view kind) {
  std::vector<std::string> paths;
  for (const api::ManifestFile& file : manifest.files) {
    if (file.source_filename == source && file.kind == kind) paths.push_back(file.path);
  }
  return paths;
}

/// Refuses a model whose files are not those that the manifest names.
Status CheckWeights(const records::ModelEntry& entry, const Json& provenance) {
  const std::string recorded = Member(provenance, "weights_sha256");
  const auto weights = entry.files.find("weights");
  const std::string here = weights == entry.files.end() ? std::string() : weights->second.sha256;
  if (recorded == here) return {};
  return Fail(ErrorCode::kNotFound, "The archive was made with other weights of the model '" + entry.id +
                                        "' (SHA-256 " + recorded + ") than this machine has (" + here +
                                        "). Add those to the catalogue, or check the archive without --rerun.");
}

Result<RunnableModel> RecordedModel(const Installation& installation, const api::Manifest& manifest) {
  Result<RunnableModel> model = FindModel(installation, manifest.model_id);
  if (!model) {
    Error error = std::move(model).error();
    error.message = "The masks cannot be made again on this machine: " + error.message;
    return std::unexpected(std::move(error));
  }
  IC_RETURN_IF_ERROR(CheckWeights(model->entry, manifest.provenance));
  return model;
}

/// The recorded parameters, with the label image as the only output.
Result<Json> ParametersOf(const RunnableModel& model, const api::Manifest& manifest) {
  const auto recorded = manifest.provenance.find("params");
  Json params = recorded == manifest.provenance.end() ? Json::object() : *recorded;
  const runners::ParameterTable& table = model.runner.Describe().parameters;
  const bool has_outputs = std::ranges::any_of(
      table.parameters(), [](const runners::Parameter& parameter) { return parameter.name == "outputs"; });
  if (params.is_object() && has_outputs)
    params["outputs"] = Json::array({std::string(records::artifact_kind::kLabelMask)});
  Result<Json> resolved = table.Resolve(params);
  if (resolved) return resolved;
  Error error = std::move(resolved).error();
  error.message = "The parameters in manifest.json cannot be run: " + error.message;
  return std::unexpected(std::move(error));
}

/// Runs one archive's images.
class Rerunner {
 public:
  struct Parts {
    const ZipReader& archive;
    const api::Manifest& manifest;
    const RunnableModel& model;
    Installation& installation;
    const Settings& settings;
    const std::stop_token& stop;
  };
  Rerunner(const Parts& parts, Json params) : parts_(parts), params_(std::move(params)) {}

  Result<RerunImage> Run(const api::ManifestImage& image) {
    RerunImage rerun;
    rerun.source_filename = image.source_filename;
    rerun.objects_recorded = image.objects;
    Status ran = RunAgain(image, rerun);
    if (ran) return rerun;
    if (ran.error().code == ErrorCode::kCancelled) return std::unexpected(std::move(ran).error());
    rerun.outcome = Outcome::kFailed;
    rerun.detail = std::move(ran).error().message;
    return rerun;
  }

 private:
  Status RunAgain(const api::ManifestImage& image, RerunImage& rerun) {
    const std::vector<std::string> originals = FindEntries(parts_.manifest, image.source_filename, "original");
    if (originals.empty()) return Fail(ErrorCode::kInvalidArgument, "The archive does not have the original.");
    IC_ASSIGN_OR_RETURN(const std::vector<std::byte> original, Read(originals.front()));
    IC_ASSIGN_OR_RETURN(const runners::RunOutput output, Segment(original, image.axes));
    rerun.objects = output.objects;
    rerun.detail = Changes(output);
    const std::vector<std::string> masks =
        FindEntries(parts_.manifest, image.source_filename, records::artifact_kind::kLabelMask);
    if (!masks.empty()) return Compare(masks, output, rerun);
    AddDetail("the archive has no label image, so only the objects were counted", rerun);
    rerun.outcome = rerun.objects == rerun.objects_recorded ? Outcome::kSame : Outcome::kDifferent;
    return {};
  }

  static void AddDetail(const std::string& text, RerunImage& rerun) {
    rerun.detail += (rerun.detail.empty() ? "" : "; ") + text;
  }

  Result<std::vector<std::byte>> Read(const std::string& path) const {
    return parts_.archive.Read(path, static_cast<std::uint64_t>(parts_.settings.max_file_bytes));
  }

  /// With float32 where this machine cannot do the recorded precision.
  Result<runners::RunOutput> Segment(const std::vector<std::byte>& original, const std::string& axes) {
    Result<runners::RunOutput> output = RunOnce(original, axes);
    if (output || output.error().field != "params.precision") return output;
    Json params = params_;
    params.erase("precision");
    IC_ASSIGN_OR_RETURN(params_, parts_.model.runner.Describe().parameters.Resolve(params));
    return RunOnce(original, axes);
  }

  Result<runners::RunOutput> RunOnce(const std::vector<std::byte>& original, const std::string& axes) const {
    MemorySource file{std::span<const std::byte>(original)};
    return runners::RunSourceImage(
        parts_.model.runner,
        {.file = file, .model = parts_.model.entry, .params = params_, .stem = "rerun", .axes = axes},
        SourceLimitsOf(parts_.settings), {.pool = parts_.installation.pool, .stop = parts_.stop});
  }

  /// What computes it now and did not then.
  std::string Changes(const runners::RunOutput& output) const {
    const Json& then = parts_.manifest.provenance;
    std::string text;
    const auto add = [&](const std::string& what, const std::string& was, const std::string& is) {
      if (was == is || was.empty()) return;
      text += (text.empty() ? "" : ", ") + what + " " + is + " instead of " + was;
    };
    add("engine", Member(then, "engine"), output.engine);
    add("precision", Member(then, "precision"), Member(params_, "precision"));
    add("version", Member(then, "version"), ThisBuild().version);
    return text;
  }

  bool ComputesOtherwise(const runners::RunOutput& output) const {
    const Json& then = parts_.manifest.provenance;
    return Member(then, "engine") != output.engine || Member(then, "precision") != Member(params_, "precision");
  }

  /// Holds each recorded label image to the one that was made in its place; the artifacts are label images alone.
  Status Compare(const std::vector<std::string>& masks, const runners::RunOutput& output, RerunImage& rerun) const {
    rerun.outcome = Outcome::kDifferent;
    if (masks.size() != output.artifacts.size()) {
      AddDetail("the archive has " + GroupDigits(masks.size()) + " label images of it, and " +
                    GroupDigits(output.artifacts.size()) + " were made",
                rerun);
      return {};
    }
    std::string worst;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      IC_ASSIGN_OR_RETURN(std::vector<std::byte> recorded, Read(masks[i]));
      MemorySource then(std::move(recorded));
      MemorySource now{std::span<const std::byte>(output.artifacts[i].bytes)};
      IC_ASSIGN_OR_RETURN(const runners::LabelAgreement agreement, runners::CompareLabels(then, now));
      if (agreement.same || (rerun.agreement && rerun.agreement->ap50 <= agreement.ap50)) continue;
      rerun.agreement = agreement;
      worst = masks[i];
    }
    if (rerun.agreement && masks.size() > 1) AddDetail("the planes differ most in '" + worst + "'", rerun);
    rerun.outcome = !rerun.agreement                                                     ? Outcome::kSame
                    : ComputesOtherwise(output) && rerun.agreement->ap50 >= kSimilarAp50 ? Outcome::kSimilar
                                                                                         : Outcome::kDifferent;
    return {};
  }

  const Parts parts_;
  Json params_;
};

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSame:
      return "same";
    case Outcome::kSimilar:
      return "similar";
    case Outcome::kDifferent:
      return "different";
    case Outcome::kFailed:
      return "failed";
  }
  return "";
}

std::string Decimals(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

}  // namespace

std::string RerunText(const RerunImage& image) {
  std::string text = std::string(OutcomeName(image.outcome)) + " '" + image.source_filename + "': ";
  if (image.outcome == Outcome::kFailed) return text + image.detail;
  text += image.outcome == Outcome::kSame
              ? GroupDigits(image.objects) + " objects"
              : GroupDigits(image.objects) + " objects, " + GroupDigits(image.objects_recorded) + " in the archive";
  if (image.agreement) {
    text += ", average precision " + Decimals(image.agreement->ap50) + " at IoU 0.5 and " +
            Decimals(image.agreement->ap75) + " at 0.75";
  }
  return image.detail.empty() ? text : text + " (" + image.detail + ")";
}

Json RerunJson(const RerunImage& image) {
  Json json = {{"source_filename", image.source_filename},
               {"outcome", OutcomeName(image.outcome)},
               {"objects_recorded", image.objects_recorded},
               {"objects", image.objects},
               {"detail", image.detail}};
  if (image.agreement) {
    json["ap50"] = image.agreement->ap50;
    json["ap75"] = image.agreement->ap75;
  }
  return json;
}

Result<std::vector<RerunImage>> RerunArchive(const ZipReader& archive, const api::Manifest& manifest,
                                             Installation& installation, const Settings& settings,
                                             const std::stop_token& stop) {
  IC_ASSIGN_OR_RETURN(const RunnableModel model, RecordedModel(installation, manifest));
  IC_ASSIGN_OR_RETURN(const Json params, ParametersOf(model, manifest));
  IC_RETURN_IF_ERROR(model.runner.Prepare(model.entry));
  Rerunner rerunner({archive, manifest, model, installation, settings, stop}, params);
  std::vector<RerunImage> images;
  for (const api::ManifestImage& image : manifest.images) {
    if (!image.completed) continue;
    IC_ASSIGN_OR_RETURN(images.emplace_back(), rerunner.Run(image));
  }
  return images;
}

}  // namespace intelliclinix::app
