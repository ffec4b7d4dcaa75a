#include "app/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ProgressLineTest, BeginsEmpty) {
  const ProgressLine line(1);
  EXPECT_EQ(line.Text(), "[                        ] 0 of 1 image");
}

TEST(ProgressLineTest, CountsTilesOfImagesAtWork) {
  ProgressLine line(4);
  line.Tiles(0, 4, 8);
  line.Tiles(1, 3, 6);
  EXPECT_THAT(line.Text(), StartsWith("[######                  ] 0 of 4 images, 7 of 14 tiles at work, "));
  EXPECT_THAT(line.Text(), HasSubstr(" left"));
}

TEST(ProgressLineTest, ForgetsTheTilesOfImagesThatAreDone) {
  ProgressLine line(2);
  line.Tiles(0, 8, 8);
  line.ImageDone(0, true);
  line.Tiles(1, 1, 10);
  EXPECT_THAT(line.Text(), StartsWith("[#############           ] 1 of 2 images, 1 of 10 tiles at work"));
  line.ImageDone(1, true);
  EXPECT_EQ(line.Text(), "[########################] 2 of 2 images");
}

TEST(ProgressLineTest, TellsFailuresApart) {
  ProgressLine line(3);
  line.ImageDone(0, false);
  EXPECT_EQ(line.Text(), "[########                ] 0 of 3 images, 1 failed");
  line.ImageDone(2, true);
  EXPECT_THAT(line.Text(), StartsWith("[################        ] 1 of 3 images, 1 failed, "));
}

TEST(ProgressLineTest, NeverGetsShorter) {
  ProgressLine line(1);
  line.Tiles(0, 2, 4);
  line.Tiles(0, 3, 12);
  EXPECT_THAT(line.Text(), StartsWith("[############            ] 0 of 1 image, 3 of 12 tiles"));
  line.Tiles(0, 9, 12);
  EXPECT_THAT(line.Text(), StartsWith("[##################      ] 0 of 1 image, 9 of 12 tiles"));
}

}  // namespace
}  // namespace intelliclinix::app
