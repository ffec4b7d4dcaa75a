// The stages on a 2048 x 2048 image with 23 % of its pixels in nuclei of 17 px, on one core.
#include <algorithm>
#include <cmath>
#include <random>

#include <benchmark/benchmark.h>

#include "cellpose/dynamics.h"
#include "cellpose/euler.h"
#include "cellpose/fill_holes.h"
#include "cellpose/labels.h"
#include "cellpose/masks.h"
#include "cellpose/normalize.h"
#include "cellpose/quality.h"
#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

constexpr int kSide = 2048;
constexpr float kRadius = 8.5F;
constexpr int kSpacing = 31;

/// What a perfect network would say about discs on a jittered grid, with some noise: flows of length 5 towards the
/// centres, shorter near them.
NetworkOutput Nuclei() {
  NetworkOutput output{.flow_y = image::Plane(kSide, kSide),
                       .flow_x = image::Plane(kSide, kSide),
                       .cellprob = image::Plane(kSide, kSide),
                       .style = {}};
  std::ranges::fill(output.cellprob.values, -6.0F);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> jitter(-5, 5);
  std::normal_distribution<float> noise(0, 0.3F);
  for (int cy = 16; cy < kSide - 16; cy += kSpacing) {
    for (int cx = 16; cx < kSide - 16; cx += kSpacing) {
      const float centre_y = static_cast<float>(cy) + jitter(random);
      const float centre_x = static_cast<float>(cx) + jitter(random);
      for (int y = cy - 15; y < cy + 15; ++y) {
        for (int x = cx - 15; x < cx + 15; ++x) {
          const float dy = centre_y - static_cast<float>(y);
          const float dx = centre_x - static_cast<float>(x);
          const float distance = std::hypot(dy, dx);
          if (distance > kRadius) continue;
          output.cellprob.row(y)[x] = 6;
          output.flow_y.row(y)[x] = 5 * dy / std::max(distance, 2.0F) + noise(random);
          output.flow_x.row(y)[x] = 5 * dx / std::max(distance, 2.0F) + noise(random);
        }
      }
    }
  }
  return output;
}

void BM_Normalize(benchmark::State& state) {
  ComputePool pool(1);
  std::mt19937 random(1);
  Planes source{.segment = image::Plane(kSide, kSide), .nucleus = {}};
  for (float& value : source.segment.values) value = static_cast<float>(random() % 4096);
  for (auto _ : state) {
    state.PauseTiming();
    Planes planes = source;
    state.ResumeTiming();
    benchmark::DoNotOptimize(NormalizePlanes(planes, {}, pool, {}));
  }
}
BENCHMARK(BM_Normalize)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void BM_Euler(benchmark::State& state) {
  const NetworkOutput output = Nuclei();
  const CellPixels cells = FindCellPixels(output.cellprob, 0);
  const FlowField field = MakeFlowField(output.flow_y, output.flow_x, cells);
  for (auto _ : state) {
    CellPixels moved = cells;
    FollowInterpolated(field, 200, moved.positions, {});
    benchmark::DoNotOptimize(moved.positions.data());
  }
  state.counters["per_step"] =
      benchmark::Counter(200.0 * static_cast<double>(cells.pixels.size()),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_Euler)->Unit(benchmark::kMillisecond);

/// From the network's output to the labels.
void BM_Masks(benchmark::State& state) {
  ComputePool pool(1);
  const NetworkOutput output = Nuclei();
  for (auto _ : state) {
    StageClock clock;
    auto masks = ComputeMasks(output, {.height = kSide, .width = kSide}, {}, {.pool = pool, .clock = clock});
    if (!masks.has_value()) return state.SkipWithError(masks.error().message.c_str());
    for (const StageTime& time : clock.times()) state.counters[time.stage] = time.milliseconds;
    state.counters["objects"] = image::MaxLabel(masks->labels);
  }
}
BENCHMARK(BM_Masks)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void BM_QualityControl(benchmark::State& state) {
  ComputePool pool(1);
  const NetworkOutput output = Nuclei();
  CellPixels cells = FindCellPixels(output.cellprob, 0);
  const FlowField field = MakeFlowField(output.flow_y, output.flow_x, cells);
  benchmark::DoNotOptimize(FollowFlows(field, {}, cells, pool, {}));
  const image::LabelImage labels = LabelByEnds(cells, kSide, kSide, 0.4);
  for (auto _ : state) {
    image::LabelImage kept = labels;
    benchmark::DoNotOptimize(DropBadFlows(field, 0.4, kept, pool, {}));
  }
}
BENCHMARK(BM_QualityControl)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void BM_LabelByEnds(benchmark::State& state) {
  ComputePool pool(1);
  const NetworkOutput output = Nuclei();
  CellPixels cells = FindCellPixels(output.cellprob, 0);
  const FlowField field = MakeFlowField(output.flow_y, output.flow_x, cells);
  benchmark::DoNotOptimize(FollowFlows(field, {}, cells, pool, {}));
  for (auto _ : state) benchmark::DoNotOptimize(LabelByEnds(cells, kSide, kSide, 0.4));
}
BENCHMARK(BM_LabelByEnds)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void BM_FillHoles(benchmark::State& state) {
  ComputePool pool(1);
  StageClock clock;
  auto labels = ComputeMasks(Nuclei(), {.height = kSide, .width = kSide}, {}, {.pool = pool, .clock = clock})->labels;
  for (auto _ : state) FillHoles(labels);
}
BENCHMARK(BM_FillHoles)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace intelliclinix::cellpose
