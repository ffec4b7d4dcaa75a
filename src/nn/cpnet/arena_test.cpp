// What passes take of memory: once for a size, and no more than that.
#include <gtest/gtest.h>

#include "base/allocation_count_test.h"
#include "nn/checkpoint.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/cpnet/matrix_network.h"
#include "nn/cpnet/native_cpnet.h"
#include "nn/reference/matrix_kernels_reference.h"

namespace intelliclinix::nn::cpnet {
namespace {

constexpr long kMostOfAThread = 40'000'000;  // bytes, for tiles of 224 x 224

/// A tile and what is made of it.
class ArenaTile {
 public:
  explicit ArenaTile(std::int64_t side)
      : side_(side), input_(static_cast<std::size_t>(2 * side * side), 0.25F), planes_(input_.size() / 2 * 3) {}

  /// The bytes that a pass allocates.
  long Pass(const Network& network, Crew crew = {}, bool style_only = false) {
    const std::int64_t input_shape[] = {1, 2, side_, side_};
    const std::int64_t planes_shape[] = {1, 3, side_, side_};
    const std::int64_t style_shape[] = {1, kCpnetStyle};
    MutableTensorView outputs[] = {{planes_shape, planes_}, {style_shape, style_}};
    if (style_only) outputs[0] = {};
    const long before = AllocatedBytes();
    EXPECT_TRUE(network.Forward({input_shape, input_}, outputs, crew).has_value());
    return AllocatedBytes() - before;
  }

 private:
  std::int64_t side_;
  std::vector<float> input_;
  std::vector<float> planes_;
  std::vector<float> style_ = std::vector<float>(kCpnetStyle);
};

void ExpectOneArena(const Network& network) {
  const std::string engine = network.Describe().engine;
  ArenaTile tile(224);
  const long first = tile.Pass(network);
  EXPECT_GT(first, 10'000'000) << engine << ": what the pass takes is not counted";
  EXPECT_LT(first, kMostOfAThread) << engine;
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(tile.Pass(network), 0) << engine;
  EXPECT_EQ(tile.Pass(network, {}, /*style_only=*/true), 0) << engine;
}

StateDict ShippedState() {
  return *ReadCheckpoint(**FileSource::Open(INTELLICLINIX_SOURCE_DIR "/models/nuclei_bbbc038.pth"));
}

TEST(Arena, IsTakenOnceForATileInFloat32) {
  const StateDict state = ShippedState();
  for (const CpuLevel level : {CpuLevel::kAvx512, CpuLevel::kAvx2, CpuLevel::kBaseline}) {
    ExpectOneArena(NativeCpnet(*FindCpnet(state), ChooseKernels(level)));
  }
}

TEST(Arena, IsTakenOnceForATileInBfloat16) {
  const StateDict state = ShippedState();
  ExpectOneArena(MatrixNetwork(*FindCpnet(state), kPlainMatrixKernels));
}

TEST(Arena, HasRoomForEachThreadThatSharesALoneTile) {
  const StateDict state = ShippedState();
  const NativeCpnet network(*FindCpnet(state), ChooseKernels(CpuLevel::kAvx512), 2);
  ComputePool pool(2);
  ArenaTile tile(224);
  EXPECT_LT(tile.Pass(network, {.pool = &pool, .size = 2}), kMostOfAThread);
  // Calling a helper takes a few bytes.
  EXPECT_LT(tile.Pass(network, {.pool = &pool, .size = 2}), 1000);
}

}  // namespace
}  // namespace intelliclinix::nn::cpnet
