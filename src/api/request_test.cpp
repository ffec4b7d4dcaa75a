#include "api/request.h"

#include <gtest/gtest.h>

namespace intelliclinix::api {
namespace {

http::Request WithQuery(std::vector<std::pair<std::string, std::string>> query) {
  http::Request request;
  request.path = "/api/datasets/";
  request.query = std::move(query);
  return request;
}

TEST(Page, DefaultsAndBounds) {
  EXPECT_EQ(ReadPage(WithQuery({}))->limit, 100);
  EXPECT_FALSE(ReadPage(WithQuery({}))->after);
  EXPECT_EQ(ReadPage(WithQuery({{"limit", "1"}}))->limit, 1);
  EXPECT_EQ(ReadPage(WithQuery({{"limit", "1000"}}))->limit, 1000);
  for (const char* bad : {"", "0", "-1", "1001", "ten", "1e2", "10 ", " 10", "+10", "0x10", "99999999999999999999"}) {
    const auto page = ReadPage(WithQuery({{"limit", bad}}));
    ASSERT_FALSE(page) << bad;
    EXPECT_EQ(page.error().field, "limit");
  }
  const auto page = ReadPage(WithQuery({{"cursor", "next"}}));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().field, "cursor");
}

TEST(Page, TheLinkLeadsToTheNextPageOfTheSameList) {
  const ObjectId last = ObjectId::Generate();
  const http::Request request =
      WithQuery({{"limit", "2"}, {"cursor", ObjectId::Generate().ToString()}, {"model_id", "a&b=c"}});
  const http::Response response = PageResponse(request, Json::array(), last);
  EXPECT_EQ(response.headers.Get("Link"),
            "</api/datasets/?limit=2&model_id=a%26b%3Dc&cursor=" + last.ToString() + ">; rel=\"next\"");
  EXPECT_FALSE(PageResponse(request, Json::array(), std::nullopt).headers.Has("Link"));
}

TEST(Query, UnknownAndRepeatedParametersAreNamed) {
  EXPECT_TRUE(CheckQuery(WithQuery({{"limit", "1"}}), {"limit", "cursor"}));
  EXPECT_EQ(CheckQuery(WithQuery({{"limits", "1"}}), {"limit", "cursor"}).error().field, "limits");
  EXPECT_EQ(CheckQuery(WithQuery({{"limit", "1"}, {"limit", "2"}}), {"limit"}).error().field, "limit");
  EXPECT_FALSE(CheckQuery(WithQuery({{"x", ""}}), {}));
}

TEST(Ids, WhatIsNoIdIsUnknownInAPathAndWrongInABody) {
  http::Request request;
  request.params = {{"id", "42"}};
  EXPECT_EQ(PathId(request, "id", "dataset").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ParseId("42", "dataset_id").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(ParseId("42", "dataset_id").error().field, "dataset_id");
  const ObjectId id = ObjectId::Generate();
  EXPECT_EQ(*ParseId(id.ToString(), "dataset_id"), id);
}

}  // namespace
}  // namespace intelliclinix::api
