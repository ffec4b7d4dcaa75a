#include "http/router.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

Router Table() {
  Router router;
  const Handler none = [](Request&) { return Response{}; };
  router.Handle("GET", "/", none);
  router.Handle("GET", "/items", none);
  router.Handle("POST", "/items", none);
  router.Handle("GET", "/items/{id}", none);
  router.Handle("POST", "/items/start", none);
  router.Handle("GET", "/{kind}/special", none);
  router.Handle("GET", "/items/{id}/files/{name}", none);
  return router;
}

std::string PatternOf(std::string_view method, std::string_view path) {
  const Router router = Table();
  const Router::Match match = router.Find(method, path);
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(RouterTest, FindsRoutesWithAndWithoutATrailingSlash) {
  EXPECT_EQ("/", PatternOf("GET", "/"));
  EXPECT_EQ("/items", PatternOf("GET", "/items"));
  EXPECT_EQ("/items", PatternOf("POST", "/items/"));
  EXPECT_EQ("/items", PatternOf("HEAD", "/items"));
  EXPECT_EQ("", PatternOf("GET", "/items//"));
  EXPECT_EQ("", PatternOf("GET", "//items"));
  EXPECT_EQ("", PatternOf("GET", ""));
  EXPECT_EQ("", PatternOf("GET", "/ITEMS"));
}

TEST(RouterTest, LiteralSegmentsComeBeforeParameters) {
  EXPECT_EQ("/items/{id}", PatternOf("GET", "/items/start"));  // only POST has the literal
  EXPECT_EQ("/items/start", PatternOf("POST", "/items/start"));
  EXPECT_EQ("/items/{id}", PatternOf("GET", "/items/special"));
  EXPECT_EQ("/{kind}/special", PatternOf("GET", "/boxes/special"));
}

TEST(RouterTest, GivesParametersByName) {
  const Router router = Table();
  const Router::Match match = router.Find("GET", "/items/a b/files/c.png/");
  ASSERT_NE(nullptr, match.route);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ((Pairs{{"id", "a b"}, {"name", "c.png"}}), match.params);
}

TEST(RouterTest, NamesTheMethodsOfAPath) {
  const Router router = Table();
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", router.Find("DELETE", "/items").allow);
  EXPECT_EQ("", router.Find("GET", "/nothing/here").allow);
}

TEST(RouterDeathTest, TheSameRouteTwiceIsABug) {
  Router router = Table();
  EXPECT_DEATH(router.Handle("GET", "/items/{other}", [](Request&) { return Response{}; }), "");
}

}  // namespace
}  // namespace intelliclinix::http::testing
