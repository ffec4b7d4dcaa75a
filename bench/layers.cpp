#include "bench/layers.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "bench/peaks.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/cpnet/matrix_network.h"
#include "nn/cpnet/native_cpnet.h"

namespace intelliclinix::bench {
namespace {

using nn::cpnet::Kernels;
using nn::cpnet::MatrixKernels;
using Clock = std::chrono::steady_clock;

constexpr double kFloatBytes = sizeof(float);
constexpr double kBfloatBytes = sizeof(nn::cpnet::Bfloat16);
constexpr double kTaps = 9;

/// What one pass of a thread took.
class PassLog {
 public:
  void Add(const LayerKind& layer) {
    auto found = std::ranges::find(kinds_, layer.name, &LayerKind::name);
    if (found == kinds_.end()) found = kinds_.insert(kinds_.end(), LayerKind{.name = layer.name});
    found->layers += layer.layers;
    found->seconds += layer.seconds;
    found->operations += layer.operations;
    found->direct_operations += layer.direct_operations;
    found->bytes += layer.bytes;
  }
  const std::vector<LayerKind>& kinds() const { return kinds_; }

 private:
  std::vector<LayerKind> kinds_;
};

// Kernels are plain functions, so what ours call and where they write it can only be variables.
const Kernels* real_kernels = nullptr;
const MatrixKernels* real_matrix_kernels = nullptr;
thread_local PassLog* pass_log = nullptr;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Runs a kernel and writes down what it took.
template <typename Run>
void Timed(LayerKind layer, const Run& run) {
  const Clock::time_point begin = Clock::now();
  run();
  layer.seconds = SecondsSince(begin);
  if (pass_log != nullptr) pass_log->Add(layer);
}

std::string NameOf(const char* what, int height, int width, int in, int out) {
  return std::string(what) + ", " + std::to_string(height) + " x " + std::to_string(width) + ", " + std::to_string(in) +
         " to " + std::to_string(out);
}

void Conv3x3(nn::cpnet::ConvShape shape, const nn::cpnet::ConvInput& input, const float* weights,
             const nn::cpnet::ConvOutput& output, float* scratch) {
  const double pixels = static_cast<double>(shape.end - shape.begin) * shape.width;
  const double tiles = (shape.end - shape.begin + 3) / 4 * ((shape.width + 3) / 4);
  const double products = static_cast<double>(input.channels) * output.channels;
  const double read = input.channels / (input.half_size ? 4.0 : 1.0);
  const double added = output.residual == nullptr ? 0 : output.channels / (output.residual_half_size ? 4.0 : 1.0);
  const double written = output.channels * (output.pooled == nullptr ? 1 : 1.25);
  Timed({.name = NameOf(input.half_size ? "upsampling and 3x3" : "3x3", shape.height, shape.width, input.channels,
                        output.channels),
         .layers = 1,
         .operations = 2 * nn::cpnet::kPoints * tiles * products,
         .direct_operations = 2 * kTaps * pixels * products,
         .bytes = kFloatBytes * (pixels * (read + added + written) + nn::cpnet::kPoints * products)},
        [&] { real_kernels->conv3x3(shape, input, weights, output, scratch); });
}

void Conv1x1(std::size_t pixels, const float* input, int in, const float* weights, const float* bias, float* output,
             int out) {
  const auto count = static_cast<double>(pixels);
  const double operations = 2.0 * in * out * count;
  Timed({.name = "1x1, " + std::to_string(pixels) + " pixels, " + std::to_string(in) + " to " + std::to_string(out),
         .layers = 1,
         .operations = operations,
         .direct_operations = operations,
         .bytes = kFloatBytes * (count * (in + out) + static_cast<double>(in) * out)},
        [&] { real_kernels->conv1x1(pixels, input, in, weights, bias, output, out); });
}

void First(nn::cpnet::ConvShape shape, const nn::cpnet::FirstLayer& layer) {
  const double pixels = static_cast<double>(shape.end - shape.begin) * shape.width;
  const double operations = 2 * (kTaps + 1) * 2 * 32 * pixels;
  Timed({.name = NameOf("first 3x3 and 1x1", shape.height, shape.width, 2, 32),
         .layers = 1,
         .operations = operations,
         .direct_operations = operations,
         .bytes = kFloatBytes * pixels * (2 + 2 + 32 + 32)},
        [&] { real_kernels->first(shape, layer); });
}

void Last(nn::cpnet::ConvShape shape, const nn::cpnet::LastLayer& layer) {
  const double pixels = static_cast<double>(shape.end - shape.begin) * shape.width;
  const double operations = 2.0 * 32 * 3 * pixels;
  Timed({.name = NameOf("last 1x1", shape.height, shape.width, 32, 3),
         .layers = 1,
         .operations = operations,
         .direct_operations = operations,
         .bytes = kFloatBytes * pixels * (32 + 3)},
        [&] { real_kernels->last(shape, layer); });
}

/// A strip of a layer; its weights count once a layer.
void Multiply(const nn::cpnet::MatrixProduct& product, const nn::cpnet::MatrixOutput& output) {
  const int height = product.grid.height, width = product.grid.width;
  const double share = static_cast<double>(product.rows.end - product.rows.begin) / height;
  const double pixels = share * height * width;
  const double operations = 2.0 * product.steps * nn::cpnet::kGroup * product.out * pixels;
  const int taps = output.upsample ? 4 : static_cast<int>(kTaps);
  const int in = nn::cpnet::kGroup * (product.steps / taps + product.steps % taps);
  const double images = (output.raw == nullptr ? 0 : 1) + (output.activated == nullptr ? 0 : 1) +
                        (output.residual == nullptr  ? 0
                         : output.residual_half_size ? 0.25
                                                     : 1);
  Timed({.name = NameOf(output.upsample        ? "upsampling and 3x3, one pixel of four"
                        : product.steps < taps ? "1x1"
                                               : "3x3",
                        height, width, in, product.out),
         .layers = share,
         .operations = operations,
         .direct_operations = operations * (output.upsample ? kTaps / 4 : 1),
         .bytes = kBfloatBytes * (pixels * (in + images * product.out) +
                                  share * static_cast<double>(product.steps) * nn::cpnet::kGroup * product.out)},
        [&] { real_matrix_kernels->multiply(product, output); });
}

void Pool(const nn::cpnet::MatrixPool& pool) {
  const int rows = pool.rows.end - pool.rows.begin;
  const double pixels = static_cast<double>(rows) * pool.grid.width;
  Timed({.name = NameOf("2x2 maxima", pool.grid.height, pool.grid.width, pool.channels, pool.channels),
         .layers = static_cast<double>(rows) / pool.grid.height,
         .bytes = kBfloatBytes * pixels * pool.channels * 1.5},
        [&] { real_matrix_kernels->pool(pool); });
}

void Gather(const nn::cpnet::MatrixGather& gather) {
  const int rows = gather.rows.end - gather.rows.begin;
  const double pixels = static_cast<double>(rows) * gather.grid.width;
  Timed({.name = NameOf("neighbourhoods", gather.grid.height, gather.grid.width, 2, nn::cpnet::kGroup),
         .layers = static_cast<double>(rows) / gather.grid.height,
         .bytes = pixels * (2 * 2 * kFloatBytes + nn::cpnet::kGroup * kBfloatBytes)},
        [&] { real_matrix_kernels->gather(gather); });
}

/// The network on the engine's kernels, called through ours, which are `timed` and `timed_matrix`.
std::unique_ptr<nn::Network> MakeTimed(const nn::Cpnet& net, const LayerBench& bench, Kernels& timed,
                                       MatrixKernels& timed_matrix) {
  if (bench.precision == nn::Precision::kFloat32) {
    real_kernels = &nn::cpnet::ChooseKernels(bench.cpu);
    timed = {real_kernels->name, real_kernels->block, real_kernels->scratch_floats, Conv3x3, Conv1x1, First, Last};
    return std::make_unique<nn::cpnet::NativeCpnet>(net, timed, bench.threads);
  }
  real_matrix_kernels = nn::cpnet::ChooseMatrixKernels(bench.cpu);
  if (real_matrix_kernels == nullptr) return nullptr;
  timed_matrix = {real_matrix_kernels->name, Multiply, Pool, Gather};
  return std::make_unique<nn::cpnet::MatrixNetwork>(net, timed_matrix, bench.threads);
}

/// The layers of one pass and the rest.
std::vector<LayerKind> OnePass(const nn::Network& network, const LayerBench& bench) {
  PassLog log;
  double seconds = 0;
  TimeOnThreads(bench.threads, [&](int thread) {
    if (thread == 0) pass_log = &log;
    const Clock::time_point begin = Clock::now();
    bench.pass(network, thread);
    if (thread == 0) seconds = SecondsSince(begin);
  });
  std::vector<LayerKind> kinds = log.kinds();
  for (const LayerKind& kind : log.kinds()) seconds -= kind.seconds;
  kinds.push_back({.name = "the rest", .layers = 1, .seconds = seconds});
  return kinds;
}

}  // namespace

std::vector<LayerKind> TimeLayers(const nn::Cpnet& net, const LayerBench& bench) {
  Kernels timed{};
  MatrixKernels timed_matrix{};
  const std::unique_ptr<nn::Network> network = MakeTimed(net, bench, timed, timed_matrix);
  if (network == nullptr) return {};
  std::vector<LayerKind> least = OnePass(*network, bench);
  for (int round = 0; round < bench.rounds; ++round) {
    const std::vector<LayerKind> now = OnePass(*network, bench);
    for (std::size_t i = 0; i < least.size(); ++i) least[i].seconds = std::min(least[i].seconds, now[i].seconds);
  }
  return least;
}

}  // namespace intelliclinix::bench
