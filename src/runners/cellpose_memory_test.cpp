#include "runners/cellpose_memory.h"

#include <gtest/gtest.h>

#include "runners/artifacts/outputs.h"

namespace intelliclinix::runners {
namespace {

const records::ImageFacts kGrey{.height = 4000, .width = 4000, .channels = 1};

/// A task whose members can be changed.
struct Task {
  CellposeSettings settings{};
  records::ImageFacts image = kGrey;
  ChosenPlanes planes{.planes = {{}}};
  std::vector<std::string> outputs = OutputsParameter(true).default_value.get<std::vector<std::string>>();
  int threads = 2;
  cellpose::PassKind pass = cellpose::PassKind::kMasks;

  std::uint64_t Bytes() const {
    return EstimateCellposeBytes({.settings = settings,
                                  .image = image,
                                  .planes = planes,
                                  .outputs = outputs,
                                  .diam_mean = 17,
                                  .threads = threads,
                                  .pass = pass});
  }
  /// Beyond that of an image of half of the sides, which has as many tiles in the network at once.
  double BytesAPixel() const {
    Task quarter = *this;
    quarter.image.height /= 2;
    quarter.image.width /= 2;
    const double more = static_cast<double>(Bytes()) - static_cast<double>(quarter.Bytes());
    return more / (0.75 * image.height * image.width);
  }
};

TEST(CellposeMemory, AHundredMillionPixelsFitIntoThreeGigabytes) {
  Task task;
  task.image = {.height = 10'000, .width = 10'000, .channels = 1};
  EXPECT_LT(task.Bytes(), 3'000'000'000U);
}

TEST(CellposeMemory, GrowsWithChannelsAndWithScale) {
  const double one = Task().BytesAPixel();
  Task many;
  many.image.channels = 8;
  many.image.bit_depth = 16;
  EXPECT_GE(many.BytesAPixel(), one - 1 + 16);
  Task small;
  small.settings.options.diameter = 8.5;
  EXPECT_GT(small.BytesAPixel(), 2 * one);
}

TEST(CellposeMemory, GrowsWithTilesAndThreads) {
  Task task;
  constexpr double kTile = 620.0 * 224 * 224;
  const auto two = static_cast<double>(task.Bytes());
  task.threads = 16;
  EXPECT_NEAR(static_cast<double>(task.Bytes()) - two, 14 * kTile, 1);
  task.threads = 2;
  task.settings.options.bsize = 1024;
  EXPECT_NEAR(static_cast<double>(task.Bytes()) - two, 2 * (620.0 * 1024 * 1024 - kTile), 1);
  task.image.height = 20;
  task.image.width = 20;
  task.settings.options.bsize = 224;
  EXPECT_LT(task.Bytes(), 150'000'000U) << "one small tile";
}

TEST(CellposeMemory, AnEstimateOfTheDiameterTakesWhatItMakes) {
  Task task;
  task.settings.options.diameter = 8.5;  // the network sees four times the pixels
  const double masks = task.BytesAPixel();
  task.outputs = {};
  task.pass = cellpose::PassKind::kEstimate;
  EXPECT_GT(task.BytesAPixel(), 4 * (12 + 12)) << "masks at the network's size, from flows at that size";
  task.pass = cellpose::PassKind::kStyle;
  EXPECT_LT(task.BytesAPixel(), masks / 2);
  EXPECT_GT(task.BytesAPixel(), 4 * (1 + 4));
}

TEST(CellposeMemory, GrowsWithWhatIsWrittenOfEachPlane) {
  Task task;
  task.outputs = {"label_mask"};
  const double mask = task.BytesAPixel();
  task.outputs = {"label_mask", "seg_npy", "flows"};
  // The network's three planes, in memory and in both files.
  EXPECT_GE(task.BytesAPixel(), mask + 24);
  const double one_plane = task.BytesAPixel();
  task.image.depth = 10;
  task.planes = {.planes = std::vector<image::PlaneIndex>(10), .each = true};
  EXPECT_GE(task.BytesAPixel(), one_plane + 9 * 24);
}

TEST(CellposeMemory, GrowsWithTheSumsOfAMean) {
  Task task;
  task.image.channels = 8;
  task.image.depth = 5;
  task.image.bit_depth = 32;
  task.planes.projection = image::ZProjection::kMax;
  const double largest = task.BytesAPixel();
  task.planes.projection = image::ZProjection::kMean;
  EXPECT_GE(task.BytesAPixel(), 8 * (4 + 8) - 0.01);
  EXPECT_GT(task.BytesAPixel(), largest);
}

}  // namespace
}  // namespace intelliclinix::runners
