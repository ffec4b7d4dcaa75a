#include "nn/cpnet/native_cpnet.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/checkpoint.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/reference/cpnet_reference.h"

namespace intelliclinix::nn::cpnet {
namespace {

std::vector<float> RandomFloats(std::size_t count, std::mt19937& generator, float spread = 1) {
  std::normal_distribution<float> noise(0, spread);
  std::vector<float> values(count);
  for (float& value : values) value = noise(generator);
  return values;
}

/// All that this CPU can run, fastest first.
std::vector<const Kernels*> AllKernels() {
  std::vector<const Kernels*> all;
  for (const CpuLevel level : {CpuLevel::kAvx512, CpuLevel::kAvx2, CpuLevel::kBaseline}) {
    const Kernels* const kernels = &ChooseKernels(level);
    if (all.empty() || all.back() != kernels) all.push_back(kernels);
  }
  return all;
}

class KernelsTest : public testing::TestWithParam<const Kernels*> {
 protected:
  std::mt19937 generator_{11};
};

INSTANTIATE_TEST_SUITE_P(All, KernelsTest, testing::ValuesIn(AllKernels()),
                         [](const auto& kernels) { return kernels.param->name; });

/// One 3x3 convolution and everything that can go with it, in plain loops and double.
struct PlainConv {
  int height = 0, width = 0, in = 0, out = 0;
  std::vector<float> pixels{}, scale{}, shift{}, bias{}, residual{}, out_scale{}, out_shift{};
  Tensor weight{};
  bool half_size = false, activate = false, add = false, residual_half_size = false, activate_output = false;

  double Input(int y, int x, int c) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    const int row_pixels = half_size ? width / 2 : width;
    const int pixel = half_size ? y / 2 * row_pixels + x / 2 : y * row_pixels + x;
    const double value = pixels[static_cast<std::size_t>(pixel * in + c)];
    const auto channel = static_cast<std::size_t>(c);
    return activate ? std::max(value * scale[channel] + shift[channel], 0.0) : value;
  }

  double Output(int y, int x, int o) const {
    const auto channel = static_cast<std::size_t>(o);
    double sum = bias[channel];
    for (int c = 0; c < in; ++c) {
      for (int k = 0; k < 9; ++k) {
        sum += weight.values[(channel * static_cast<std::size_t>(in) + static_cast<std::size_t>(c)) * 9 +
                             static_cast<std::size_t>(k)] *
               Input(y + k / 3 - 1, x + k % 3 - 1, c);
      }
    }
    const int pixel = residual_half_size ? y / 2 * (width / 2) + x / 2 : y * width + x;
    if (add) sum += residual[static_cast<std::size_t>(pixel * out + o)];
    return activate_output ? std::max(sum * out_scale[channel] + out_shift[channel], 0.0) : sum;
  }
};

PlainConv RandomConv(int height, int width, int in, int out, std::mt19937& generator) {
  std::bernoulli_distribution coin;
  PlainConv conv{.height = height, .width = width, .in = in, .out = out};
  const auto pixels = static_cast<std::size_t>(height * width);
  const bool even = height % 2 == 0 && width % 2 == 0;
  conv.half_size = even && coin(generator);
  conv.activate = coin(generator);
  conv.add = coin(generator);
  conv.residual_half_size = even && coin(generator);
  conv.activate_output = coin(generator);
  conv.pixels = RandomFloats(pixels * static_cast<std::size_t>(in), generator);
  conv.scale = RandomFloats(static_cast<std::size_t>(in), generator);
  conv.shift = RandomFloats(static_cast<std::size_t>(in), generator);
  conv.bias = RandomFloats(static_cast<std::size_t>(out), generator);
  conv.residual = RandomFloats(pixels * static_cast<std::size_t>(out), generator);
  conv.out_scale = RandomFloats(static_cast<std::size_t>(out), generator);
  conv.out_shift = RandomFloats(static_cast<std::size_t>(out), generator);
  conv.weight = {.shape = {out, in, 3, 3},
                 .values = RandomFloats(static_cast<std::size_t>(out * in * 9), generator,
                                        1 / std::sqrt(static_cast<float>(9 * in)))};
  return conv;
}

struct ConvResult {
  std::vector<float> pixels;
  std::vector<float> pooled;
};

ConvResult Convolve(const Kernels& kernels, const PlainConv& conv) {
  const Tensor bias{.shape = {conv.out}, .values = conv.bias};
  const PackedConv packed =
      PackConv({.scale = conv.scale, .shift = conv.shift, .weight = &conv.weight, .bias = &bias}, kernels.block);
  ConvResult result{.pixels = std::vector<float>(conv.residual.size(), NAN),
                    .pooled = std::vector<float>(conv.residual.size() / 4, NAN)};
  std::vector<float> scratch(kernels.scratch_floats);
  ConvInput input{.pixels = conv.pixels.data(), .channels = conv.in, .half_size = conv.half_size};
  if (conv.activate) input.activation = {conv.scale.data(), conv.shift.data()};
  ConvOutput output{.pixels = result.pixels.data(), .channels = conv.out, .bias = conv.bias.data()};
  if (conv.add) output.residual = conv.residual.data();
  output.residual_half_size = conv.residual_half_size;
  if (conv.activate_output) output.activation = {conv.out_scale.data(), conv.out_shift.data()};
  if (conv.height % 2 == 0 && conv.width % 2 == 0) output.pooled = result.pooled.data();
  kernels.conv3x3({conv.height, conv.width, 0, conv.height}, input, packed.weights.data(), output, scratch.data());
  return result;
}

TEST_P(KernelsTest, ConvolvesAsPlainLoopsDo) {
  std::uniform_int_distribution side(1, 21);
  std::uniform_int_distribution level(0, 3);
  for (int round = 0; round < 12; ++round) {
    const int in = 32 << level(generator_);
    const int out = 32 << level(generator_);
    const int height = round == 0 ? 34 : side(generator_);  // more than one strip of tiles
    const int width = round == 0 ? 50 : side(generator_);
    const PlainConv conv = RandomConv(height, width, in, out, generator_);
    const std::vector<float> pixels = Convolve(*GetParam(), conv).pixels;
    for (int y = 0; y < conv.height; ++y) {
      for (int x = 0; x < conv.width; ++x) {
        for (int o = 0; o < out; o += 7) {
          ASSERT_NEAR(pixels[static_cast<std::size_t>((y * conv.width + x) * out + o)], conv.Output(y, x, o), 1e-4)
              << conv.height << " x " << conv.width << ", " << in << " -> " << out << " at " << y << ", " << x;
        }
      }
    }
  }
}

TEST_P(KernelsTest, PoolsWhatItWrites) {
  for (auto [height, width] : {std::pair(2, 2), {6, 10}, {16, 12}, {8, 60}}) {
    const PlainConv conv = RandomConv(height, width, 32, 64, generator_);
    const ConvResult result = Convolve(*GetParam(), conv);
    const auto at = [&](int y, int x, int o) {
      return result.pixels[static_cast<std::size_t>((y * width + x) * 64 + o)];
    };
    for (int y = 0; y < height / 2; ++y) {
      for (int x = 0; x < width / 2; ++x) {
        for (int o = 0; o < 64; ++o) {
          const float expected = std::max(
              {at(2 * y, 2 * x, o), at(2 * y, 2 * x + 1, o), at(2 * y + 1, 2 * x, o), at(2 * y + 1, 2 * x + 1, o)});
          ASSERT_EQ(result.pooled[static_cast<std::size_t>((y * (width / 2) + x) * 64 + o)], expected);
        }
      }
    }
  }
}

TEST_P(KernelsTest, ProjectsAsPlainLoopsDo) {
  std::uniform_int_distribution<std::size_t> count(1, 700);
  std::uniform_int_distribution level(0, 3);
  const auto block = static_cast<std::size_t>(GetParam()->block);
  for (int round = 0; round < 12; ++round) {
    const std::size_t pixels = count(generator_);
    const std::size_t in = std::size_t{32} << level(generator_), out = std::size_t{32} << level(generator_);
    const std::vector<float> image = RandomFloats(pixels * in, generator_);
    const std::vector<float> bias = RandomFloats(out, generator_);
    const std::vector<float> weights = RandomFloats(out * in, generator_, 0.1F);  // [out / block][in][block]
    std::vector<float> result(pixels * out, NAN);
    GetParam()->conv1x1(pixels, image.data(), static_cast<int>(in), weights.data(), bias.data(), result.data(),
                        static_cast<int>(out));
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::size_t o = pixel % 5; o < out; o += 5) {
        double sum = bias[o];
        for (std::size_t i = 0; i < in; ++i) {
          sum += double{weights[(o / block * in + i) * block + o % block]} * image[pixel * in + i];
        }
        ASSERT_NEAR(result[pixel * out + o], sum, 1e-4) << pixels << " pixels, " << in << " -> " << out;
      }
    }
  }
}

const StateDict& Nuclei() {
  static const StateDict state =
      *ReadCheckpoint(**FileSource::Open(INTELLICLINIX_SOURCE_DIR "/models/nuclei_bbbc038.pth"));
  return state;
}

CpnetResult Pass(const Network& network, const std::vector<float>& image, std::int64_t height, std::int64_t width,
                 Crew crew = {}) {
  CpnetResult result{.output = {.shape = {1, 3, height, width}, .values = {}},
                     .style = {.shape = {1, 256}, .values = std::vector<float>(256)}};
  result.output.values.resize(static_cast<std::size_t>(3 * height * width));
  const std::int64_t shape[] = {1, 2, height, width};
  const MutableTensorView outputs[] = {{result.output.shape, result.output.values},
                                       {result.style.shape, result.style.values}};
  EXPECT_TRUE(network.Forward({shape, image}, outputs, crew).has_value());
  return result;
}

float MaxDifference(const std::vector<float>& a, const std::vector<float>& b) {
  float difference = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference = std::isfinite(a[i]) ? std::max(difference, std::abs(a[i] - b[i])) : INFINITY;
  }
  return difference;
}

struct Sized {
  int height;
  int width;
  std::vector<float> image;
  CpnetResult expected;
};

/// Random images, of the smallest size and of random ones, and what the plain loops make of them, once for all tests.
const std::vector<Sized>& Samples() {
  static const std::vector<Sized> samples = [] {
    std::mt19937 generator(3);
    std::uniform_int_distribution side(1, 6);
    std::vector<std::pair<int, int>> sizes = {{16, 16}, {16, 96}, {80, 16}};
    for (int i = 0; i < 4; ++i) sizes.emplace_back(16 * side(generator), 16 * side(generator));
    std::vector<Sized> made;
    for (const auto& [height, width] : sizes) {
      const std::vector<float> image = RandomFloats(static_cast<std::size_t>(2 * height * width), generator, 0.5F);
      made.push_back(
          {height, width, image, RunCpnetReference(Nuclei(), {.shape = {2, height, width}, .values = image})});
    }
    return made;
  }();
  return samples;
}

TEST_P(KernelsTest, AgreesWithTheReferenceOnRandomSizes) {
  const Cpnet net = *FindCpnet(Nuclei());
  const NativeCpnet network(net, *GetParam());
  for (const Sized& sample : Samples()) {
    const CpnetResult result = Pass(network, sample.image, sample.height, sample.width);
    const auto [low, high] = std::ranges::minmax(sample.expected.output.values);
    EXPECT_LT(MaxDifference(result.output.values, sample.expected.output.values), 1e-5F * (high - low))
        << sample.height << " x " << sample.width;
    EXPECT_LT(MaxDifference(result.style.values, sample.expected.style.values), 1e-5F);
  }
}

// The order of every sum is the same for vectors of 8 and of 16, so a result does not depend on which of them a
// machine has.
TEST(NativeCpnet, GivesTheSameBitsOnEveryCpuWithFusedArithmetic) {
  const std::vector<const Kernels*> all = AllKernels();
  if (all.size() < 3) GTEST_SKIP() << "this CPU has only one of AVX-512 and AVX2";
  const Cpnet net = *FindCpnet(Nuclei());
  std::mt19937 generator(5);
  const std::vector<float> image = RandomFloats(2 * 224 * 224, generator, 0.5F);
  const CpnetResult widest = Pass(NativeCpnet(net, *all[0]), image, 224, 224);
  const CpnetResult narrower = Pass(NativeCpnet(net, *all[1]), image, 224, 224);
  EXPECT_EQ(widest.output.values, narrower.output.values);
  EXPECT_EQ(widest.style.values, narrower.style.values);
}

TEST(NativeCpnet, GivesTheSameBitsWhoeverSharesTheWork) {
  const NativeCpnet network(*FindCpnet(Nuclei()), *AllKernels().front());
  std::mt19937 generator(8);
  ComputePool pool(3);
  for (auto [height, width] : {std::pair(16, 32), {224, 224}}) {
    const std::vector<float> image = RandomFloats(static_cast<std::size_t>(2 * height * width), generator, 0.5F);
    const CpnetResult alone = Pass(network, image, height, width);
    const CpnetResult shared = Pass(network, image, height, width, {.pool = &pool, .size = 3});
    EXPECT_EQ(shared.output.values, alone.output.values) << height << " x " << width;
    EXPECT_EQ(shared.style.values, alone.style.values);
  }
}

TEST(NativeCpnet, GivesTheSameBitsWhoeverPackedTheWeights) {
  const Cpnet net = *FindCpnet(Nuclei());
  ComputePool pool(3);
  std::mt19937 generator(9);
  const std::vector<float> image = RandomFloats(2 * 32 * 48, generator, 0.5F);
  const CpnetResult alone = Pass(NativeCpnet(net, *AllKernels().front()), image, 32, 48);
  const CpnetResult shared = Pass(NativeCpnet(net, *AllKernels().front(), 1, &pool), image, 32, 48);
  EXPECT_EQ(shared.output.values, alone.output.values);
  EXPECT_EQ(shared.style.values, alone.style.values);
}

}  // namespace
}  // namespace intelliclinix::nn::cpnet
