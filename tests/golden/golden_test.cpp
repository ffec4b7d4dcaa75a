// Every stored case of the reference, stage by stage. The tolerances of network and masks are those that the method
// is held to; planes and style are nearly exact.
#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "cellpose/diameter.h"
#include "cellpose/network_pass.h"
#include "cellpose/normalize.h"
#include "cellpose/planes.h"
#include "cellpose/segment.h"
#include "golden/golden_case.h"
#include "golden/nuclei_model.h"
#include "image/matching.h"
#include "image/resize.h"

namespace intelliclinix::golden {
namespace {

constexpr float kPlanesTolerance = 2e-6F;
constexpr float kNetworkTolerance = 1e-3F;
constexpr float kStyleTolerance = 1e-5F;
constexpr double kDiameterTolerance = 1e-3;  // px

/// The largest difference; infinite where one is not a number.
float MaxDifference(std::span<const float> expected, std::span<const float> found) {
  EXPECT_EQ(expected.size(), found.size());
  float largest = 0;
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    const float difference = std::abs(expected[i] - found[i]);
    largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
  }
  return largest;
}

/// The largest difference in any of the three planes.
float MaxDifference(const nn::Tensor& expected, const cellpose::NetworkOutput& found) {
  const std::span<const float> values(expected.values);
  const std::size_t size = values.size() / 3;
  return std::max({MaxDifference(values.first(size), found.flow_y.values),
                   MaxDifference(values.subspan(size, size), found.flow_x.values),
                   MaxDifference(values.last(size), found.cellprob.values)});
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  cellpose::Planes NormalizedPlanes() const {
    cellpose::Planes planes = cellpose::TakePlanes(source_, golden_.options.channels);
    cellpose::NormalizePlanes(planes, golden_.options.normalize, Pool(), {}).value();
    return planes;
  }

  Result<cellpose::NetworkOutput> RunNetwork() const {
    cellpose::Planes planes = NormalizedPlanes();
    if (golden_.rescale != 1) {
      planes = cellpose::ResizePlanes(planes, golden_.network_shape[0], golden_.network_shape[1]);
    }
    return cellpose::RunNetwork(Float32Model().without_size_model().network, planes, golden_.options, {Pool()});
  }

  const GoldenCase golden_ = ReadCase(GetParam());
  const image::Image source_ = ReadImage(golden_.folder / "image.png");
};

class GoldenPlanes : public Golden {};

TEST_P(GoldenPlanes, AreNormalized) {
  const std::optional<nn::Tensor> expected = ReadArray(golden_, "planes.npy");
  cellpose::Planes planes = NormalizedPlanes();
  planes.nucleus.values.resize(planes.segment.values.size(), 0.0F);
  const std::span<const float> values(expected->values);
  const std::size_t size = values.size() / 2;
  EXPECT_LE(MaxDifference(values.first(size), planes.segment.values), kPlanesTolerance);
  EXPECT_LE(MaxDifference(values.last(size), planes.nucleus.values), kPlanesTolerance);
}

TEST_P(Golden, Network) {
  const Result<cellpose::NetworkOutput> output = RunNetwork();
  ASSERT_TRUE(output.has_value()) << output.error().message;
  EXPECT_LE(MaxDifference(ReadArray(golden_, "style.npy").value().values, output->style), kStyleTolerance);
  EXPECT_LE(MaxDifference(ReadArray(golden_, "network.npy").value(), *output), kNetworkTolerance);

  const std::optional<nn::Tensor> flows = ReadArray(golden_, "flows.npy");
  if (!flows) return;
  cellpose::NetworkOutput resized = *output;
  for (image::Plane* plane : {&resized.flow_y, &resized.flow_x, &resized.cellprob}) {
    *plane = image::ResizeBilinear(*plane, source_.height, source_.width);
  }
  EXPECT_LE(MaxDifference(*flows, resized), kNetworkTolerance);
}

TEST_P(Golden, Masks) {
  const bool estimates = golden_.diameter_estimated.has_value();
  const cellpose::Model model = estimates ? Float32Model().with_size_model() : Float32Model().without_size_model();
  const auto result = cellpose::Segment(model, source_, golden_.options, {Pool()});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_NEAR(model.diameters.diam_mean / result->diameter, golden_.rescale, 1e-5);
  if (estimates) {
    EXPECT_NEAR(result->diameter, *golden_.diameter_estimated, kDiameterTolerance);
  }

  const image::Matching matching = Match(ReadLabels(golden_.folder / "masks.png"), result->labels, 0.9);
  ASSERT_EQ(matching.expected, golden_.objects);
  EXPECT_EQ(matching.found, result->objects);
  EXPECT_GE(matching.recall(), 0.995) << matching.matched << " of " << matching.expected;
  EXPECT_NEAR(static_cast<double>(matching.found), static_cast<double>(golden_.objects),
              0.005 * static_cast<double>(golden_.objects));
}

class GoldenSizeModel : public Golden {};

TEST_P(GoldenSizeModel, ReadsTheDiameterFromTheStyle) {
  const cellpose::Model model = Float32Model().with_size_model();
  const auto rescale = static_cast<double>(model.diameters.diam_mean) / model.diameters.diam_labels;
  const cellpose::Planes planes = cellpose::ResizePlanes(NormalizedPlanes(), static_cast<int>(source_.height * rescale),
                                                         static_cast<int>(source_.width * rescale));
  const auto output = cellpose::RunNetwork(model.network, planes, golden_.options, {Pool()});
  ASSERT_TRUE(output.has_value()) << output.error().message;
  EXPECT_NEAR(cellpose::DiameterOfStyle(*model.size_model, output->style), golden_.diameter_style.value(),
              kDiameterTolerance);
}

class GoldenTruth : public Golden {};

TEST_P(GoldenTruth, GivesTheReferencesAveragePrecision) {
  const image::LabelImage truth = ReadLabels(golden_.folder / "truth.png");
  const image::LabelImage masks = ReadLabels(golden_.folder / "masks.png");
  EXPECT_NEAR(Match(truth, masks, 0.5).average_precision(), golden_.ap50.value(), 1e-6);
  EXPECT_NEAR(Match(truth, masks, 0.75).average_precision(), golden_.ap75.value(), 1e-6);
}

std::string NameOf(const testing::TestParamInfo<std::string>& name) { return name.param; }

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(CaseNames()), NameOf);
INSTANTIATE_TEST_SUITE_P(Cases, GoldenPlanes, testing::ValuesIn(CaseNames("planes.npy")), NameOf);
INSTANTIATE_TEST_SUITE_P(Cases, GoldenTruth, testing::ValuesIn(CaseNames("truth.png")), NameOf);
INSTANTIATE_TEST_SUITE_P(Cases, GoldenSizeModel, testing::Values("gray_size_model"), NameOf);

TEST(GoldenCases, AreThere) {
  EXPECT_EQ(CaseNames().size(), 27U);
  EXPECT_EQ(CaseNames("network.npy").size(), 27U);
  EXPECT_EQ(CaseNames("planes.npy").size(), 16U);
  EXPECT_EQ(CaseNames("truth.png").size(), 10U);
}

}  // namespace
}  // namespace intelliclinix::golden
