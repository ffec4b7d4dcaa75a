#include "runners/onnx_description.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "base/file.h"

namespace intelliclinix::runners {
namespace {

using testing::HasSubstr;

const std::string kThreeClasses =
    "interpretation = 'semantic_watershed'\n[semantic_watershed]\nclasses = 3\ninterior = 1\n";
const std::string kFlows = "interpretation = 'cellpose_flows'\n[cellpose_flows]\ndiam_mean = 30\n";

Result<OnnxDescription> Parsed(const std::string& text) { return ParseOnnxDescription(AsBytes(text)); }

TEST(OnnxDescription, ThatOfTheShippedModelIsRead) {
  const std::string text =
      ReadTextFile(std::string(INTELLICLINIX_SOURCE_DIR) + "/models/unet_nuclei_bbbc038.toml").value();
  const OnnxDescription description = Parsed(text).value();
  EXPECT_EQ(description.license, "CC0-1.0");
  EXPECT_EQ(description.interpretation, Interpretation::kSemanticWatershed);
  EXPECT_EQ(description.reading.tile, 1024);
  EXPECT_TRUE(description.reading.scaled);
  EXPECT_TRUE(description.reading.softmax);
  EXPECT_EQ(description.test_input, "unet_self_test_input.npy");
}

TEST(OnnxDescription, FlowsHaveADiameter) {
  const OnnxDescription description = Parsed(kFlows).value();
  EXPECT_EQ(description.interpretation, Interpretation::kCellposeFlows);
  EXPECT_FLOAT_EQ(description.diameters.diam_mean, 30);
  EXPECT_FLOAT_EQ(description.diameters.diam_labels, 30);
  EXPECT_EQ(description.reading.channels, 2);
}

TEST(OnnxDescription, RefusesByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"interpretation = ", "not TOML"},
      {"", "lacks 'interpretation'"},
      {"interpretation = 'boxes'", "must be one of 'semantic_watershed', 'cellpose_flows'"},
      {"interpretation = 'semantic_watershed'", "lacks the table 'semantic_watershed'"},
      {"colour = 1\n" + kThreeClasses, "line 1: 'colour' is unknown"},
      {"tile = 1000\n" + kThreeClasses, "'tile' must be a multiple of 'multiple'"},
      {"tile = 64\noverlap = 33\n" + kThreeClasses, "'overlap' must be at most half"},
      {"tile = 10_000_000\n" + kThreeClasses, "line 1: 'tile' must be a whole number from 64 to 4096"},
      {"channels = 2\n" + kThreeClasses, "'channels' must be 1 or 3"},
      {kThreeClasses + "background = 1", "must be two of its classes"},
      {kThreeClasses + "[cellpose_flows]\ndiam_mean = 1", "another interpretation"},
      {kThreeClasses + "[scaling]\npercentile = [99, 1]", "line 6: 'scaling.percentile' must be two numbers"},
      {kThreeClasses + "[scaling]\nkind = 3", "'scaling.kind' must be one of"},
      {kThreeClasses + "[test]\ninput = 'a.npy'", "lacks 'test.output'"},
      {kThreeClasses + "[test]\ninput = '../a.npy'\noutput = 'b.npy'", "without folders"},
      {kFlows + "multiple = 3", "'cellpose_flows.multiple' is unknown"},
      {"tile = 64\n" + kFlows, "'tile' is unknown"},
      {"multiple = 3\n" + kFlows, "'multiple' 1, 2, 4, 8 or 16"},
      {"interpretation = 'cellpose_flows'\n[cellpose_flows]\ndiam_mean = nan", "must be a number above 0"},
  };
  for (const auto& [text, reason] : cases) {
    const auto parsed = Parsed(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr(reason)) << text;
    EXPECT_EQ(parsed.error().field, "description");
  }
  EXPECT_FALSE(Parsed(std::string(70'000, '#')).has_value());
}

TEST(OnnxDescription, MustFitTheNetwork) {
  const OnnxDescription classes = Parsed("tile = 256\n" + kThreeClasses).value();
  EXPECT_TRUE(CheckSignature(classes, {-1, 1, -1, -1}, {-1, 3, -1, -1}).has_value());
  EXPECT_TRUE(CheckSignature(classes, {1, 1, 256, 256}, {1, 3, 256, 256}).has_value());
  EXPECT_FALSE(CheckSignature(classes, {1, 2, 256, 256}, {1, 3, 256, 256}).has_value()) << "channels";
  EXPECT_FALSE(CheckSignature(classes, {1, 1, 512, 512}, {1, 3, 512, 512}).has_value()) << "tile";
  EXPECT_FALSE(CheckSignature(classes, {1, 1, -1, -1}, {1, 2, -1, -1}).has_value()) << "classes";
  EXPECT_FALSE(CheckSignature(classes, {1, 1, -1}, {1, 3, -1}).has_value()) << "sides";
  const OnnxDescription flows = Parsed(kFlows).value();
  EXPECT_TRUE(CheckSignature(flows, {1, 2, -1, -1}, {1, 3, -1, -1}).has_value());
  EXPECT_FALSE(CheckSignature(flows, {1, 2, 1024, 1024}, {1, 3, 1024, 1024}).has_value()) << "one size";
}

}  // namespace
}  // namespace intelliclinix::runners
