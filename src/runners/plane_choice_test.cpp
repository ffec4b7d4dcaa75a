#include "runners/plane_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::runners {
namespace {

using testing::HasSubstr;

Result<ChosenPlanes> Choose(const char* params, const records::ImageFacts& image) {
  const Result<Json> resolved = ParameterTable(PlaneParameters()).Resolve(ParseJson(params).value());
  if (!resolved) return std::unexpected(resolved.error());
  return ChoosePlanes(*resolved, image);
}

Error Refused(const char* params, const records::ImageFacts& image) {
  const Result<ChosenPlanes> chosen = Choose(params, image);
  return chosen ? Error() : chosen.error();
}

TEST(PlaneChoice, ASingleImageNeedsNone) {
  for (const char* params : {"{}", R"({"z": "each"})", R"({"z_project": "max"})", R"({"plane": {"z": 1, "t": 1}})"}) {
    const ChosenPlanes chosen = Choose(params, {}).value();
    ASSERT_EQ(chosen.planes.size(), 1U);
    EXPECT_EQ(chosen.planes[0].z, 0);
    EXPECT_FALSE(chosen.each);
  }
  EXPECT_EQ(ChoosePlanes(Json::object(), {})->planes.size(), 1U);
}

TEST(PlaneChoice, CountsFromOne) {
  const ChosenPlanes chosen = Choose(R"({"plane": {"z": 5, "t": 2}})", {.depth = 5, .times = 2}).value();
  EXPECT_EQ(chosen.planes.at(0).z, 4);
  EXPECT_EQ(chosen.planes.at(0).t, 1);
}

TEST(PlaneChoice, TakesEachPlaneOfAPointInTime) {
  const ChosenPlanes chosen = Choose(R"({"plane": {"t": 2}, "z": "each"})", {.depth = 3, .times = 2}).value();
  EXPECT_TRUE(chosen.each);
  ASSERT_EQ(chosen.planes.size(), 3U);
  EXPECT_EQ(chosen.planes[2].z, 2);
  EXPECT_EQ(chosen.planes[2].t, 1);
}

TEST(PlaneChoice, AsksWhereAStackLeavesItOpen) {
  const Error depth = Refused("{}", {.depth = 5});
  EXPECT_EQ(depth.field, "params.plane.z");
  EXPECT_THAT(depth.message, HasSubstr("5 planes in depth"));
  EXPECT_EQ(Refused(R"({"z_project": "max"})", {.depth = 5, .times = 3}).field, "params.plane.t");
}

TEST(PlaneChoice, RefusesPlanesThatAreNotThereAndTwoChoices) {
  EXPECT_THAT(Refused(R"({"plane": {"z": 6}})", {.depth = 5}).message,
              HasSubstr("no plane 6 in depth: the file has 5"));
  EXPECT_THAT(Refused(R"({"plane": {"t": 2}})", {}).message, HasSubstr("no plane 2 in time"));
  EXPECT_THAT(Refused(R"({"plane": {"z": 1}, "z": "each"})", {.depth = 5}).message, HasSubstr("Give one of"));
}

}  // namespace
}  // namespace intelliclinix::runners
