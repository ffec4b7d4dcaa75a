#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "image/decode.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

const std::string kTree = INTELLICLINIX_SOURCE_DIR;

using Rows = std::vector<std::vector<std::string>>;

Rows ParseCsv(const std::string& text) {
  Rows rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

Rows Measured(const image::Image& source, const image::LabelImage& labels) {
  ComputePool pool(2);
  const Labelling labelling{.source = source, .labels = labels, .stem = "cells", .filename = "", .identity = ""};
  const ArtifactBytes csv = MakeArtifacts(labelling, {"measurements"}, {.pool = pool}).value().front();
  EXPECT_EQ(csv.filename, "cells_measurements.csv");
  EXPECT_EQ(csv.content_type, "text/csv");
  return ParseCsv(std::string(reinterpret_cast<const char*>(csv.bytes.data()), csv.bytes.size()));
}

image::Image Example(const std::string& name) {
  return image::Decode(**FileSource::Open(kTree + "/examples/" + name)).value();
}

TEST(Measurements, AreThoseOfScikitImage) {
  const image::Image source = Example("histology_he_256x320.png");
  const image::Image truth = Example("histology_he_256x320_truth.png");
  image::LabelImage labels(truth.height, truth.width);
  std::copy_n(truth.As<std::uint16_t>(), truth.pixel_count(), labels.labels.begin());

  const Rows measured = Measured(source, labels);
  const Rows expected =
      ParseCsv(ReadTextFile(kTree + "/src/runners/artifacts/testdata/histology_he_256x320_regionprops.csv").value());
  ASSERT_EQ(measured.size(), expected.size());
  ASSERT_THAT(measured[0], SizeIs(expected[0].size() + 1));
  EXPECT_TRUE(std::ranges::equal(expected[0], std::span(measured[0]).first(expected[0].size())));
  EXPECT_EQ(measured[0].back(), "touches_edge");
  for (std::size_t row = 1; row < expected.size(); ++row) {
    for (std::size_t column = 0; column < expected[row].size(); ++column) {
      const double value = std::stod(expected[row][column]);
      EXPECT_NEAR(std::stod(measured[row][column]), value, 1e-6 * std::max(1.0, std::abs(value)))
          << expected[0][column] << " of object " << expected[row][0];
    }
  }
}

TEST(Measurements, LeaveOutLabelsThatAreNotThere) {
  image::Image source{.height = 2, .width = 3, .channels = 1, .type = image::PixelType::kFloat32, .samples = {}};
  source.samples.resize(6 * sizeof(float));
  image::LabelImage labels(2, 3);
  labels.at(0, 0) = 2;
  source.As<float>()[0] = 0.5F;
  const Rows rows = Measured(source, labels);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(std::vector(rows[0].end() - 5, rows[0].end()),
              ElementsAre("intensity_mean", "intensity_min", "intensity_max", "intensity_std", "touches_edge"));
  EXPECT_EQ(rows[1][0], "2");
  EXPECT_THAT(std::vector(rows[1].end() - 5, rows[1].end()), ElementsAre("0.5", "0.5", "0.5", "0", "1"));
}

TEST(Measurements, OfNoObjectsAreAHeader) {
  const image::Image source{.height = 2, .width = 3, .channels = 1, .samples = std::vector<std::byte>(6)};
  EXPECT_EQ(Measured(source, image::LabelImage(2, 3)).size(), 1U);
}

}  // namespace
}  // namespace intelliclinix::runners
