#include "nn/cpnet/matrix_network.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/checkpoint.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/cpnet/native_cpnet.h"

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

/// All that this CPU can run.
std::vector<const MatrixKernels*> AllMatrixKernels() {
  std::vector<const MatrixKernels*> all;
  for (const CpuLevel level : {CpuLevel::kAmx, CpuLevel::kAvx512Bf16}) {
    const MatrixKernels* const kernels = ChooseMatrixKernels(level);
    if (kernels != nullptr && (all.empty() || all.back() != kernels)) all.push_back(kernels);
  }
  return all;
}

TEST(MatrixNetwork, AgreesWithFloat32OnEverySize) {
  if (AllMatrixKernels().empty()) GTEST_SKIP() << "this CPU has no bfloat16";
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
    }
  }
}

TEST(MatrixNetwork, GivesTheSameBitsWhoeverSharesTheWork) {
  if (AllMatrixKernels().empty()) GTEST_SKIP() << "this CPU has no bfloat16";
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

}  // namespace
}  // namespace intelliclinix::nn::cpnet
