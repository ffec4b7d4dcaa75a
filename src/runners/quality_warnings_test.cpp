#include "runners/quality_warnings.h"

#include <cmath>
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "image/decode.h"

namespace intelliclinix::runners {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

image::Image Grey(image::PixelType type, int height, int width) {
  image::Image image{.height = height, .width = width, .channels = 1, .type = type, .samples = {}};
  image.samples.resize(image.pixel_count() * image::BytesPerSample(type));
  return image;
}

/// A disc of radius 12 px in every 60 px, its edges blurred by `blur`.
image::Image Discs(double ground, double disc, double blur) {
  image::Image image = Grey(image::PixelType::kUint8, 240, 240);
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, 0.8);
  for (int y = 0; y < 240; ++y) {
    for (int x = 0; x < 240; ++x) {
      const double share = 0.5 * std::erfc((std::hypot(y % 60 - 30, x % 60 - 30) - 12) / (blur * std::sqrt(2)));
      const double value = std::clamp(ground + (disc - ground) * share + noise(random), 0.0, 255.0);
      image.As<std::uint8_t>()[y * 240 + x] = static_cast<std::uint8_t>(std::lround(value));
    }
  }
  return image;
}

TEST(QualityWarnings, HaveNothingToSayOfTheExamples) {
  const std::string examples = std::string(INTELLICLINIX_SOURCE_DIR) + "/examples";
  int images = 0;
  for (const auto& entry : std::filesystem::directory_iterator(examples)) {
    if (entry.path().string().ends_with("_truth.png") || entry.path().extension() != ".png") continue;
    const image::Image source = image::Decode(**FileSource::Open(entry.path())).value();
    EXPECT_THAT(JudgeQuality(source, 0, 17).warnings, IsEmpty()) << entry.path();
    ++images;
  }
  EXPECT_GT(images, 5);
}

TEST(QualityWarnings, OfDiscsThatAreFineAreNone) {
  EXPECT_THAT(JudgeQuality(Discs(20, 120, 1.5), 0, 24).warnings, IsEmpty());
  EXPECT_THAT(JudgeQuality(Discs(255, 90, 1.5), 0, 24).warnings, IsEmpty()) << "white ground is no saturation";
}

TEST(QualityWarnings, KnowBlankImages) {
  image::Image image = Grey(image::PixelType::kUint16, 300, 300);
  std::mt19937 random(1);
  std::poisson_distribution<int> photons(40);
  for (int i = 0; i < 90'000; ++i) image.As<std::uint16_t>()[i] = static_cast<std::uint16_t>(100 + photons(random));
  EXPECT_TRUE(JudgeQuality(image, 0, 17).blank);
  EXPECT_THAT(JudgeQuality(image, 0, 17).warnings, ElementsAre(StartsWith("Blank")));
  for (int i = 0; i < 12 * 12; ++i) image.As<std::uint16_t>()[(i / 12 + 50) * 300 + i % 12 + 70] += 40;
  EXPECT_FALSE(JudgeQuality(image, 0, 17).blank) << "there is one cell";
}

TEST(QualityWarnings, KnowSaturation) {
  EXPECT_THAT(JudgeQuality(Discs(20, 400, 1.5), 0, 24).warnings, ElementsAre(StartsWith("Saturated")));
  EXPECT_THAT(JudgeQuality(Discs(255, -100, 1.5), 0, 24).warnings, ElementsAre(StartsWith("Saturated")));
}

TEST(QualityWarnings, KnowLowContrast) {
  EXPECT_THAT(JudgeQuality(Discs(20, 25, 1.5), 0, 24).warnings, ElementsAre(StartsWith("Low contrast")));
}

TEST(QualityWarnings, KnowBlur) {
  EXPECT_THAT(JudgeQuality(Discs(20, 220, 12), 0, 24).warnings, ElementsAre(StartsWith("Out of focus")));
}

}  // namespace
}  // namespace intelliclinix::runners
