#include "runners/label_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/encode.h"
#include "image/image.h"

namespace intelliclinix::runners {
namespace {

using ::testing::HasSubstr;

/// A PNG of one row of labels.
std::vector<std::byte> Row(std::initializer_list<std::uint32_t> labels) {
  image::LabelImage row(1, static_cast<int>(labels.size()));
  std::ranges::copy(labels, row.labels.begin());
  return *image::EncodeLabelPng16(row);
}

/// Three objects are expected and three found: one is the same, one shares 3 of 5 pixels (0.6), one is lost and
/// another invented. TP = 2, FP = FN = 1 at 0.5; TP = 1, FP = FN = 2 at 0.75.
const std::vector<std::byte> kExpected = Row({1, 1, 0, 2, 2, 2, 2, 0, 3, 0, 0});
const std::vector<std::byte> kFound = Row({2, 2, 0, 0, 1, 1, 1, 1, 0, 0, 3});

TEST(CompareLabels, GivesTheKnownScores) {
  MemorySource expected(kExpected);
  MemorySource found(kFound);
  const Result<LabelAgreement> agreement = CompareLabels(expected, found);
  ASSERT_TRUE(agreement) << agreement.error().message;
  EXPECT_FALSE(agreement->same);
  EXPECT_EQ(agreement->expected, 3U);
  EXPECT_EQ(agreement->found, 3U);
  EXPECT_DOUBLE_EQ(agreement->ap50, 2.0 / 4);
  EXPECT_DOUBLE_EQ(agreement->ap75, 1.0 / 5);
  EXPECT_DOUBLE_EQ(agreement->f1, 4.0 / 6);
}

TEST(CompareLabels, IsPerfectWithItself) {
  MemorySource one(kExpected);
  const Result<LabelAgreement> agreement = CompareLabels(one, one);
  ASSERT_TRUE(agreement);
  EXPECT_TRUE(agreement->same);
  EXPECT_EQ(agreement->ap75, 1);
  EXPECT_EQ(agreement->f1, 1);
}

std::string ErrorOf(std::vector<std::byte> correction, int width = 11) {
  MemorySource file(std::move(correction));
  MemorySource found(kFound);
  const Result<LabelAgreement> agreement = ScoreCorrection(file, found, 1, width);
  return agreement ? "" : agreement.error().message;
}

TEST(ScoreCorrection, TakesOnlyLabelsOfTheImage) {
  EXPECT_EQ(ErrorOf(kExpected), "");
  EXPECT_THAT(ErrorOf(Row({1, 1})), HasSubstr("is 1 x 2 pixels (rows x columns), and the image is 1 x 11"));
  EXPECT_THAT(ErrorOf(Row({1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0})), HasSubstr("the largest is 3, and no pixel has 2"));
  EXPECT_THAT(ErrorOf({}), HasSubstr("neither PNG nor TIFF"));
}

}  // namespace
}  // namespace intelliclinix::runners
