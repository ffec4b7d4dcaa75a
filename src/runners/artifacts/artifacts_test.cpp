#include "runners/artifacts/artifacts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/contours.h"
#include "image/decode.h"
#include "image/display.h"
#include "image/encode.h"
#include "image/render.h"
#include "records/artifact.h"
#include "runners/artifacts/decoded_artifact_test.h"
#include "runners/artifacts/outputs.h"

namespace intelliclinix::runners {
namespace {

using testing::ElementsAre;
namespace kind = records::artifact_kind;

const std::string kStem = "slide 1";
const std::vector<std::string> kPictures = {"label_mask", "class_mask", "instance_mask", "overlay", "composite"};

image::Image GreyRamp(int height, int width) {
  image::Image ramp{.height = height, .width = width, .channels = 1, .samples = {}};
  for (std::size_t i = 0; i < ramp.pixel_count(); ++i) ramp.samples.push_back(static_cast<std::byte>(i % 251));
  return ramp;
}

/// Objects 1 and 2 side by side, 3 alone; no label 4; 5 of one pixel in the corner.
image::LabelImage FourObjects() {
  image::LabelImage labels(12, 16);
  for (int y = 2; y < 7; ++y) {
    for (int x = 2; x < 6; ++x) labels.at(y, x) = 1;
    for (int x = 6; x < 10; ++x) labels.at(y, x) = 2;
    for (int x = 12; x < 15; ++x) labels.at(y, x) = 3;
  }
  labels.at(11, 15) = 5;
  return labels;
}

Labelling LabellingOf(const image::Image& source, const image::LabelImage& labels) {
  return {.source = source, .labels = labels, .stem = kStem, .filename = kStem + ".tif", .identity = "x"};
}

std::vector<ArtifactBytes> Make(const image::Image& source, const image::LabelImage& labels,
                                const std::vector<std::string>& kinds = OutputsParameter(false).choices) {
  ComputePool pool(2);
  return MakeArtifacts(LabellingOf(source, labels), kinds, {.pool = pool}).value();
}

ArtifactBytes MakeOne(const image::LabelImage& labels, const std::string& name) {
  return Make(GreyRamp(labels.height, labels.width), labels, {name}).front();
}

std::string Text(const ArtifactBytes& artifact) {
  return {reinterpret_cast<const char*>(artifact.bytes.data()), artifact.bytes.size()};
}

TEST(Artifacts, HaveTheNamesOfTheContract) {
  std::vector<std::string> kinds, names;
  for (const ArtifactBytes& artifact : Make(GreyRamp(12, 16), FourObjects())) {
    kinds.push_back(artifact.kind);
    names.push_back(artifact.filename);
  }
  EXPECT_EQ(kinds, OutputsParameter(false).choices);
  EXPECT_THAT(names, ElementsAre("slide 1_cp_masks.png", "slide 1_class_mask.png", "slide 1_instance_mask.png",
                                 "slide 1_overlay.png", "slide 1_composite.png", "slide 1_cp_outlines.txt",
                                 "slide 1_rois.zip", "slide 1.geojson", "slide 1_coco.json", "slide 1_measurements.csv",
                                 "slide 1_nuclei.json", "slide 1_seg.npy"));
}

TEST(Artifacts, AreOnlyThoseThatAreAskedForInTheOrderOfTheQuestion) {
  const auto artifacts = Make(GreyRamp(12, 16), FourObjects(), {"measurements", "overlay"});
  ASSERT_EQ(artifacts.size(), 2U);
  EXPECT_EQ(artifacts[0].kind, kind::kMeasurements);
  EXPECT_EQ(artifacts[1].kind, kind::kOverlay);
}

TEST(Artifacts, AgreeOnEveryPixel) {
  const image::LabelImage labels = FourObjects();
  const std::vector<ArtifactBytes> artifacts = Make(GreyRamp(12, 16), labels, kPictures);
  const image::Image mask = DecodedArtifact(artifacts[0]), classes = DecodedArtifact(artifacts[1]),
                     instances = DecodedArtifact(artifacts[2]);
  ASSERT_EQ(mask.type, image::PixelType::kUint16);
  ASSERT_EQ(classes.channels, 3);
  ASSERT_EQ(instances.channels, 3);

  std::map<std::uint32_t, image::Rgb> colours;
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    const auto* class_pixel = classes.As<std::uint8_t>() + 3 * i;
    const auto* instance_pixel = instances.As<std::uint8_t>() + 3 * i;
    const std::uint32_t label = labels.labels[i];
    const image::Rgb colour{instance_pixel[0], instance_pixel[1], instance_pixel[2]};
    EXPECT_EQ(mask.As<std::uint16_t>()[i], label);
    EXPECT_EQ((image::Rgb{class_pixel[0], class_pixel[1], class_pixel[2]}),
              label == 0 ? image::Rgb{} : image::kNucleusColour);
    EXPECT_EQ(colours.try_emplace(label, colour).first->second, colour);
  }
  EXPECT_EQ(colours[0], image::Rgb{});
  EXPECT_NE(colours[1], image::Rgb{});
  EXPECT_NE(colours[1], colours[2]);
}

/// Whether an RGBA PNG, of which the decoder gives the colours only, has a pixel of another alpha than 0 can be told by
/// its colour: a transparent pixel is black.
TEST(Artifacts, TheOverlayColoursObjectsAlone) {
  const image::LabelImage labels = FourObjects();
  const ArtifactBytes overlay = MakeOne(labels, "overlay");
  MemorySource file{std::span<const std::byte>(overlay.bytes)};
  EXPECT_TRUE(image::ReadHeader(file).value().has_alpha);
  const image::Image picture = DecodedArtifact(overlay);
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    const auto* pixel = picture.As<std::uint8_t>() + 3 * i;
    EXPECT_EQ(pixel[0] + pixel[1] + pixel[2] > 0, labels.labels[i] != 0) << i;
  }
}

TEST(Artifacts, TheCompositeIsTheImageUnderOutlines) {
  const image::Image source = GreyRamp(12, 16);
  const image::LabelImage labels = FourObjects();
  const image::Image composite = DecodedArtifact(Make(source, labels, {"composite"})[0]);
  const image::Image shown = image::StretchForDisplay(source);
  const std::vector<std::uint8_t> outline = image::OutlinePixels(labels);
  ASSERT_EQ(composite.channels, 3);
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const auto* pixel = composite.As<std::uint8_t>() + 3 * i;
    const bool is_grey = pixel[0] == pixel[1] && pixel[1] == pixel[2];
    EXPECT_EQ(is_grey, outline[i] == 0) << i;
    if (is_grey) {
      EXPECT_EQ(pixel[0], shown.As<std::uint8_t>()[i]);
    }
  }
}

TEST(Artifacts, ManyObjectsNeedThirtyTwoBits) {
  image::LabelImage labels(300, 300);
  for (std::uint32_t i = 0; i < 65'536; ++i) labels.labels[i] = i + 1;
  const ArtifactBytes mask = MakeOne(labels, "label_mask");
  EXPECT_EQ(mask.filename, "slide 1_cp_masks.tif");
  EXPECT_EQ(mask.content_type, "image/tiff");
  EXPECT_EQ(mask.bytes, image::EncodeLabelTiff32(labels).value());

  labels.labels[65'535] = 0;
  const ArtifactBytes smaller = MakeOne(labels, "label_mask");
  EXPECT_EQ(smaller.filename, "slide 1_cp_masks.png");
  EXPECT_EQ(DecodedArtifact(smaller).As<std::uint16_t>()[65'534], 65'535);
}

TEST(Artifacts, OutlinesAreLinesOfTheReference) {
  image::LabelImage labels(6, 8);
  for (int y = 1; y < 4; ++y) {
    for (int x = 2; x < 5; ++x) labels.at(y, x) = 1;
  }
  labels.at(5, 7) = 3;
  EXPECT_EQ(Text(MakeOne(labels, "outlines")), "2,1,2,2,2,3,3,3,4,3,4,2,4,1,3,1\n\n");
}

TEST(Artifacts, AnImageWithoutObjectsHasEmptyOnes) {
  for (const ArtifactBytes& artifact : Make(GreyRamp(5, 7), image::LabelImage(5, 7))) {
    if (artifact.kind == kind::kOutlines) {
      EXPECT_TRUE(artifact.bytes.empty());
    }
    if (artifact.content_type != "image/png") continue;
    const image::Image picture = DecodedArtifact(artifact);
    EXPECT_EQ(picture.height, 5);
    EXPECT_EQ(picture.width, 7);
    if (artifact.kind == kind::kComposite) continue;
    EXPECT_TRUE(std::ranges::all_of(picture.samples, [](std::byte sample) { return sample == std::byte{0}; }))
        << artifact.kind;
  }
}

TEST(Artifacts, StopWhenToldTo) {
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  const image::Image source = GreyRamp(12, 16);
  const image::LabelImage labels = FourObjects();
  const auto made = MakeArtifacts(LabellingOf(source, labels), kPictures, {.pool = pool, .stop = stop.get_token()});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::runners
