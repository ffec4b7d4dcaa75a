// What the artifacts of a 2048 x 2048 image with 1,600 cells cost on two threads: all of the default, and each kind.
#include <cmath>
#include <random>

#include <benchmark/benchmark.h>

#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/outputs.h"

namespace intelliclinix::runners {
namespace {

constexpr int kSide = 2048;
constexpr int kPitch = 51;

/// Blobs of about 40 px on a grid of 40 x 40; their outlines are as uneven as those of nuclei.
image::LabelImage Cells() {
  image::LabelImage labels(kSide, kSide);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> phase(0, 6.28);
  std::uint32_t label = 0;
  for (int cy = 25; cy + 25 < kSide; cy += kPitch) {
    for (int cx = 25; cx + 25 < kSide; cx += kPitch) {
      ++label;
      const double first = phase(random);
      const double second = phase(random);
      for (int y = cy - 24; y <= cy + 24; ++y) {
        for (int x = cx - 24; x <= cx + 24; ++x) {
          const double angle = std::atan2(y - cy, x - cx);
          const double radius = 19 + 3 * std::sin(2 * angle + first) + 1.5 * std::sin(7 * angle + second);
          if (std::hypot(y - cy, x - cx) <= radius) labels.at(y, x) = label;
        }
      }
    }
  }
  return labels;
}

const image::LabelImage& Labels() {
  static const image::LabelImage labels = Cells();
  return labels;
}

const image::Image& Source() {
  static const image::Image source = [] {
    image::Image image{.height = kSide, .width = kSide, .channels = 1, .samples = {}};
    image.samples.resize(image.pixel_count());
    std::mt19937 random(2);
    for (std::size_t i = 0; i < image.pixel_count(); ++i) {
      image.samples[i] = static_cast<std::byte>((Labels().labels[i] > 0 ? 140 : 30) + random() % 24);
    }
    return image;
  }();
  return source;
}

void Make(benchmark::State& state, const std::vector<std::string>& kinds) {
  ComputePool pool(2);
  const std::vector<float> sure(1600, 0.9F);
  const Labelling labelling{.source = Source(),
                            .labels = Labels(),
                            .stem = "cells",
                            .filename = "cells.png",
                            .identity = "cells",
                            .confidence = {.cell_probability = sure, .flow_error = sure}};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto artifacts = MakeArtifacts(labelling, kinds, {.pool = pool});
    bytes = 0;
    for (const ArtifactBytes& artifact : *artifacts) bytes += artifact.bytes.size();
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

void DefaultArtifacts(benchmark::State& state) {
  Make(state, OutputsParameter(false).default_value.get<std::vector<std::string>>());
}
void OneArtifact(benchmark::State& state) {
  const std::string kind = OutputsParameter(false).choices[static_cast<std::size_t>(state.range(0))];
  state.SetLabel(kind);
  Make(state, {kind});
}
BENCHMARK(DefaultArtifacts)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(OneArtifact)->Unit(benchmark::kMillisecond)->DenseRange(0, 11)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace intelliclinix::runners
