// A 2048 x 2048 image with some 10,000 nuclei: what decoding it and writing its results cost on one core.
#include <random>

#include <benchmark/benchmark.h>

#include "image/contours.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/preview.h"
#include "image/regions.h"
#include "image/render.h"
#include "image/resize.h"

namespace intelliclinix::image {
namespace {

constexpr int kSide = 2048;

/// Discs of 17 px on a jittered grid of 20 px.
LabelImage Nuclei() {
  LabelImage labels(kSide, kSide);
  std::mt19937 random(1);
  std::uniform_int_distribution<int> jitter(-3, 3);
  std::uint32_t label = 0;
  for (int cy = 12; cy < kSide - 12; cy += 20) {
    for (int cx = 12; cx < kSide - 12; cx += 20) {
      int y0 = cy + jitter(random);
      int x0 = cx + jitter(random);
      ++label;
      for (int y = y0 - 8; y <= y0 + 8; ++y) {
        for (int x = x0 - 8; x <= x0 + 8; ++x) {
          if ((y - y0) * (y - y0) + (x - x0) * (x - x0) <= 70) labels.at(y, x) = label;
        }
      }
    }
  }
  return labels;
}

/// Those nuclei bright on dark, with camera noise.
Image Micrograph(const LabelImage& labels) {
  Image image{.height = kSide, .width = kSide, .channels = 1, .type = PixelType::kUint8, .samples = {}};
  image.samples.resize(image.pixel_count());
  std::mt19937 random(2);
  std::normal_distribution<float> noise(0, 6);
  for (std::size_t i = 0; i < image.pixel_count(); ++i) {
    float value = (labels.labels[i] != 0 ? 140.0F : 30.0F) + noise(random);
    image.As<std::uint8_t>()[i] = static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  }
  return image;
}

const LabelImage& Labels() {
  static const LabelImage labels = Nuclei();
  return labels;
}
const Image& Source() {
  static const Image source = Micrograph(Labels());
  return source;
}

const Drawing& Nuclear() {
  static const std::vector<std::uint8_t> outline = OutlinePixels(Labels());
  static const std::vector<std::uint8_t> colours = AssignColours(Labels(), outline);
  static const Drawing drawing{Labels(), outline, colours};
  return drawing;
}

template <typename Encode>
void RunEncoder(benchmark::State& state, const Encode& encode) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encode().value().size();
  state.counters["file_MB"] = static_cast<double>(bytes) / 1e6;
}

void EncodeLabels(benchmark::State& state) {
  RunEncoder(state, [] { return EncodeLabelPng16(Labels()); });
}
void EncodeTiff(benchmark::State& state) {
  RunEncoder(state, [] { return EncodeLabelTiff32(Labels()); });
}
void EncodeOverlay(benchmark::State& state) {
  RunEncoder(state, [] { return EncodePng(DrawOverlay(Nuclear())); });
}
void EncodeClassMask(benchmark::State& state) {
  RunEncoder(state, [] { return EncodePng(DrawClassMask(Labels())); });
}
void EncodeInstanceMask(benchmark::State& state) {
  RunEncoder(state, [] { return EncodePng(DrawInstanceMask(Nuclear())); });
}
void EncodeComposite(benchmark::State& state) {
  RunEncoder(state, [] { return EncodePng(DrawComposite(Source(), Nuclear()), PngContent::kPhotograph); });
}
BENCHMARK(EncodeLabels)->Unit(benchmark::kMillisecond);
BENCHMARK(EncodeTiff)->Unit(benchmark::kMillisecond);
BENCHMARK(EncodeOverlay)->Unit(benchmark::kMillisecond);
BENCHMARK(EncodeClassMask)->Unit(benchmark::kMillisecond);
BENCHMARK(EncodeInstanceMask)->Unit(benchmark::kMillisecond);
BENCHMARK(EncodeComposite)->Unit(benchmark::kMillisecond);

void DecodePng(benchmark::State& state) {
  MemorySource file(EncodePng(Source(), PngContent::kPhotograph).value());
  for (auto _ : state) benchmark::DoNotOptimize(Decode(file).value());
}
void CheckPng(benchmark::State& state) {
  MemorySource file(EncodePng(Source(), PngContent::kPhotograph).value());
  for (auto _ : state) benchmark::DoNotOptimize(Check(file).value());
}
void PreviewPng(benchmark::State& state) {
  MemorySource file(EncodePng(Source(), PngContent::kPhotograph).value());
  RunEncoder(state, [&] { return MakePreview(file); });
}
BENCHMARK(DecodePng)->Unit(benchmark::kMillisecond);
BENCHMARK(CheckPng)->Unit(benchmark::kMillisecond);
BENCHMARK(PreviewPng)->Unit(benchmark::kMillisecond);

template <typename Work>
void RunOnLabels(benchmark::State& state, const Work& work) {
  const LabelImage& labels = Labels();
  for (auto _ : state) benchmark::DoNotOptimize(work(labels));
}
void Regions(benchmark::State& state) { RunOnLabels(state, MeasureRegions); }
void Outlines(benchmark::State& state) { RunOnLabels(state, OutlinePixels); }
void Colours(benchmark::State& state) {
  RunOnLabels(state, [](const LabelImage& labels) { return AssignColours(labels, Nuclear().outline); });
}
void Contours(benchmark::State& state) {
  const std::vector<Region> regions = MeasureRegions(Labels());
  RunOnLabels(state, [&](const LabelImage& labels) {
    std::size_t points = 0;
    for (const Region& region : regions) points += TraceContour(CutMask(labels, region), region).size();
    return points;
  });
}
void Bilinear(benchmark::State& state) {
  Plane plane(kSide, kSide);
  for (auto _ : state) benchmark::DoNotOptimize(ResizeBilinear(plane, kSide * 17 / 10, kSide * 17 / 10));
}
BENCHMARK(Regions)->Unit(benchmark::kMillisecond);
BENCHMARK(Outlines)->Unit(benchmark::kMillisecond);
BENCHMARK(Colours)->Unit(benchmark::kMillisecond);
BENCHMARK(Contours)->Unit(benchmark::kMillisecond);
BENCHMARK(Bilinear)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace intelliclinix::image
