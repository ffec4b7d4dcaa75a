#include "runners/cellpose_memory.h"

#include <gtest/gtest.h>

namespace intelliclinix::runners {
namespace {

constexpr double kModel = 17;

double PerPixel(const CellposeSettings& settings, const records::ImageFacts& image, std::size_t planes = 1) {
  const records::ImageFacts nothing{.channels = image.channels};
  const std::uint64_t base = EstimateCellposeBytes(settings, nothing, kModel, 1);
  const double bytes = static_cast<double>(EstimateCellposeBytes(settings, image, kModel, planes) - base);
  return bytes / image.height / image.width;
}

TEST(CellposeMemory, AHundredMillionPixelsFitIntoThreeGigabytes) {
  const records::ImageFacts image{.height = 10'000, .width = 10'000, .channels = 1};
  EXPECT_LT(EstimateCellposeBytes({}, image, kModel, 1), 3'000'000'000U);
}

TEST(CellposeMemory, GrowsWithWhatGrows) {
  const records::ImageFacts grey{.height = 1000, .width = 1000, .channels = 1};
  const records::ImageFacts many{.height = 1000, .width = 1000, .channels = 8, .bit_depth = 16};
  CellposeSettings small;
  small.options.diameter = 8.5;
  const double one = PerPixel({}, grey);
  EXPECT_DOUBLE_EQ(PerPixel({}, many), one - 1 + 16);
  EXPECT_GT(PerPixel(small, grey), 2 * one);
  EXPECT_GT(PerPixel({}, grey, 100), one + 100);
}

}  // namespace
}  // namespace intelliclinix::runners
