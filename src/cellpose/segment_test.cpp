#include "cellpose/segment.h"

#include <array>
#include <cmath>
#include <limits>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/decode.h"
#include "image/regions.h"
#include "nn/checkpoint.h"

namespace intelliclinix::cellpose {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kSource = INTELLICLINIX_SOURCE_DIR;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The nuclei model that ships.
struct Nuclei {
  nn::StateDict state = *nn::ReadCheckpoint(**FileSource::Open(kSource + "/models/nuclei_bbbc038.pth"));
  std::unique_ptr<nn::Network> network = *nn::MakeCpnet(state, {.threads = 3});
  SizeModel size_model = *ReadSizeModel(**FileSource::Open(kSource + "/models/size_nuclei_bbbc038.npy"));

  Model model(bool with_size_model = false) const {
    return {*network, *nn::ReadDiameters(state), with_size_model ? &size_model : nullptr};
  }
};

const Nuclei& Weights() {
  static const Nuclei nuclei;
  return nuclei;
}

image::Image Example() {
  return *image::Decode(**FileSource::Open(kSource + "/examples/fluorescence_faint_256x256.png"));
}

image::Image Constant(int height, int width) {
  image::Image image{.height = height, .width = width, .channels = 1, .type = image::PixelType::kUint8, .samples = {}};
  image.samples.assign(image.pixel_count(), std::byte{9});
  return image;
}

std::string FieldAtFault(const Options& options, int channels = 3) {
  const Status status = CheckOptions(options, channels);
  if (status.has_value()) return "none";
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message, testing::EndsWith("."));
  return status.error().field;
}

TEST(CheckOptions, TakesTheDefaultsForAnyImage) {
  for (const int channels : {1, 2, 3, 5}) EXPECT_EQ(FieldAtFault({}, channels), "none") << channels;
}

TEST(CheckOptions, NamesTheOptionAtFault) {
  EXPECT_EQ(FieldAtFault({.channels = {4, 0}}), "channels");
  EXPECT_EQ(FieldAtFault({.channels = {0, -1}}), "channels");
  EXPECT_EQ(FieldAtFault({.channels = {1, 3}}, 2), "channels");
  EXPECT_EQ(FieldAtFault({.channels = {2, 0}}, 1), "channels");
  for (const double diameter : {-1.0, kNan, 1e9, 0.1, static_cast<double>(INFINITY)}) {
    EXPECT_EQ(FieldAtFault({.diameter = diameter}), "diameter") << diameter;
  }
  EXPECT_EQ(FieldAtFault({.normalize = {.percentile = {99, 1}}}), "normalize.percentile");
  EXPECT_EQ(FieldAtFault({.normalize = {.percentile = {0, 101}}}), "normalize.percentile");
  EXPECT_EQ(FieldAtFault({.normalize = {.lowhigh = std::array<std::array<double, 2>, 2>{{{5, 5}, {0, 1}}}}}),
            "normalize.lowhigh");
  for (const int block : {-1, 1, 2, 15, 100'001}) {
    EXPECT_EQ(FieldAtFault({.normalize = {.tile_norm_blocksize = block}}), "normalize.tile_norm_blocksize") << block;
  }
  EXPECT_EQ(FieldAtFault({.normalize = {.tile_norm_blocksize = 16}}), "none");
  EXPECT_EQ(FieldAtFault({.normalize = {.sharpen_radius = kNan}}), "normalize.sharpen_radius");
  EXPECT_EQ(FieldAtFault({.normalize = {.smooth_radius = -2}}), "normalize.smooth_radius");
  EXPECT_EQ(FieldAtFault({.flow_threshold = -0.1}), "flow_threshold");
  EXPECT_EQ(FieldAtFault({.cellprob_threshold = kNan}), "cellprob_threshold");
  EXPECT_EQ(FieldAtFault({.min_size = -2}), "min_size");
  EXPECT_EQ(FieldAtFault({.max_size_fraction = 1.5}), "max_size_fraction");
  EXPECT_EQ(FieldAtFault({.niter = -5}), "niter");
  EXPECT_EQ(FieldAtFault({.tile_overlap = 0.6}), "tile_overlap");
  EXPECT_EQ(FieldAtFault({.bsize = 100}), "bsize");
  EXPECT_EQ(FieldAtFault({.bsize = 4096}), "bsize");
}

TEST(Segment, ChecksItsOptions) {
  ComputePool pool(1);
  const auto result = Segment(Weights().model(), Example(), {.channels = {3, 0}}, {pool});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().field, "channels");
}

TEST(Segment, RefusesADiameterThatMakesTheImageHuge) {
  ComputePool pool(1);
  const auto result = Segment(Weights().model(), Constant(3000, 3000), {.diameter = 1}, {pool});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().field, "diameter");
}

TEST(Segment, GivesTheSameLabelsWithAnyNumberOfThreads) {
  ComputePool one(1);
  ComputePool three(3);
  const auto first = Segment(Weights().model(), Example(), {.diameter = 12}, {one});
  const auto second = Segment(Weights().model(), Example(), {.diameter = 12}, {three});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_GT(first->objects, 30U);
  EXPECT_EQ(first->objects, image::MaxLabel(first->labels));
  EXPECT_EQ(first->labels.labels, second->labels.labels);
  EXPECT_THAT(first->warnings, IsEmpty());
}

TEST(Segment, ReportsProgressToTheEnd) {
  ComputePool pool(2);
  std::mutex mutex;
  std::vector<std::pair<int, int>> calls;
  const SegmentContext context{.pool = pool, .progress = [&](int done, int total) {
                                 const std::lock_guard lock(mutex);
                                 calls.emplace_back(done, total);
                               }};
  ASSERT_TRUE(Segment(Weights().model(true), Example(), {}, context).has_value());
  ASSERT_GE(calls.size(), 3U);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].first, static_cast<int>(i) + 1);
    EXPECT_LE(calls[i].first, calls[i].second);
  }
  EXPECT_EQ(calls.back().first, calls.back().second);
}

TEST(Segment, TimesItsStages) {
  ComputePool pool(2);
  const auto result = Segment(Weights().model(true), Example(), {}, {pool});
  ASSERT_TRUE(result.has_value());
  std::vector<std::string> stages;
  for (const StageTime& time : result->timings) {
    stages.push_back(time.stage);
    EXPECT_GE(time.milliseconds, 0);
  }
  EXPECT_THAT(stages, testing::ElementsAre("normalize", "size_model", "resize", "network", "dynamics", "masks"));
}

TEST(Segment, StopsOnRequest) {
  ComputePool pool(1);
  std::stop_source stop;
  const SegmentContext context{
      .pool = pool, .stop = stop.get_token(), .progress = [&](int, int) { stop.request_stop(); }};
  const auto result = Segment(Weights().model(true), Example(), {}, context);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST(Segment, StopsBeforeTheNetworkIsAsked) {
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  const SegmentContext context{
      .pool = pool, .stop = stop.get_token(), .progress = [](int, int) { ADD_FAILURE() << "A tile was run."; }};
  for (const int block : {0, 16}) {
    const auto result =
        Segment(Weights().model(), Example(), {.diameter = 12, .normalize = {.tile_norm_blocksize = block}}, context);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  }
}

TEST(Segment, GivesAnEmptyMaskAndSaysWhyForAnImageOfOneValue) {
  ComputePool pool(2);
  const auto result = Segment(Weights().model(), Constant(50, 70), {}, {pool});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->objects, 0U);
  EXPECT_EQ(result->labels.height, 50);
  EXPECT_EQ(result->labels.width, 70);
  EXPECT_NEAR(result->diameter, 18.334, 1e-3);
  EXPECT_THAT(result->warnings, Contains(HasSubstr("same value")));
  EXPECT_THAT(result->warnings, Contains(HasSubstr("cannot estimate a diameter")));
  EXPECT_THAT(result->warnings, Contains(HasSubstr("No cells were found")));
}

TEST(Segment, TakesAnImageOfOnePixel) {
  ComputePool pool(1);
  for (const double diameter : {1.0, 17.0, 10'000.0}) {
    const auto result = Segment(Weights().model(), Constant(1, 1), {.diameter = diameter}, {pool});
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(result->labels.labels.size(), 1U);
  }
}

TEST(Segment, DropsCellsOnTheBorderOnRequest) {
  ComputePool pool(2);
  const auto all = Segment(Weights().model(), Example(), {.diameter = 12}, {pool});
  const auto inside = Segment(Weights().model(), Example(), {.diameter = 12, .exclude_on_edges = true}, {pool});
  ASSERT_TRUE(inside.has_value());
  EXPECT_LT(inside->objects, all->objects);
  for (int x = 0; x < inside->labels.width; ++x) EXPECT_EQ(inside->labels.at(0, x), 0U);
}

}  // namespace
}  // namespace intelliclinix::cellpose
