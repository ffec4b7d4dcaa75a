// How long CPnet takes on a tile, with every core busy.
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/compute_pool.h"
#include "nn/checkpoint.h"
#include "nn/network.h"

namespace intelliclinix::nn {
namespace {

StateDict ReadNuclei() {
  return *ReadCheckpoint(**FileSource::Open(INTELLICLINIX_SOURCE_DIR "/models/nuclei_bbbc038.pth"));
}

void BM_ReadCheckpoint(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ReadNuclei());
}
BENCHMARK(BM_ReadCheckpoint)->Unit(benchmark::kMillisecond);

void Pass(const Network& network, std::int64_t side) {
  const std::int64_t input_shape[] = {1, 2, side, side};
  const std::int64_t output_shape[] = {1, 3, side, side};
  const std::int64_t style_shape[] = {1, 256};
  const std::vector<float> input(static_cast<std::size_t>(2 * side * side), 0.5F);
  std::vector<float> output(static_cast<std::size_t>(3 * side * side));
  std::vector<float> style(256);
  const MutableTensorView outputs[] = {{output_shape, output}, {style_shape, style}};
  if (!network.Forward({input_shape, input}, outputs, {}).has_value()) std::abort();
}

// From the weights in memory to the first output: what a start of the process waits for.
void BM_FirstPass(benchmark::State& state) {
  const StateDict weights = ReadNuclei();
  for (auto _ : state) {
    auto network = MakeCpnet(weights, {.threads = AvailableCores()});
    Pass(**network, state.range(0));
  }
}
BENCHMARK(BM_FirstPass)->Arg(224)->Arg(208)->Unit(benchmark::kMillisecond)->UseRealTime();

// The time a tile, not a pass: as many passes as cores run at once.
void BM_Tile(benchmark::State& state, Engine engine, Precision precision) {
  constexpr int kPasses = 8;
  const int threads = AvailableCores();
  auto network = MakeCpnet(ReadNuclei(), {.engine = engine, .precision = precision, .threads = threads});
  if (!network.has_value()) return state.SkipWithError(network.error().message.c_str());
  Pass(**network, state.range(0));
  for (auto _ : state) {
    std::vector<std::jthread> callers;
    for (int i = 0; i < threads; ++i) {
      callers.emplace_back([&] {
        for (int pass = 0; pass < kPasses; ++pass) Pass(**network, state.range(0));
      });
    }
  }
  state.counters["per_tile"] =
      benchmark::Counter(static_cast<double>(threads) * kPasses,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void Tiles(benchmark::internal::Benchmark* bench) {
  bench->Arg(224)->Arg(208)->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK_CAPTURE(BM_Tile, native_f32, Engine::kNative, Precision::kFloat32)->Apply(Tiles);
BENCHMARK_CAPTURE(BM_Tile, openvino_f32, Engine::kOpenvino, Precision::kFloat32)->Apply(Tiles);
BENCHMARK_CAPTURE(BM_Tile, openvino_bf16, Engine::kOpenvino, Precision::kBfloat16)->Apply(Tiles);

}  // namespace
}  // namespace intelliclinix::nn
