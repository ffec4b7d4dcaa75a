#include "cellpose/network_pass.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "base/allocation_count_test.h"
#include "cellpose/tiles.h"
#include "nn/cpnet.h"

namespace intelliclinix::cellpose {
namespace {

/// A network whose result is known for any tiling: flows are differences of neighbours in the first plane, the cell
/// probability is the sum of both planes. It gives the same for a mirrored tile as for the tile, mirrored.
class Differences final : public nn::Network {
 public:
  Status Forward(nn::TensorView input, std::span<const nn::MutableTensorView> outputs, nn::Crew) const override {
    const int height = static_cast<int>(input.shape[2]);
    const int width = static_cast<int>(input.shape[3]);
    const std::size_t size = input.values.size() / 2;
    if (const int pass = passes++; fail_at >= 0 && pass >= fail_at)
      return Fail(ErrorCode::kInternal, "The engine broke.");
    std::ranges::fill(outputs[1].values, input.values[input.values.size() / 4] + 1);
    if (outputs[0].values.empty()) return {};
    const auto at = [&](int y, int x) {
      return y < 0 || x < 0 || y >= height || x >= width ? 0.0F : input.values[static_cast<std::size_t>(y * width + x)];
    };
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const auto i = static_cast<std::size_t>(y * width + x);
        outputs[0].values[i] = at(y + 1, x) - at(y - 1, x);
        outputs[0].values[size + i] = at(y, x + 1) - at(y, x - 1);
        outputs[0].values[2 * size + i] = input.values[i] + input.values[size + i];
      }
    }
    return {};
  }
  nn::NetworkDescription Describe() const override { return {}; }

  int fail_at = -1;
  mutable std::atomic<int> passes = 0;
};

Planes Noise(int height, int width) {
  std::mt19937 random(9);
  std::normal_distribution<float> noise(0, 1);
  Planes planes{.segment = image::Plane(height, width), .nucleus = image::Plane(height, width)};
  for (float& value : planes.segment.values) value = noise(random);
  for (float& value : planes.nucleus.values) value = noise(random);
  return planes;
}

/// Differences without tiles; pixels next to the border see the zeros of the padding.
void ExpectDifferences(const Planes& planes, const NetworkOutput& output) {
  const auto at = [&](int y, int x) {
    return y < 0 || x < 0 || y >= planes.height() || x >= planes.width() ? 0.0F : planes.segment.row(y)[x];
  };
  for (int y = 0; y < planes.height(); ++y) {
    for (int x = 0; x < planes.width(); ++x) {
      ASSERT_NEAR(output.flow_y.row(y)[x], at(y + 1, x) - at(y - 1, x), 1e-5) << y << ", " << x;
      ASSERT_NEAR(output.flow_x.row(y)[x], at(y, x + 1) - at(y, x - 1), 1e-5) << y << ", " << x;
      ASSERT_NEAR(output.cellprob.row(y)[x], at(y, x) + planes.nucleus.row(y)[x], 1e-5) << y << ", " << x;
    }
  }
}

TEST(RunNetwork, GivesWhatTheNetworkSaysOfASmallImage) {
  ComputePool pool(2);
  for (const auto& [height, width] : {std::pair{1, 1}, {40, 57}, {150, 200}}) {
    const Planes planes = Noise(height, width);
    const auto output = RunNetwork(Differences(), planes, {}, {pool});
    ASSERT_TRUE(output.has_value());
    ExpectDifferences(planes, *output);
  }
}

TEST(RunNetwork, PutsTilesTogetherWhereTheyWere) {
  ComputePool pool(2);
  const Planes planes = Noise(700, 333);
  for (const Options& options : {Options{}, Options{.tile_overlap = 0.5, .bsize = 96}, Options{.bsize = 512}}) {
    const auto output = RunNetwork(Differences(), planes, options, {pool});
    ASSERT_TRUE(output.has_value());
    for (std::size_t i = 0; i < planes.segment.values.size(); ++i) {
      ASSERT_NEAR(output->cellprob.values[i], planes.segment.values[i] + planes.nucleus.values[i], 1e-5);
    }
  }
}

TEST(RunNetwork, GivesTheSameBitsWithAnyNumberOfThreads) {
  const Planes planes = Noise(700, 500);
  ComputePool one(1);
  ComputePool four(4);
  for (const bool augment : {false, true}) {
    const Options options{.augment = augment};
    const auto first = RunNetwork(Differences(), planes, options, {one});
    for (int i = 0; i < 5; ++i) {
      const auto second = RunNetwork(Differences(), planes, options, {four});
      ASSERT_EQ(first->flow_y.values, second->flow_y.values);
      ASSERT_EQ(first->flow_x.values, second->flow_x.values);
      ASSERT_EQ(first->cellprob.values, second->cellprob.values);
      ASSERT_EQ(first->style, second->style);
    }
  }
}

TEST(RunNetwork, TurnsMirroredTilesBack) {
  const Planes planes = Noise(300, 260);
  ComputePool pool(2);
  const auto plain = RunNetwork(Differences(), planes, {}, {pool});
  const auto augmented = RunNetwork(Differences(), planes, {.augment = true}, {pool});
  double largest = 0;
  for (std::size_t i = 0; i < planes.segment.values.size(); ++i) {
    ASSERT_NEAR(plain->cellprob.values[i], augmented->cellprob.values[i], 1e-4);
    largest = std::max(largest, std::abs(static_cast<double>(plain->flow_y.values[i] - augmented->flow_y.values[i])));
  }
  // Only where a tile ends does it miss a neighbour, and there its weight is small.
  EXPECT_LT(largest, 0.5);
}

TEST(RunNetwork, TakesNoNucleusPlaneAsZeros) {
  Planes planes = Noise(50, 50);
  planes.nucleus = {};
  ComputePool pool(1);
  const auto output = RunNetwork(Differences(), planes, {}, {pool});
  for (std::size_t i = 0; i < planes.segment.values.size(); ++i) {
    ASSERT_NEAR(output->cellprob.values[i], planes.segment.values[i], 1e-5);
  }
}

TEST(RunNetwork, ScalesTheStyleToLengthOne) {
  ComputePool pool(2);
  const auto output = RunNetwork(Differences(), Noise(500, 300), {}, {pool});
  ASSERT_EQ(output->style.size(), static_cast<std::size_t>(nn::kCpnetStyle));
  for (const float value : output->style) EXPECT_NEAR(value, 1.0 / 16, 1e-6);
}

TEST(RunNetwork, RunsTilesThatLookTheSameOnce) {
  Planes planes = Noise(700, 900);
  for (int y = 0; y < 700; ++y) {
    std::fill_n(planes.segment.row(y) + 300, 600, 0.0F);
    std::fill_n(planes.nucleus.row(y) + 300, 600, 0.0F);
  }
  ComputePool pool(3);
  const Differences network;
  int ended = 0;
  const auto output = RunNetwork(network, planes, {}, {.pool = pool, .on_tile = [&] { ++ended; }});
  ASSERT_TRUE(output.has_value());
  for (std::size_t i = 0; i < planes.segment.values.size(); ++i) {
    ASSERT_NEAR(output->cellprob.values[i], planes.segment.values[i] + planes.nucleus.values[i], 1e-5);
  }
  const TileGrid grid = CutTiles(700, 900, {});
  EXPECT_EQ(ended, grid.count());
  const auto rows = static_cast<int>(grid.y.starts.size());
  const auto with_noise =
      static_cast<int>(std::ranges::count_if(grid.x.starts, [&](int start) { return start < 300 + grid.x.before; }));
  EXPECT_EQ(network.passes, rows * with_noise + 1);
}

TEST(RunNetwork, TakesNoMemoryForFurtherTiles) {
  ComputePool pool(1);
  const auto allocations = [&](int height) {
    const Planes planes = Noise(height, 400);
    const long before = AllocationCount();
    EXPECT_TRUE(RunNetwork(Differences(), planes, {}, {pool}).has_value());
    return AllocationCount() - before;
  };
  allocations(400);
  const long few = allocations(400);
  EXPECT_NEAR(static_cast<double>(allocations(4000)), static_cast<double>(few), 40.0);
}

TEST(MeasureStyle, IsTheStyleOfTheWholePass) {
  ComputePool pool(2);
  const Planes planes = Noise(500, 300);
  const auto style = MeasureStyle(Differences(), planes, {}, {pool});
  ASSERT_TRUE(style.has_value());
  EXPECT_EQ(*style, RunNetwork(Differences(), planes, {}, {pool})->style);
}

TEST(RunNetwork, StopsBeforeTheNextTile) {
  ComputePool pool(1);
  std::stop_source stop;
  Differences network;
  const auto result = RunNetwork(network, Noise(700, 500), {},
                                 {.pool = pool, .stop = stop.get_token(), .on_tile = [&] { stop.request_stop(); }});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(network.passes, 1);
}

TEST(RunNetwork, HandsOnTheNetworksError) {
  ComputePool pool(2);
  Differences network;
  network.fail_at = 3;
  int ended = 0;
  const auto result = RunNetwork(network, Noise(700, 500), {}, {.pool = pool, .on_tile = [&] { ++ended; }});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "The engine broke.");
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace intelliclinix::cellpose
