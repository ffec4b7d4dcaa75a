#include "unet/network_pass.h"

#include <cmath>

#include <gtest/gtest.h>

namespace intelliclinix::unet {
namespace {

/// Gives for each pixel its own value as the logit of the interior, and 0 for the other classes.
class Echo final : public nn::Network {
 public:
  Status Forward(nn::TensorView input, std::span<const nn::MutableTensorView> outputs, nn::Crew) const override {
    const std::size_t pixels = input.values.size();
    for (std::size_t i = 0; i < pixels; ++i) {
      outputs[0].values[i] = 0;
      outputs[0].values[pixels + i] = input.values[i];
      outputs[0].values[2 * pixels + i] = 0;
    }
    return {};
  }
  nn::NetworkDescription Describe() const override { return {}; }
};

class Broken final : public nn::Network {
 public:
  Status Forward(nn::TensorView, std::span<const nn::MutableTensorView>, nn::Crew) const override {
    return Fail(ErrorCode::kInternal, "It does not run.");
  }
  nn::NetworkDescription Describe() const override { return {}; }
};

std::vector<image::Plane> Ramp(int height, int width) {
  image::Plane plane(height, width);
  for (std::size_t i = 0; i < plane.values.size(); ++i) plane.values[i] = static_cast<float>(i % 97) / 20 - 2;
  return {plane};
}

TEST(UnetPass, TilesComeTogetherAsIfThereWereOne) {
  const Echo network;
  ComputePool pool(2);
  const std::vector<image::Plane> planes = Ramp(150, 203);
  const Probabilities whole = RunNetwork({network, {}}, planes, {.pool = pool}).value();
  int tiles = 0;
  const Probabilities tiled = RunNetwork({network, {.tile = 64, .overlap = 16}}, planes,
                                         {.pool = pool, .progress = [&](int, int total) { tiles = total; }})
                                  .value();
  EXPECT_GT(tiles, 6);
  for (std::size_t i = 0; i < planes[0].values.size(); ++i) {
    const float inside = std::exp(planes[0].values[i]);
    ASSERT_NEAR(whole.interior.values[i], inside / (inside + 2), 1e-5);
    ASSERT_NEAR(whole.foreground.values[i], (inside + 1) / (inside + 2), 1e-5);
    ASSERT_NEAR(tiled.interior.values[i], whole.interior.values[i], 1e-5);
    ASSERT_NEAR(tiled.foreground.values[i], whole.foreground.values[i], 1e-5);
  }
}

TEST(UnetPass, StopsBeforeTheNextTile) {
  const Echo network;
  ComputePool pool(1);
  std::stop_source stop;
  int done = 0;
  const auto seen = RunNetwork({network, {.tile = 64, .overlap = 16}}, Ramp(300, 300),
                               {.pool = pool, .stop = stop.get_token(), .progress = [&](int tiles, int) {
                                  done = tiles;
                                  stop.request_stop();
                                }});
  ASSERT_FALSE(seen.has_value());
  EXPECT_EQ(seen.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(done, 1);
}

TEST(UnetPass, TellsWhyTheNetworkFails) {
  const Broken network;
  ComputePool pool(2);
  const auto seen = RunNetwork({network, {}}, Ramp(20, 20), {.pool = pool});
  ASSERT_FALSE(seen.has_value());
  EXPECT_EQ(seen.error().message, "It does not run.");
}

}  // namespace
}  // namespace intelliclinix::unet
