#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OperationsTest : public ::testing::Test {
 protected:
  http::Response Get(const std::string& path) { return api.Call({.method = "GET", .path = path}); }

  TestApi api;
};

class BrokenRunner final : public runners::ModelRunner {
 public:
  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry&) override {
    return Fail(ErrorCode::kInvalidArgument, "/srv/secret/weights is not what the catalogue says.");
  }
  Status CheckParams(const Json&, const records::ImageFacts&) const override { return {}; }
  Result<runners::RunOutput> Run(const runners::RunInput&, const runners::RunContext&) override {
    return runners::RunOutput{};
  }

 private:
  const runners::RunnerDescription description_{.name = "unregistered", .parameters = {}};
};

TEST_F(OperationsTest, HealthSaysTheVersion) {
  const http::Response response = Get("/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(BodyJson(response), Json({{"status", "ok"}, {"version", "1.2.3"}}));
}

TEST_F(OperationsTest, ReadyOnceTheModelsOfItsRunnersPassed) {
  EXPECT_EQ(Get("/ready").status, 200);
  EXPECT_EQ(BodyJson(Get("/ready")), Json({{"status", "ready"}}));
}

TEST_F(OperationsTest, NotReadyWhileAModelIsNotTested) {
  api.registry.Register(std::make_unique<BrokenRunner>());
  const http::Response response = Get("/ready");
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.headers.Has("Retry-After"));
  EXPECT_EQ(BodyJson(response)["reasons"], Json::array({"The model 'orphan' is being loaded and tested."}));
}

TEST_F(OperationsTest, NotReadyWithAModelThatFailed) {
  api.registry.Register(std::make_unique<BrokenRunner>());
  EXPECT_FALSE(api.catalogue.PrepareAll(api.registry, api.clock));
  const http::Response response = Get("/ready");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(BodyText(response), HasSubstr("'orphan' is not fit to run"));
  EXPECT_THAT(BodyText(response), Not(HasSubstr("secret")));
  EXPECT_EQ(Get("/health").status, 200);
}

TEST_F(OperationsTest, MetricsAreLinesOfOurPrefix) {
  api.AddBelongings(api.AddPerson("ada"));
  api.metrics.WatchConnections([] { return 7; });
  const http::Response response = Get("/metrics");
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const std::string text = BodyText(response);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("intelliclinix_") || line.starts_with("# ")) << line;
  }
  for (const char* line : {"intelliclinix_build_info{version=\"1.2.3\"} 1", "intelliclinix_store_up 1",
                           "intelliclinix_tasks_open 0", "intelliclinix_tasks_completed_total 0",
                           "intelliclinix_tasks_failed_total 0", "intelliclinix_stale_writes_rejected_total 0",
                           "intelliclinix_orphan_blobs_removed_total 0", "intelliclinix_http_connections 7"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(OperationsTest, WhatUsersChooseIsNoLabel) {
  api.metrics.CountRequest({.method = "BREW", .path = "/no/such/path", .status = 405});
  api.metrics.CountRequest({.method = "GET",
                            .route = "/api/files/{id}",
                            .path = "/api/files/6743a1b2c3d4e5f601020304",
                            .status = 200,
                            .request_bytes = 5,
                            .response_bytes = 1000,
                            .duration = std::chrono::milliseconds(50),
                            .aborted = true});
  const std::string text = BodyText(Get("/metrics"));
  for (const char* chosen : {"BREW", "/no/such/path", "6743a1b2c3d4e5f601020304"}) {
    EXPECT_THAT(text, Not(HasSubstr(chosen)));
  }
  const std::string labels = R"({method="GET",route="/api/files/{id}")";
  EXPECT_THAT(text, HasSubstr(R"(intelliclinix_http_requests_total{method="other",route="other",status="405"} 1)"));
  EXPECT_THAT(text, HasSubstr("intelliclinix_http_requests_aborted_total" + labels + "} 1"));
  EXPECT_THAT(text, HasSubstr("intelliclinix_http_request_bytes_total" + labels + "} 5"));
  EXPECT_THAT(text, HasSubstr("intelliclinix_http_response_bytes_total" + labels + "} 1000"));
  EXPECT_THAT(text, HasSubstr("intelliclinix_http_request_duration_seconds_bucket" + labels + R"(,le="0.025"} 0)"));
  EXPECT_THAT(text, HasSubstr("intelliclinix_http_request_duration_seconds_bucket" + labels + R"(,le="0.1"} 1)"));
}

TEST_F(OperationsTest, ModelsDescribeThemselves) {
  const std::string token = api.AddPerson("ada").token;
  const Json models = BodyJson(api.Call({.method = "GET", .path = "/api/models/", .token = token}));
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0]["_id"], "size_model");
  EXPECT_EQ(models[0]["runner_name"], "size");
  EXPECT_EQ(models[0]["params"], api.registry.Find("size")->Describe().parameters.JsonSchema());
  EXPECT_EQ(models[1]["_id"], "orphan");
  EXPECT_TRUE(models[1]["params"].is_null());

  const Json model = BodyJson(api.Call({.method = "GET", .path = "/api/models/size_model", .token = token}));
  EXPECT_EQ(model["weights"], Json({{"sha256", std::string(64, 'a')}, {"bytes", 3}, {"source", "made here"}}));
  EXPECT_EQ(model["self_test"], Json({{"passed", true},
                                      {"checked_at", FormatTime(api.clock.Now())},
                                      {"compared", false},
                                      {"max_error", nullptr}}));
  const Json orphan = BodyJson(api.Call({.method = "GET", .path = "/api/models/orphan", .token = token}));
  EXPECT_TRUE(orphan["weights"].is_null());
  EXPECT_EQ(orphan["self_test"]["passed"], false);
  EXPECT_TRUE(orphan["self_test"]["checked_at"].is_null());
  EXPECT_EQ(api.Call({.method = "GET", .path = "/api/models/none", .token = token}).status, 404);
}

}  // namespace
}  // namespace intelliclinix::api::testing
