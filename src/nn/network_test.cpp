#include "nn/network.h"

#include <cmath>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "nn/checkpoint.h"
#include "nn/cpnet.h"
#include "nn/npy.h"
#include "nn/reference/cpnet_reference.h"

namespace intelliclinix::nn {
namespace {

using testing::HasSubstr;

const std::string kModels = std::string(INTELLICLINIX_SOURCE_DIR) + "/models/";

const StateDict& Nuclei() {
  static const StateDict state = *ReadCheckpoint(**FileSource::Open(kModels + "nuclei_bbbc038.pth"));
  return state;
}

Tensor Array(const std::string& name) { return *ReadNpy(**FileSource::Open(kModels + name)); }

std::unique_ptr<Network> Make(const StateDict& state, const EngineOptions& options = {}) {
  Result<std::unique_ptr<Network>> network = MakeCpnet(state, options);
  EXPECT_TRUE(network.has_value()) << network.error().message;
  return network.has_value() ? *std::move(network) : nullptr;
}

/// Runs `image` [2, h, w].
Result<CpnetResult> Pass(const Network& network, const Tensor& image) {
  const std::int64_t height = image.shape[1];
  const std::int64_t width = image.shape[2];
  CpnetResult result{.output = {.shape = {1, 3, height, width}, .values = {}},
                     .style = {.shape = {1, 256}, .values = std::vector<float>(256)}};
  result.output.values.resize(static_cast<std::size_t>(3 * height * width));
  const std::vector<std::int64_t> shape = {1, image.shape[0], height, width};
  const MutableTensorView outputs[] = {{result.output.shape, result.output.values},
                                       {result.style.shape, result.style.values}};
  IC_RETURN_IF_ERROR(network.Forward({shape, image.values}, outputs, {}));
  return result;
}

float MaxDifference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float difference = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference = std::isfinite(a[i]) ? std::max(difference, std::abs(a[i] - b[i])) : INFINITY;
  }
  return difference;
}

float Range(const std::vector<float>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  EXPECT_GT(high - low, 0.1F);
  return high - low;
}

Tensor RandomImage(std::int64_t height, std::int64_t width, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> noise(0.3F, 0.5F);
  Tensor image{.shape = {2, height, width}, .values = std::vector<float>(static_cast<std::size_t>(2 * height * width))};
  for (float& value : image.values) value = noise(generator);
  return image;
}

/// The shapes of `state` with random weights that keep activations near 1.
StateDict WithRandomWeights(StateDict state) {
  std::mt19937 generator(7);
  for (auto& [name, tensor] : state) {
    const float fan_in = tensor.shape.size() > 1 ? static_cast<float>(tensor.values.size() / tensor.shape[0]) : 25;
    std::normal_distribution<float> noise(0, 1 / std::sqrt(fan_in));
    const bool around_one = name.ends_with(".running_var");
    for (float& value : tensor.values) value = around_one ? 1 + std::abs(noise(generator)) : noise(generator);
  }
  return state;
}

/// What holds for every engine.
class CpnetEngine : public testing::TestWithParam<Engine> {};

INSTANTIATE_TEST_SUITE_P(All, CpnetEngine, testing::Values(Engine::kNative, Engine::kOpenvino),
                         [](const auto& engine) { return engine.param == Engine::kNative ? "native" : "openvino"; });

TEST_P(CpnetEngine, GivesTheReferenceOutputOfTheSelfTestTile) {
  Result<CpnetResult> result = Pass(*Make(Nuclei(), {.engine = GetParam()}), Array("cpnet_self_test_input.npy"));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const float output = MaxDifference(result->output.values, Array("cpnet_self_test_output.npy").values);
  const float style = MaxDifference(result->style.values, Array("cpnet_self_test_style.npy").values);
  EXPECT_LT(output, 1e-4F);
  EXPECT_LT(style, 1e-5F);
  RecordProperty("output_error", std::to_string(output));
}

TEST(Cpnet, GivesNearlyTheSameInBfloat16) {
  if (!CpuHasBfloat16()) GTEST_SKIP() << "this CPU has no bfloat16";
  auto network = Make(Nuclei(), {.precision = Precision::kBfloat16});
  Result<CpnetResult> result = Pass(*network, Array("cpnet_self_test_input.npy"));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Tensor expected = Array("cpnet_self_test_output.npy");
  EXPECT_LT(MaxDifference(result->output.values, expected.values), 0.5F);
  EXPECT_LT(MaxDifference(result->style.values, Array("cpnet_self_test_style.npy").values), 3e-3F);
  double squares = 0;
  double error_squares = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    squares += std::pow(expected.values[i], 2);
    error_squares += std::pow(result->output.values[i] - expected.values[i], 2);
  }
  EXPECT_LT(std::sqrt(error_squares / squares), 0.01);
  EXPECT_GT(error_squares, 0) << "the precision asked for was not used";
}

TEST_P(CpnetEngine, AgreesWithTheReferenceOnOtherSizes) {
  auto network = Make(Nuclei(), {.engine = GetParam()});
  for (auto [height, width] : {std::pair(16, 16), {16, 48}, {48, 80}, {96, 16}}) {
    const Tensor image = RandomImage(height, width, static_cast<unsigned>(height));
    const CpnetResult expected = RunCpnetReference(Nuclei(), image);
    Result<CpnetResult> result = Pass(*network, image);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_LT(MaxDifference(result->output.values, expected.output.values), 1e-5F * Range(expected.output.values))
        << height << " x " << width;
    EXPECT_LT(MaxDifference(result->style.values, expected.style.values), 1e-5F) << height << " x " << width;
  }
}

TEST_P(CpnetEngine, AgreesWithTheReferenceOnRandomWeights) {
  const StateDict state = WithRandomWeights(Nuclei());
  const Tensor image = RandomImage(32, 16, 1);
  const CpnetResult expected = RunCpnetReference(state, image);
  Result<CpnetResult> result = Pass(*Make(state, {.engine = GetParam()}), image);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_LT(MaxDifference(result->output.values, expected.output.values), 1e-5F * Range(expected.output.values));
}

TEST_P(CpnetEngine, GivesTheStyleAlone) {
  auto network = Make(Nuclei(), {.engine = GetParam()});
  const Tensor tile = Array("cpnet_self_test_input.npy");
  std::vector<float> style(256);
  const std::int64_t style_shape[] = {1, 256};
  const std::int64_t shape[] = {1, 2, 112, 112};
  const MutableTensorView outputs[] = {{}, {style_shape, style}};
  ASSERT_TRUE(network->Forward({shape, tile.values}, outputs, {}).has_value());
  EXPECT_EQ(style, Pass(*network, tile)->style.values);
}

TEST_P(CpnetEngine, GivesTheSameFromEveryThread) {
  auto network = Make(Nuclei(), {.engine = GetParam(), .threads = 2});
  const Tensor small = RandomImage(64, 48, 3);
  const Tensor tile = Array("cpnet_self_test_input.npy");
  const std::vector<float> expected_small = Pass(*network, small)->output.values;
  const std::vector<float> expected_tile = Pass(*network, tile)->output.values;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(Pass(*network, small)->output.values, expected_small);
        EXPECT_EQ(Pass(*network, tile)->output.values, expected_tile);
      }
    });
  }
}

TEST_P(CpnetEngine, LeavesTheCallersThreadAsItWas) {
  cpu_set_t before;
  cpu_set_t after;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  auto network = Make(Nuclei(), {.engine = GetParam(), .threads = 2});
  ASSERT_TRUE(Pass(*network, RandomImage(32, 32, 1)).has_value());
  ASSERT_EQ(sched_getaffinity(0, sizeof(after), &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST_P(CpnetEngine, RefusesShapesThatDoNotFit) {
  auto network = Make(Nuclei(), {.engine = GetParam()});
  EXPECT_EQ(Pass(*network, RandomImage(16, 24, 1)).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Pass(*network, RandomImage(0, 16, 1)).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Pass(*network, RandomImage(16, 2048, 1)).error().code, ErrorCode::kInvalidArgument);
  Tensor image = RandomImage(16, 16, 1);
  image.values.pop_back();
  EXPECT_EQ(Pass(*network, image).error().code, ErrorCode::kInvalidArgument);
  image = {.shape = {3, 16, 16}, .values = std::vector<float>(3 * 256)};
  EXPECT_EQ(Pass(*network, image).error().code, ErrorCode::kInvalidArgument);
}

TEST(Cpnet, RefusesOtherNetworksByTheirTensors) {
  const auto error_of = [](const StateDict& state) {
    Result<std::unique_ptr<Network>> network = MakeCpnet(state, {});
    return network.has_value() ? "no error" : network.error().message;
  };
  EXPECT_EQ(error_of({{"encoder.blocks.0.attn.qkv.weight", {}}}),
            "This is not a Cellpose 1-3 network: tensor 'downsample.down.res_down_0.conv.conv_0.0.weight' is missing.");
  StateDict state = Nuclei();
  state.at("upsample.up.res_up_1.conv.conv_2.full.weight").shape = {256, 64};
  EXPECT_THAT(error_of(state), HasSubstr("'upsample.up.res_up_1.conv.conv_2.full.weight' has shape [256, 64] instead "
                                         "of [64, 256]"));
  // Without style, and with other widths, as Cellpose can be trained too.
  state = Nuclei();
  std::erase_if(state, [](const auto& tensor) { return tensor.first.find(".full.") != std::string::npos; });
  EXPECT_THAT(error_of(state), HasSubstr("'upsample.up.res_up_0.conv.conv_1.full.weight' is missing"));
  state = Nuclei();
  Tensor& first = state.at("downsample.down.res_down_0.conv.conv_0.2.weight");
  first = {.shape = {48, 2, 3, 3}, .values = std::vector<float>(48 * 2 * 9)};
  EXPECT_THAT(error_of(state), HasSubstr("'downsample.down.res_down_0.conv.conv_0.2.weight' has shape [48, 2, 3, 3] "
                                         "instead of [32, 2, 3, 3]"));
  state = Nuclei();
  state.at("output.0.running_var").values[5] = -1;
  EXPECT_THAT(error_of(state), HasSubstr("'output.0.running_var'"));
}

TEST(Cpnet, RefusesBadOptions) {
  EXPECT_EQ(MakeCpnet(Nuclei(), {.threads = 0}).error().field, "threads");
  if (!CpuHasBfloat16()) {
    EXPECT_EQ(MakeCpnet(Nuclei(), {.precision = Precision::kBfloat16}).error().field, "precision");
  }
}

TEST(Cpnet, SaysWhatItRunsOn) {
  const NetworkDescription description = Make(Nuclei(), {.engine = Engine::kOpenvino})->Describe();
  EXPECT_EQ(description.engine, "openvino 2026.4");
  EXPECT_THAT(Make(Nuclei())->Describe().engine, testing::StartsWith("native "));
  EXPECT_FALSE(description.device.empty());
  EXPECT_EQ(PrecisionName(description.precision), "f32");
}

TEST(CpuLevel, MasksWhatTheCpuHas) {
  EXPECT_EQ(Make(Nuclei(), {.cpu = CpuLevel::kBaseline})->Describe().engine, "native portable");
  EXPECT_EQ(MakeCpnet(Nuclei(), {.precision = Precision::kBfloat16, .cpu = CpuLevel::kAvx512}).error().field,
            "precision");
  if (CpuHasBfloat16()) {
    const EngineOptions dot_products = {.precision = Precision::kBfloat16, .cpu = CpuLevel::kAvx512Bf16};
    EXPECT_EQ(Make(Nuclei(), dot_products)->Describe().engine, "native avx512bf16");
  }
  for (const auto* name : {"baseline", "avx2", "avx512", "avx512bf16", "amx"}) {
    EXPECT_EQ(CpuLevelName(ParseCpuLevel(name).value()), name);
  }
  EXPECT_FALSE(ParseCpuLevel("sse9").has_value());
}

TEST(ReadDiameters, ReadsThoseOfTheShippedModel) {
  Result<CpnetDiameters> diameters = ReadDiameters(Nuclei());
  ASSERT_TRUE(diameters.has_value());
  EXPECT_EQ(diameters->diam_mean, 17.F);
  EXPECT_NEAR(diameters->diam_labels, 18.334, 1e-3);
  StateDict state = Nuclei();
  state.at("diam_labels").values = {-1};
  EXPECT_THAT(ReadDiameters(state).error().message, HasSubstr("'diam_labels' is not a positive number"));
  state.erase("diam_mean");
  EXPECT_THAT(ReadDiameters(state).error().message, HasSubstr("'diam_mean' is missing"));
}

}  // namespace
}  // namespace intelliclinix::nn
