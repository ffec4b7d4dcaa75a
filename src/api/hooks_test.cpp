#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/cors.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOurs = "http://localhost:3000";
constexpr const char* kForeign = "http://evil.example";

http::Request Preflight(const char* origin, const char* path = "/api/datasets") {
  http::Request request;
  request.method = "OPTIONS";
  request.path = path;
  request.headers.Add("Origin", origin);
  request.headers.Add("Access-Control-Request-Method", "POST");
  request.headers.Add("Access-Control-Request-Headers", "authorization,content-type");
  return request;
}

class HooksTest : public ::testing::Test {
 protected:
  /// As the server does it.
  std::optional<http::Response> Intercept(const http::Request& request) {
    std::optional<http::Response> response = api.hooks.intercept(request);
    if (response) api.hooks.finish(request, *response);
    return response;
  }

  TestApi api;
};

TEST_F(HooksTest, PreflightOfAConfiguredOriginNeedsNoToken) {
  const std::optional<http::Response> response = Intercept(Preflight(kOurs));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204);
  EXPECT_EQ(response->headers.Get("Access-Control-Allow-Origin"), kOurs);
  EXPECT_EQ(response->headers.Get("Vary"), "Origin");
  for (const char* method : {"GET", "POST", "DELETE"}) {
    EXPECT_THAT(std::string(response->headers.Get("Access-Control-Allow-Methods")), HasSubstr(method));
  }
  for (const char* name : {"Authorization", "Content-Type", "Prefer", "Idempotency-Key"}) {
    EXPECT_THAT(std::string(response->headers.Get("Access-Control-Allow-Headers")), HasSubstr(name));
  }
  EXPECT_FALSE(response->headers.Has("Access-Control-Allow-Credentials"));
}

TEST_F(HooksTest, PreflightOfAnotherOriginAllowsNothing) {
  for (const char* origin : {kForeign, "http://localhost:3000.evil.example", "http://localhost:300", "null", "",
                             "HTTP://LOCALHOST:3000", "http://localhost:3000/"}) {
    const std::optional<http::Response> response = Intercept(Preflight(origin));
    ASSERT_TRUE(response) << origin;
    for (const auto& [name, value] : response->headers) EXPECT_THAT(name, Not(HasSubstr("Access-Control"))) << origin;
    EXPECT_EQ(response->headers.Get("Vary"), "Origin");
  }
}

TEST(CorsTest, AStarAllowsEveryOrigin) {
  const Cors cors({"*"});
  http::Request request = Preflight(kForeign);
  std::optional<http::Response> response = cors.Preflight(request);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->headers.Has("Access-Control-Allow-Methods"));
  cors.Mark(request, *response);
  EXPECT_EQ(response->headers.Get("Access-Control-Allow-Origin"), kForeign);
  request.headers.Remove("Origin");
  http::Response plain;
  cors.Mark(request, plain);
  EXPECT_FALSE(plain.headers.Has("Access-Control-Allow-Origin"));
}

TEST_F(HooksTest, OtherRequestsGoOn) {
  http::Request request = Preflight(kOurs);
  request.headers.Remove("Access-Control-Request-Method");
  EXPECT_FALSE(Intercept(request));
  request = Preflight(kOurs);
  request.method = "POST";
  EXPECT_FALSE(Intercept(request));
}

TEST_F(HooksTest, ResponsesAndErrorsCanBeReadByAConfiguredOriginOnly) {
  for (const char* origin : {kOurs, kForeign}) {
    http::Request request;
    request.request_id = "0123456789abcdef";
    request.headers.Add("Origin", origin);
    http::Response response = api.hooks.render_problem({404, "There is nothing at this path.", ""}, request);
    response.headers.Add("Vary", "Accept");
    api.hooks.finish(request, response);
    EXPECT_EQ(response.headers.Get("Access-Control-Allow-Origin"), origin == kOurs ? kOurs : "");
    EXPECT_EQ(response.headers.Has("Access-Control-Expose-Headers"), origin == kOurs);
    EXPECT_EQ(response.headers.Get("Vary"), "Accept, Origin");
  }
}

TEST_F(HooksTest, TheServersOwnErrorsAreProblemsToo) {
  http::Request request;
  request.request_id = "0123456789abcdef";
  const http::Response response = api.hooks.render_problem({413, "Too many bytes.", "Content-Length"}, request);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(BodyJson(response), Json({{"type", "about:blank"},
                                      {"title", "Content Too Large"},
                                      {"status", 413},
                                      {"detail", "Too many bytes."},
                                      {"error", "Too many bytes."},
                                      {"field", "Content-Length"},
                                      {"request_id", "0123456789abcdef"}}));
}

TEST_F(HooksTest, EachErrorCodeHasItsStatus) {
  const std::pair<ErrorCode, int> table[] = {
      {ErrorCode::kInvalidArgument, 400}, {ErrorCode::kUnauthenticated, 401}, {ErrorCode::kNotFound, 404},
      {ErrorCode::kConflict, 409},        {ErrorCode::kTooLarge, 413},        {ErrorCode::kResourceExhausted, 507},
      {ErrorCode::kUnavailable, 503},     {ErrorCode::kCancelled, 409},       {ErrorCode::kInternal, 500}};
  for (const auto& [code, status] : table) {
    const http::Response response = api.hooks.render_error({code, "A sentence.", ""}, {});
    EXPECT_EQ(response.status, status);
    EXPECT_NE(BodyJson(response)["title"], "");
    EXPECT_EQ(BodyJson(response)["error"] == "A sentence.", code != ErrorCode::kInternal);
  }
}

TEST_F(HooksTest, WhatWentWrongInsideStaysInTheLog) {
  http::Request request;
  request.request_id = "0123456789abcdef";
  const http::Response response =
      api.hooks.render_error({ErrorCode::kInternal, "open /srv/secret/blob: I/O error", ""}, request);
  EXPECT_THAT(BodyText(response), Not(HasSubstr("secret")));
  EXPECT_THAT(BodyText(response), HasSubstr("0123456789abcdef"));
}

TEST_F(HooksTest, RequestsAreLoggedAndCounted) {
  ::testing::internal::CaptureStderr();
  api.hooks.access({.method = "GET",
                    .route = "/api/datasets/{id}",
                    .path = "/api/datasets/6743a1b2c3d4e5f601020304",
                    .status = 200,
                    .request_id = "0123456789abcdef",
                    .remote_address = "192.0.2.1"});
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, HasSubstr(R"("request_id":"0123456789abcdef")"));
  EXPECT_THAT(line, HasSubstr(R"("status":"200")"));
  const std::string metrics = BodyText(api.Call({.method = "GET", .path = "/metrics"}));
  EXPECT_THAT(
      metrics,
      HasSubstr(R"(intelliclinix_http_requests_total{method="GET",route="/api/datasets/{id}",status="200"} 1)"));
}

}  // namespace
}  // namespace intelliclinix::api::testing
