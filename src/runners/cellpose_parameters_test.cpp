#include "runners/cellpose_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::runners {
namespace {

using testing::HasSubstr;

Json Resolved(const char* params) { return CellposeParameters().Resolve(ParseJson(params).value()).value(); }

CellposeSettings Parsed(const char* params) { return ParseCellposeSettings(Resolved(params), {}).value(); }

Error Refused(const char* params, const records::ImageFacts& image) {
  const Result<CellposeSettings> settings = ParseCellposeSettings(Resolved(params), image);
  return settings ? Error() : settings.error();
}

TEST(CellposeParameters, DefaultsAreTheMethods) {
  const CellposeSettings settings = Parsed("{}");
  const cellpose::Options defaults;
  EXPECT_EQ(settings.options.channels, defaults.channels);
  EXPECT_EQ(settings.options.diameter, defaults.diameter);
  EXPECT_EQ(settings.options.normalize.enabled, defaults.normalize.enabled);
  EXPECT_EQ(settings.options.normalize.percentile, defaults.normalize.percentile);
  EXPECT_EQ(settings.options.normalize.lowhigh, defaults.normalize.lowhigh);
  EXPECT_EQ(settings.options.normalize.invert, defaults.normalize.invert);
  EXPECT_EQ(settings.options.flow_threshold, defaults.flow_threshold);
  EXPECT_EQ(settings.options.cellprob_threshold, defaults.cellprob_threshold);
  EXPECT_EQ(settings.options.min_size, defaults.min_size);
  EXPECT_EQ(settings.options.max_size_fraction, defaults.max_size_fraction);
  EXPECT_EQ(settings.options.niter, defaults.niter);
  EXPECT_EQ(settings.options.resample, defaults.resample);
  EXPECT_EQ(settings.options.interp, defaults.interp);
  EXPECT_EQ(settings.options.exclude_on_edges, defaults.exclude_on_edges);
  EXPECT_EQ(settings.options.augment, defaults.augment);
  EXPECT_EQ(settings.options.tile_overlap, defaults.tile_overlap);
  EXPECT_EQ(settings.options.bsize, defaults.bsize);
  EXPECT_EQ(settings.precision, nn::Precision::kFloat32);
}

TEST(CellposeParameters, EveryDefaultIsLegal) {
  const Json resolved = Resolved(R"({"normalize": {}})");
  EXPECT_EQ(CellposeParameters().Resolve(resolved).value(), resolved);
}

TEST(CellposeParameters, EachReachesItsOption) {
  const CellposeSettings settings = Parsed(R"({"channels": [2, 3], "diameter": 30.5, "flow_threshold": 0.5,
      "cellprob_threshold": -2, "min_size": -1, "niter": 40, "resample": false, "interp": false, "augment": true,
      "tile_overlap": 0.25, "bsize": 160, "exclude_on_edges": true, "max_size_fraction": 0.5, "precision": "bf16"})");
  EXPECT_EQ(settings.options.channels, (std::array{2, 3}));
  EXPECT_EQ(settings.options.diameter, 30.5);
  EXPECT_EQ(settings.options.flow_threshold, 0.5);
  EXPECT_EQ(settings.options.cellprob_threshold, -2);
  EXPECT_EQ(settings.options.min_size, -1);
  EXPECT_EQ(settings.options.niter, 40);
  EXPECT_FALSE(settings.options.resample);
  EXPECT_FALSE(settings.options.interp);
  EXPECT_TRUE(settings.options.augment);
  EXPECT_EQ(settings.options.tile_overlap, 0.25);
  EXPECT_EQ(settings.options.bsize, 160);
  EXPECT_TRUE(settings.options.exclude_on_edges);
  EXPECT_EQ(settings.options.max_size_fraction, 0.5);
  EXPECT_EQ(settings.precision, nn::Precision::kBfloat16);
}

TEST(CellposeParameters, NormalizeIsASwitchOrAnObject) {
  EXPECT_TRUE(Parsed(R"({"normalize": true})").options.normalize.enabled);
  EXPECT_FALSE(Parsed(R"({"normalize": false})").options.normalize.enabled);
  EXPECT_TRUE(Parsed(R"({"invert": true})").options.normalize.invert);

  const cellpose::NormalizeOptions options =
      Parsed(R"({"normalize": {"percentile": [5, 95], "tile_norm_blocksize": 100, "sharpen_radius": 6,
                               "smooth_radius": 2, "invert": true}})")
          .options.normalize;
  EXPECT_TRUE(options.enabled);
  EXPECT_EQ(options.percentile, (std::array<double, 2>{5, 95}));
  EXPECT_EQ(options.tile_norm_blocksize, 100);
  EXPECT_EQ(options.sharpen_radius, 6);
  EXPECT_EQ(options.smooth_radius, 2);
  EXPECT_TRUE(options.invert);
  EXPECT_EQ(options.lowhigh, std::nullopt);

  using Pairs = std::array<std::array<double, 2>, 2>;
  EXPECT_EQ(Parsed(R"({"normalize": {"lowhigh": [5, 80]}})").options.normalize.lowhigh, (Pairs{{{5, 80}, {5, 80}}}));
  EXPECT_EQ(Parsed(R"({"normalize": {"lowhigh": [[5, 80], [0, 1]]}})").options.normalize.lowhigh,
            (Pairs{{{5, 80}, {0, 1}}}));
}

TEST(CellposeParameters, NoDiameterIsAnEstimatedOne) {
  EXPECT_EQ(Parsed(R"({"diameter": null})").options.diameter, 0);
  EXPECT_EQ(Parsed(R"({"diameter": 0})").options.diameter, 0);
}

TEST(CellposeParameters, ChannelsMayBeNamed) {
  const records::ImageFacts image{.channels = 4, .channel_names = {"DAPI", "GFP", "", "GFP"}};
  const auto channels = [&](const char* params) {
    return ParseCellposeSettings(Resolved(params), image)->options.channels;
  };
  EXPECT_EQ(channels(R"({"channels": ["DAPI", null]})"), (std::array{1, 0}));
  EXPECT_EQ(channels(R"({"channels": [2, "DAPI"]})"), (std::array{2, 1}));
  const Error twice = Refused(R"({"channels": ["GFP", 0]})", image);
  EXPECT_EQ(twice.field, "params.channels");
  EXPECT_THAT(twice.message, HasSubstr("more than one channel. Give the channel's number, from 1 to 4."));
  EXPECT_THAT(Refused(R"({"channels": ["dapi", 0]})", image).message, HasSubstr("'DAPI', 'GFP'"));
  EXPECT_THAT(Refused(R"({"channels": ["DAPI", 0]})", {.channels = 1}).message, HasSubstr("the file names none"));
}

TEST(CellposeParameters, DiametersMayBeInMicrometres) {
  const records::ImageFacts image{.pixel_size_um = {{0.5, 0.5}}};
  const char* const params = R"({"diameter_um": 10})";
  EXPECT_EQ(ParseCellposeSettings(Resolved(params), image)->options.diameter, 20);
  EXPECT_EQ(Refused(params, {}).field, "params.diameter_um");
  EXPECT_THAT(Refused(params, {.pixel_size_um = {{0.5, 0.6}}}).message, HasSubstr("not square"));
  EXPECT_THAT(Refused(params, {.pixel_size_um = {{50, 50}}}).message, HasSubstr("0.2"));
  EXPECT_THAT(Refused(R"({"diameter_um": 10, "diameter": 0})", image).message, HasSubstr("not both"));
}

TEST(CellposeParameters, RefusesWhatMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"diameter": -1})", "params.diameter"},
      {R"({"diameter": "17"})", "params.diameter"},
      {R"({"diameter": "NaN"})", "params.diameter"},
      {R"({"diameter": 1e9})", "params.diameter"},
      {R"({"diameter": 0.0001})", "params.diameter"},
      {R"({"bsize": 100})", "params.bsize"},
      {R"({"channels": 1})", "params.channels"},
      {R"({"channels": [-1, 0]})", "params.channels"},
      {R"({"channels": [true, 0]})", "params.channels"},
      {R"({"diameter_um": -3})", "params.diameter_um"},
      {R"({"plane": {"z": 0}})", "params.plane.z"},
      {R"({"plane": {"c": 1}})", "params.plane.c"},
      {R"({"plane": 3})", "params.plane"},
      {R"({"z_project": "min"})", "params.z_project"},
      {R"({"stitch_threshold": 0.5})", "params.stitch_threshold"},
      {R"({"niter": 1000000000})", "params.niter"},
      {R"({"bsize": 1000000})", "params.bsize"},
      {R"({"tile_overlap": 1})", "params.tile_overlap"},
      {R"({"precision": "f16"})", "params.precision"},
      {R"({"normalize": {"norm3D": true}})", "params.normalize.norm3D"},
      {R"({"do_3D": true})", "params.do_3D"},
      {R"({"channel_axis": 0})", "params.channel_axis"},
  };
  for (const auto& [params, field] : cases) {
    const auto resolved = CellposeParameters().Resolve(ParseJson(params).value());
    ASSERT_FALSE(resolved.has_value()) << params;
    EXPECT_EQ(resolved.error().field, field);
  }
  const auto volume = CellposeParameters().Resolve(ParseJson(R"({"normalize": {"norm3D": true}})").value());
  EXPECT_THAT(volume.error().message, HasSubstr("'norm3D' belongs to volumes"));
}

/// Those of `CellposeModel.eval` of Cellpose 3.1 that say how images are segmented in two dimensions; the others are
/// refused by name. Source: cellpose/models.py of Cellpose 3.1.1.2.
TEST(CellposeParameters, HaveTheReferencesNamesAndDefaults) {
  const Json reference = ParseJson(R"({"channels": [0, 0], "normalize": true, "invert": false, "diameter": null,
      "flow_threshold": 0.4, "cellprob_threshold": 0.0, "min_size": 15, "max_size_fraction": 0.4, "niter": null,
      "augment": false, "tile_overlap": 0.1, "bsize": 224, "resample": true, "interp": true,
      "exclude_on_edges": false})")
                             .value();
  const Json normalize =
      ParseJson(R"({"normalize": true, "percentile": [1, 99], "lowhigh": null, "tile_norm_blocksize": 0,
      "sharpen_radius": 0, "smooth_radius": 0, "invert": false})")
          .value();
  const Json defaults = Resolved(R"({"normalize": {}})");
  for (const auto& [name, value] : reference.items()) {
    EXPECT_EQ(defaults.at(name), name == "normalize" ? normalize : value) << name;
  }
  EXPECT_EQ(Resolved("{}").at("normalize"), reference.at("normalize"));
  for (const char* name : {"batch_size", "channel_axis", "z_axis", "rescale", "do_3D", "anisotropy", "flow3D_smooth",
                           "stitch_threshold"}) {
    const auto refused = CellposeParameters().Resolve(Json::object({{name, 1}}));
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().message.find("'" + std::string(name) + "' "), 0U) << refused.error().message;
  }
}

TEST(CellposeParameters, AreDescribedForPeople) {
  const ParameterTable table = CellposeParameters();
  for (const Parameter& parameter : table.parameters()) {
    EXPECT_GT((parameter.description + parameter.unsupported).size(), 20U) << parameter.name;
    EXPECT_FALSE(parameter.description.ends_with('.')) << parameter.name;
  }
}

}  // namespace
}  // namespace intelliclinix::runners
