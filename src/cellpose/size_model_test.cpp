#include "cellpose/size_model.h"

#include <cmath>
#include <numbers>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cellpose/diameter.h"
#include "nn/npy.h"

namespace intelliclinix::cellpose {
namespace {

using testing::HasSubstr;

const std::string kModels = std::string(INTELLICLINIX_SOURCE_DIR) + "/models/";

TEST(ReadSizeModel, ReadsThePickledDictAndThePlainArraysAlike) {
  const auto pickled = ReadSizeModel(**FileSource::Open(kModels + "size_nuclei_bbbc038.npy"));
  const auto plain = ReadSizeModel(**FileSource::Open(kModels + "size_nuclei_bbbc038.npz"));
  ASSERT_TRUE(pickled.has_value()) << pickled.error().message;
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_EQ(pickled->coefficients, plain->coefficients);
  EXPECT_EQ(pickled->style_mean, plain->style_mean);
  EXPECT_EQ(pickled->coefficients.size(), 256U);
  EXPECT_EQ(pickled->diam_mean, 17);
  EXPECT_NEAR(pickled->log_offset, plain->log_offset, 1e-6);
}

TEST(ReadSizeModel, RefusesWhatIsNoSizeModel) {
  const auto array = ReadSizeModel(**FileSource::Open(kModels + "cpnet_self_test_style.npy"));
  ASSERT_FALSE(array.has_value());
  EXPECT_EQ(array.error().code, ErrorCode::kInvalidArgument);
  const auto weights = ReadSizeModel(**FileSource::Open(kModels + "nuclei_bbbc038.pth"));
  ASSERT_FALSE(weights.has_value());
  EXPECT_EQ(weights.error().code, ErrorCode::kInvalidArgument);
}

SizeModel Model() {
  return {.coefficients = std::vector<float>(256, 1.0F),
          .style_mean = std::vector<float>(256, 0.5F),
          .diam_mean = 17,
          .log_offset = 0.25};
}

TEST(DiameterOfStyle, IsALinearModelOfItsLogarithm) {
  std::vector<float> style(256, 0.5F);
  EXPECT_NEAR(DiameterOfStyle(Model(), style), 17 * std::exp(0.25), 1e-9);
  style[3] += 0.5F;
  EXPECT_NEAR(DiameterOfStyle(Model(), style), 17 * std::exp(0.75), 1e-9);
}

TEST(DiameterOfStyle, IsAtLeastFivePixels) { EXPECT_EQ(DiameterOfStyle(Model(), std::vector<float>(256, 0.0F)), 5); }

TEST(MedianDiameter, IsThatOfADiscOfTheMedianArea) {
  image::LabelImage labels(1, 20);
  for (int x = 0; x < 4; ++x) labels.at(0, x) = 1;
  for (int x = 5; x < 14; ++x) labels.at(0, x) = 3;  // label 2 has no pixels
  EXPECT_NEAR(MedianDiameter(labels), 2.5 * 2 / std::sqrt(std::numbers::pi), 1e-12);
  labels.at(0, 19) = 2;
  EXPECT_NEAR(MedianDiameter(labels), 2 * 2 / std::sqrt(std::numbers::pi), 1e-12);
}

TEST(MedianDiameter, IsZeroWithoutObjects) { EXPECT_EQ(MedianDiameter(image::LabelImage(3, 3)), 0); }

}  // namespace
}  // namespace intelliclinix::cellpose
