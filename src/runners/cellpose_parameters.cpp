#include "runners/cellpose_parameters.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "runners/artifacts/outputs.h"
#include "runners/plane_choice.h"

namespace intelliclinix::runners {
namespace {

constexpr auto kInteger = ParameterType::kInteger;
constexpr auto kBoolean = ParameterType::kBoolean;
constexpr auto kRange = ParameterType::kRange;

std::vector<Parameter> NormalizeMembers() {
  const std::string flat_only = " belongs to volumes, and images are segmented in two dimensions. Leave it out.";
  return {
      {.name = "normalize",
       .type = kBoolean,
       .default_value = true,
       .description = "Scale brightness at all; false leaves everything out that this object says"},
      {.name = "percentile",
       .type = kRange,
       .default_value = {1, 99},
       .description = "Percentiles of brightness that become 0 and 1",
       .unit = "%",
       .minimum = 0,
       .maximum = 100},
      {.name = "lowhigh",
       .type = kRange,
       .default_value = nullptr,
       .description =
           "Brightness that becomes 0 and 1, in place of percentiles; one pair, or one for the cells and one "
           "for the nuclei",
       .list_length = 2},
      {.name = "tile_norm_blocksize",
       .type = kInteger,
       .default_value = 0,
       .description = "Side of the blocks that are scaled on their own, for uneven light; 0 scales the whole image",
       .unit = "px",
       .minimum = 0,
       .maximum = 10'000},
      {.name = "sharpen_radius",
       .default_value = 0,
       .description = "Subtracts a blur of this radius, which brings out small cells; 0 does not",
       .unit = "px",
       .minimum = 0,
       .maximum = 500},
      {.name = "smooth_radius",
       .default_value = 0,
       .description = "Blurs by this radius, against noise; 0 does not",
       .unit = "px",
       .minimum = 0,
       .maximum = 500},
      {.name = "invert", .type = kBoolean, .default_value = false, .description = "Dark cells on bright ground"},
      {.name = "norm3D", .default_value = nullptr, .description = "", .unsupported = "'norm3D'" + flat_only},
      {.name = "tile_norm_smooth3D",
       .default_value = nullptr,
       .description = "",
       .unsupported = "'tile_norm_smooth3D'" + flat_only},
  };
}

/// Of the reference's parameters those that have no part here.
std::vector<Parameter> Refused() {
  const std::string flat_only =
      " is for segmentation in three dimensions, which is not done yet. Segment each plane of "
      "a stack on its own with z 'each', or one plane by plane or z_project.";
  const std::string of_the_file =
      " is not needed: which axis is which is read from the file, or told as 'axes' with a file that does not say it. "
      "Leave it out.";
  const std::pair<const char*, std::string> reasons[] = {
      {"do_3D", flat_only},
      {"stitch_threshold", flat_only},
      {"anisotropy", flat_only},
      {"flow3D_smooth", flat_only},
      {"channel_axis", of_the_file},
      {"z_axis", of_the_file},
      {"rescale", " follows from the diameter. Give 'diameter'."},
      {"batch_size", " is chosen by the program. Leave it out."},
  };
  std::vector<Parameter> refused;
  for (const auto& [name, reason] : reasons) {
    refused.push_back({.name = name,
                       .default_value = nullptr,
                       .description = "",
                       .unsupported = "'" + std::string(name) + "'" + reason});
  }
  return refused;
}

std::vector<Parameter> Flat() {
  return {
      {.name = "channels",
       .type = ParameterType::kChannelList,
       .default_value = {0, 0},
       .description = "[cells, nuclei]: the channels that show them, by number or name; 1 is the first (red), 2 green, "
                      "3 blue; 0 or null is the mean of all for cells and none for nuclei",
       .minimum = 0,
       .maximum = 64,
       .list_length = 2},
      {.name = "diameter",
       .default_value = nullptr,
       .description = "Mean diameter of the cells; null or 0 estimates it for each image",
       .unit = "px",
       .minimum = 1,
       .maximum = 10'000,
       .zero_allowed = true},
      {.name = "diameter_um",
       .default_value = nullptr,
       .description = "The same in the specimen, for files that tell the size of a pixel; in place of diameter",
       .unit = "µm",
       .minimum = 0.001,
       .maximum = 100'000},
      {.name = "flow_threshold",
       .default_value = 0.4,
       .description = "Largest error of a mask's flows; higher keeps more masks, 0 keeps all",
       .minimum = 0,
       .maximum = 100},
      {.name = "cellprob_threshold",
       .default_value = 0.0,
       .description = "Logit above which a pixel belongs to a cell; lower gives more and larger masks",
       .minimum = -100,
       .maximum = 100},
      {.name = "min_size",
       .type = kInteger,
       .default_value = 15,
       .description = "Smaller masks are dropped; -1 drops none",
       .unit = "px",
       .minimum = -1,
       .maximum = 100'000'000},
      {.name = "niter",
       .type = kInteger,
       .default_value = nullptr,
       .description = "Steps that pixels follow the flows; null or 0 goes by the diameter, long cells need about 2000",
       .minimum = 0,
       .maximum = 10'000},
      {.name = "resample",
       .type = kBoolean,
       .default_value = true,
       .description = "Follow the flows at the image's own size: smoother outlines, more time"},
      {.name = "invert", .type = kBoolean, .default_value = false, .description = "Dark cells on bright ground"},
      {.name = "normalize",
       .type = ParameterType::kSwitch,
       .default_value = true,
       .description = "Scale brightness before the network sees the image; an object says how",
       .members = NormalizeMembers()},
      {.name = "interp",
       .type = kBoolean,
       .default_value = true,
       .description = "Interpolate flows between pixels: more exact, a little more time"},
      {.name = "augment",
       .type = kBoolean,
       .default_value = false,
       .description = "Average flipped, half-overlapping tiles: a little more exact, about four times the time"},
      {.name = "tile_overlap",
       .default_value = 0.1,
       .description = "Share of a tile that its neighbours see too",
       .minimum = 0.05,
       .maximum = 0.5},
      {.name = "bsize",
       .type = kInteger,
       .default_value = 224,
       .description = "Side of the tiles that the network sees, a multiple of 16",
       .unit = "px",
       .minimum = 64,
       .maximum = 1024,
       .multiple_of = 16},
      {.name = "exclude_on_edges",
       .type = kBoolean,
       .default_value = false,
       .description = "Drop masks that touch the image's border"},
      {.name = "max_size_fraction",
       .default_value = 0.4,
       .description = "Masks over this share of the image are dropped",
       .minimum = 0,
       .maximum = 1},
      {.name = "precision",
       .type = ParameterType::kString,
       .default_value = "f32",
       .description =
           "Arithmetic of the network: f32 gives the same bits on every CPU with AVX2 or newer, bf16 is 2 to "
           "3 times as fast on CPUs that have it",
       .choices = {"f32", "bf16"}},
      OutputsParameter(true),
  };
}

std::vector<Parameter> Parameters() {
  std::vector<Parameter> parameters = Flat();
  std::ranges::move(PlaneParameters(), std::back_inserter(parameters));
  std::ranges::move(Refused(), std::back_inserter(parameters));
  return parameters;
}

double NumberOrZero(const Json& value) { return value.is_null() ? 0 : value.get<double>(); }

/// A channel by number or by name; null is 0.
Result<int> ChannelNumber(const Json& channel, const records::ImageFacts& image) {
  if (channel.is_null()) return 0;
  if (channel.is_number()) return channel.get<int>();
  const auto name = channel.get<std::string>();
  const auto& names = image.channel_names;
  const auto found = std::ranges::find(names, name);
  if (found != names.end() && std::find(found + 1, names.end(), name) == names.end()) {
    return static_cast<int>(found - names.begin()) + 1;
  }
  std::string known;
  for (const std::string& other : names) known += (known.empty() ? "'" : ", '") + other + "'";
  const std::string problem = found != names.end() ? "more than one channel"
                              : names.empty()      ? "no channel: the file names none"
                                                   : "no channel; they are " + known;
  return Fail(ErrorCode::kInvalidArgument,
              "'" + name.substr(0, 60) + "' is the name of " + problem + ". Give the channel's number, from 1 to " +
                  std::to_string(image.channels) + ".",
              "params.channels");
}

std::unexpected<Error> RefuseDiameter(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), "params.diameter_um");
}

/// The diameter in pixels, 0 where it is to be estimated.
Result<double> DiameterOf(const Json& resolved, const records::ImageFacts& image) {
  const Json& micrometres = resolved["diameter_um"];
  if (micrometres.is_null()) return NumberOrZero(resolved["diameter"]);
  if (!resolved["diameter"].is_null()) return RefuseDiameter("Give 'diameter' or 'diameter_um', not both.");
  if (!image.pixel_size_um) {
    return RefuseDiameter(
        "The file does not tell the size of a pixel, which 'diameter_um' needs. Give 'diameter', in px.");
  }
  const auto [x, y] = *image.pixel_size_um;
  if (std::abs(x - y) > 0.01 * std::max(x, y)) {
    return RefuseDiameter(
        "The pixels of the file are not square, so 'diameter_um' is not one number of px. Give "
        "'diameter', in px.");
  }
  const double diameter = micrometres.get<double>() / ((x + y) / 2);
  if (diameter >= 1 && diameter <= 10'000) return diameter;
  return RefuseDiameter("'diameter_um' is " + std::to_string(diameter) +
                        " px at the size of this file's pixels; 1 to 10000 are possible. Check the unit.");
}

std::array<double, 2> ToRange(const Json& range) { return {range[0].get<double>(), range[1].get<double>()}; }

cellpose::NormalizeOptions ParseNormalize(const Json& normalize) {
  if (normalize.is_boolean()) return {.enabled = normalize.get<bool>(), .lowhigh = {}};
  cellpose::NormalizeOptions options{.enabled = normalize["normalize"].get<bool>(),
                                     .percentile = ToRange(normalize["percentile"]),
                                     .lowhigh = {},
                                     .tile_norm_blocksize = normalize["tile_norm_blocksize"].get<int>(),
                                     .sharpen_radius = normalize["sharpen_radius"].get<double>(),
                                     .smooth_radius = normalize["smooth_radius"].get<double>(),
                                     .invert = normalize["invert"].get<bool>()};
  const Json& lowhigh = normalize["lowhigh"];
  if (lowhigh.is_null()) return options;
  const bool one_pair = lowhigh[0].is_number();
  options.lowhigh = {ToRange(one_pair ? lowhigh : lowhigh[0]), ToRange(one_pair ? lowhigh : lowhigh[1])};
  return options;
}

}  // namespace

ParameterTable CellposeParameters() { return ParameterTable(Parameters()); }

Result<CellposeSettings> ParseCellposeSettings(const Json& resolved, const records::ImageFacts& image) {
  IC_ASSIGN_OR_RETURN(const int cells, ChannelNumber(resolved["channels"][0], image));
  IC_ASSIGN_OR_RETURN(const int nuclei, ChannelNumber(resolved["channels"][1], image));
  IC_ASSIGN_OR_RETURN(const double diameter, DiameterOf(resolved, image));
  cellpose::Options options{
      .channels = {cells, nuclei},
      .diameter = diameter,
      .normalize = ParseNormalize(resolved["normalize"]),
      .flow_threshold = resolved["flow_threshold"].get<double>(),
      .cellprob_threshold = resolved["cellprob_threshold"].get<double>(),
      .min_size = resolved["min_size"].get<int>(),
      .max_size_fraction = resolved["max_size_fraction"].get<double>(),
      .niter = static_cast<int>(NumberOrZero(resolved["niter"])),
      .resample = resolved["resample"].get<bool>(),
      .interp = resolved["interp"].get<bool>(),
      .exclude_on_edges = resolved["exclude_on_edges"].get<bool>(),
      .augment = resolved["augment"].get<bool>(),
      .tile_overlap = resolved["tile_overlap"].get<double>(),
      .bsize = resolved["bsize"].get<int>(),
  };
  options.normalize.invert = options.normalize.invert || resolved["invert"].get<bool>();
  return CellposeSettings{
      .options = options,
      .precision = resolved["precision"] == "bf16" ? nn::Precision::kBfloat16 : nn::Precision::kFloat32};
}

}  // namespace intelliclinix::runners
