// The U-Net that ships on the example images: against the truth, and against the plain reading of its output.
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "cellpose/fill_holes.h"
#include "cellpose/normalize.h"
#include "cellpose/planes.h"
#include "golden/golden_case.h"
#include "golden/nuclei_model.h"
#include "image/matching.h"
#include "nn/onnx.h"
#include "unet/reference/nearest_seed_reference.h"
#include "unet/segment.h"

namespace intelliclinix::golden {
namespace {

nn::OnnxNetwork ReadNetwork() {
  const auto file = Must(FileSource::Open(SourceFolder() / "models/unet_nuclei_bbbc038.onnx"));
  return Must(nn::MakeOnnxNetwork(Must(ReadAll(*file, 1 << 26)), {.threads = AvailableCores()}));
}

image::LabelImage PlainReading(const unet::Model& model, const image::Image& source) {
  const unet::Options options{.interior_threshold = 0.5};
  cellpose::Planes planes = cellpose::TakePlanes(source, {0, 0});
  if (!cellpose::NormalizePlanes(planes, {}, Pool(), {})) throw std::runtime_error("The planes are not scaled.");
  image::LabelImage labels =
      unet::reference::NearestSeed(Must(unet::RunNetwork(model, {planes.segment}, {.pool = Pool()})), options);
  cellpose::PerLabel none;
  cellpose::FillHoles(labels);
  cellpose::DropSmall(options.min_size, labels, none);
  return labels;
}

struct Scores {
  double ap50 = 0;
  double ap75 = 0;
  int images = 0;

  void Add(const image::LabelImage& truth, const image::LabelImage& found) {
    ap50 += image::Match(truth, found, 0.5).average_precision();
    ap75 += image::Match(truth, found, 0.75).average_precision();
    ++images;
  }
  double mean50() const { return ap50 / images; }
  double mean75() const { return ap75 / images; }
};

TEST(UnetExamples, TheWatershedIsNoWorseThanThePlainReading) {
  const nn::OnnxNetwork network = ReadNetwork();
  const unet::Model model{*network.network, {}};
  Scores watershed;
  Scores plain;
  const std::string suffix = "_truth.png";
  for (const auto& entry : std::filesystem::directory_iterator(SourceFolder() / "examples")) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(suffix)) continue;
    name.resize(name.size() - suffix.size());
    const image::Image source = ReadImage(entry.path().parent_path() / (name + ".png"));
    const image::LabelImage truth = ReadLabels(entry.path());
    watershed.Add(truth, Must(unet::Segment(model, source, {}, {.pool = Pool()})).labels);
    plain.Add(truth, PlainReading(model, source));
  }
  std::printf("watershed AP50 %.3f AP75 %.3f, plain reading AP50 %.3f AP75 %.3f\n", watershed.mean50(),
              watershed.mean75(), plain.mean50(), plain.mean75());
  EXPECT_GE(watershed.mean50(), plain.mean50());
  EXPECT_GE(watershed.mean75(), plain.mean75());
  EXPECT_GE(watershed.mean50(), 0.58);
  EXPECT_GE(watershed.mean75(), 0.42);
}

}  // namespace
}  // namespace intelliclinix::golden
