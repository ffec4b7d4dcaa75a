#include "nn/cpnet/matrix_network.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/checkpoint.h"
#include "nn/cpnet/bfloat16.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/cpnet/native_cpnet.h"
#include "nn/reference/matrix_kernels_reference.h"

namespace intelliclinix::nn::cpnet {
namespace {

const StateDict& NucleiState() {
  static const StateDict state =
      *ReadCheckpoint(**FileSource::Open(INTELLICLINIX_SOURCE_DIR "/models/nuclei_bbbc038.pth"));
  return state;
}

struct Output {
  std::vector<float> planes;
  std::vector<float> style = std::vector<float>(kCpnetStyle);
};

Output MatrixPass(const Network& network, const std::vector<float>& image, std::int64_t height, std::int64_t width,
                  Crew crew = {}) {
  Output result{.planes = std::vector<float>(static_cast<std::size_t>(3 * height * width))};
  const std::int64_t input_shape[] = {1, 2, height, width};
  const std::int64_t planes_shape[] = {1, 3, height, width};
  const std::int64_t style_shape[] = {1, kCpnetStyle};
  const MutableTensorView outputs[] = {{planes_shape, result.planes}, {style_shape, result.style}};
  EXPECT_TRUE(network.Forward({input_shape, image}, outputs, crew).has_value());
  return result;
}

std::vector<float> RandomImage(int height, int width) {
  std::mt19937 generator(static_cast<unsigned>(height * 1000 + width));
  std::normal_distribution<float> noise(0, 0.5F);
  std::vector<float> image(static_cast<std::size_t>(2 * height * width));
  for (float& value : image) value = noise(generator);
  return image;
}

/// The root of the mean squared difference, of the spread of `expected`.
double RelativeError(const std::vector<float>& values, const std::vector<float>& expected) {
  double sum = 0, mean = 0, squares = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    sum += std::pow(values[i] - expected[i], 2);
    mean += expected[i];
  }
  mean /= static_cast<double>(expected.size());
  for (const float value : expected) squares += std::pow(value - mean, 2);
  return std::sqrt(sum / squares);
}

/// All that this CPU can run, the plain loops last.
std::vector<const MatrixKernels*> AllMatrixKernels() {
  std::vector<const MatrixKernels*> all;
  for (const CpuLevel level : {CpuLevel::kAmx, CpuLevel::kAvx512Bf16}) {
    const MatrixKernels* const kernels = ChooseMatrixKernels(level);
    if (kernels != nullptr && (all.empty() || all.back() != kernels)) all.push_back(kernels);
  }
  all.push_back(&kPlainMatrixKernels);
  return all;
}

TEST(MatrixNetwork, AgreesWithFloat32OnEverySize) {
  const Cpnet net = *FindCpnet(NucleiState());
  const NativeCpnet exact(net, ChooseKernels(CpuLevel::kAvx512));
  for (const MatrixKernels* kernels : AllMatrixKernels()) {
    const MatrixNetwork network(net, *kernels);
    for (auto [height, width] : {std::pair(16, 16), {16, 48}, {64, 32}, {112, 80}, {224, 224}, {16, 16}}) {
      const std::vector<float> image = RandomImage(height, width);
      const Output expected = MatrixPass(exact, image, height, width);
      const Output result = MatrixPass(network, image, height, width);
      EXPECT_LT(RelativeError(result.planes, expected.planes), 0.03)
          << kernels->name << ", " << height << " x " << width;
      EXPECT_LT(RelativeError(result.style, expected.style), 0.03) << kernels->name << ", " << height << " x " << width;
      EXPECT_GT(RelativeError(result.planes, expected.planes), 1e-5) << "this was float32";
    }
  }
}

TEST(MatrixNetwork, GivesTheSameBitsWhoeverSharesTheWork) {
  const MatrixNetwork network(*FindCpnet(NucleiState()), *AllMatrixKernels().front());
  ComputePool pool(3);
  for (auto [height, width] : {std::pair(16, 32), {224, 224}}) {
    const std::vector<float> image = RandomImage(height, width);
    const Output alone = MatrixPass(network, image, height, width);
    const Output shared = MatrixPass(network, image, height, width, {.pool = &pool, .size = 3});
    EXPECT_EQ(shared.planes, alone.planes) << height << " x " << width;
    EXPECT_EQ(shared.style, alone.style);
  }
}

TEST(MatrixNetwork, GivesTheSameBitsWhoeverPackedTheWeights) {
  const Cpnet net = *FindCpnet(NucleiState());
  ComputePool pool(3);
  const std::vector<float> image = RandomImage(32, 48);
  const Output alone = MatrixPass(MatrixNetwork(net, *AllMatrixKernels().front()), image, 32, 48);
  const Output shared = MatrixPass(MatrixNetwork(net, *AllMatrixKernels().front(), 1, &pool), image, 32, 48);
  EXPECT_EQ(shared.planes, alone.planes);
  EXPECT_EQ(shared.style, alone.style);
}

/// Each as the plain loops have it, of which the last bit of a bfloat16 may be another: sums are in another order.
class MatrixKernelsTest : public testing::TestWithParam<const MatrixKernels*> {
 protected:
  void SetUp() override {
    if (GetParam() == &kPlainMatrixKernels) GTEST_SKIP() << "the plain loops are what others are compared with";
  }
  AlignedBfloats RandomBfloats(std::size_t count) {
    std::normal_distribution<float> noise(0, 1);
    AlignedBfloats values(count);
    for (std::size_t i = 0; i < count; ++i) values.data()[i] = ToBfloat16(noise(generator_));
    return values;
  }
  std::vector<float> RandomFloats(std::size_t count) {
    std::normal_distribution<float> noise(0, 1);
    std::vector<float> values(count);
    std::ranges::generate(values, [&] { return noise(generator_); });
    return values;
  }
  int Between(int least, int most) { return std::uniform_int_distribution(least, most)(generator_); }

  static void ExpectNear(const AlignedBfloats& found, const AlignedBfloats& expected, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const float value = ToFloat(expected.data()[i]);
      ASSERT_NEAR(ToFloat(found.data()[i]), value, std::abs(value) / 128 + 1e-3) << i;
    }
  }

  std::mt19937 generator_{17};
};

INSTANTIATE_TEST_SUITE_P(All, MatrixKernelsTest, testing::ValuesIn(AllMatrixKernels()),
                         [](const auto& kernels) { return kernels.param->name; });

TEST_P(MatrixKernelsTest, MultiplyAsPlainLoopsDo) {
  for (int round = 0; round < 24; ++round) {
    const PixelGrid grid{.height = 2 * Between(1, 20), .width = 2 * Between(1, 20)};
    const int groups = Between(1, 3), out = Between(1, 3), taps = round % 2 == 0 ? 1 : 9;
    const int begin = Between(0, grid.height - 1);
    const RowRange rows = {.begin = begin, .end = Between(begin + 1, grid.height)};
    const AlignedBfloats image = RandomBfloats(static_cast<std::size_t>(groups) * grid.pixels() * kGroup);
    std::vector<const Bfloat16*> sources;
    for (int group = 0; group < groups; ++group) {
      const Bfloat16* const first = image.data() + static_cast<std::size_t>(group) * grid.pixels() * kGroup;
      for (int tap = 0; tap < taps; ++tap) {
        const std::ptrdiff_t row = taps == 1 ? 0 : tap / 3 - 1, column = taps == 1 ? 0 : tap % 3 - 1;
        sources.push_back(first + (row * static_cast<std::ptrdiff_t>(grid.row()) + column) * kGroup);
      }
    }
    const AlignedBfloats weights = RandomBfloats(static_cast<std::size_t>(out) * sources.size() * kStepWeights);
    const std::size_t size = static_cast<std::size_t>(out) * grid.pixels() * kGroup;
    const AlignedBfloats residual = RandomBfloats(size);
    const std::vector<float> bias = RandomFloats(static_cast<std::size_t>(out) * kGroup);
    const std::vector<float> scale = RandomFloats(bias.size()), shift = RandomFloats(bias.size());
    AlignedFloats scratch(std::max<std::size_t>(2, SumsOf(grid, rows.end - rows.begin)) * kProductPixels * kGroup);
    const MatrixProduct product = {.grid = grid,
                                   .rows = rows,
                                   .steps = static_cast<int>(sources.size()),
                                   .sources = sources.data(),
                                   .weights = weights.data(),
                                   .out = out * kGroup,
                                   .scratch = reinterpret_cast<Sums*>(scratch.data())};
    MatrixOutput output = {.residual_half_size = Between(0, 1) == 1, .activation = {scale.data(), shift.data()}};
    output.bias = bias.data();
    if (Between(0, 1) == 1) output.residual = residual.data();
    const int kind = Between(0, 2);
    AlignedBfloats found_raw(size), found_activated(size), raw(size), activated(size);
    MatrixOutput expected = output;
    if (kind != 0) output.raw = found_raw.data(), expected.raw = raw.data();
    if (kind != 1) output.activated = found_activated.data(), expected.activated = activated.data();
    GetParam()->multiply(product, output);
    kPlainMatrixKernels.multiply(product, expected);
    ExpectNear(found_raw, raw, size);
    ExpectNear(found_activated, activated, size);
  }
}

TEST_P(MatrixKernelsTest, MultiplyIntoAGridTwiceAsLarge) {
  const PixelGrid small{.height = Between(2, 20), .width = Between(2, 20)};
  const PixelGrid grid{.height = 2 * small.height, .width = 2 * small.width};
  const AlignedBfloats image = RandomBfloats(small.pixels() * kGroup);
  const Bfloat16* const sources[] = {image.data()};
  const AlignedBfloats weights = RandomBfloats(kStepWeights);
  const std::vector<float> bias = RandomFloats(kGroup);
  const std::size_t size = grid.pixels() * kGroup;
  const AlignedBfloats residual = RandomBfloats(size);
  AlignedBfloats found(size), expected(size);
  AlignedFloats scratch(std::max<std::size_t>(2, SumsOf(small, small.height)) * kProductPixels * kGroup);
  for (int parity = 0; parity < 4; ++parity) {
    const MatrixProduct product = {.grid = small,
                                   .rows = {0, small.height},
                                   .steps = 1,
                                   .sources = sources,
                                   .weights = weights.data(),
                                   .out = kGroup,
                                   .scratch = reinterpret_cast<Sums*>(scratch.data())};
    MatrixOutput output = {.upsample = true,
                           .odd_y = parity / 2,
                           .odd_x = parity % 2,
                           .bias = bias.data(),
                           .residual = residual.data(),
                           .raw = found.data()};
    GetParam()->multiply(product, output);
    output.raw = expected.data();
    kPlainMatrixKernels.multiply(product, output);
  }
  ExpectNear(found, expected, size);
}

TEST_P(MatrixKernelsTest, PoolAsPlainLoopsDo) {
  for (int round = 0; round < 6; ++round) {
    const PixelGrid grid{.height = 2 * Between(1, 20), .width = 2 * Between(1, 20)};
    const PixelGrid half{.height = grid.height / 2, .width = grid.width / 2};
    const int groups = Between(1, 3);
    const AlignedBfloats image = RandomBfloats(static_cast<std::size_t>(groups) * grid.pixels() * kGroup);
    const std::vector<float> scale = RandomFloats(static_cast<std::size_t>(groups) * kGroup);
    const std::vector<float> shift = RandomFloats(scale.size());
    const std::size_t size = static_cast<std::size_t>(groups) * half.pixels() * kGroup;
    AlignedBfloats found_raw(size), found_activated(size), raw(size), activated(size);
    MatrixPool pool = {.grid = grid,
                       .rows = {0, grid.height},
                       .channels = groups * kGroup,
                       .pixels = image.data(),
                       .activation = {scale.data(), shift.data()},
                       .raw = found_raw.data(),
                       .activated = found_activated.data()};
    GetParam()->pool(pool);
    pool.raw = raw.data(), pool.activated = activated.data();
    kPlainMatrixKernels.pool(pool);
    ExpectNear(found_raw, raw, size);
    ExpectNear(found_activated, activated, size);
  }
}

TEST_P(MatrixKernelsTest, GatherAsPlainLoopsDo) {
  for (int round = 0; round < 6; ++round) {
    const PixelGrid grid{.height = Between(1, 40), .width = Between(1, 40)};
    const std::vector<float> image = RandomFloats(static_cast<std::size_t>(2 * grid.height * grid.width));
    const std::vector<float> activated = RandomFloats(2 * grid.row() * (static_cast<std::size_t>(grid.height) + 2));
    const std::size_t size = grid.pixels() * kGroup;
    AlignedBfloats found(size), expected(size);
    MatrixGather gather = {.grid = grid,
                           .rows = {0, grid.height},
                           .image = image.data(),
                           .activated = activated.data(),
                           .pixels = found.data()};
    GetParam()->gather(gather);
    gather.pixels = expected.data();
    kPlainMatrixKernels.gather(gather);
    ExpectNear(found, expected, size);
  }
}

}  // namespace
}  // namespace intelliclinix::nn::cpnet
