// Cancel, retry, delete, Idempotency-Key and limits, over HTTP's handlers.
#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/openapi_check_test.h"
#include "store/failing/failing_store.h"

namespace intelliclinix::api::testing {
namespace {

class JobControlTest : public ::testing::Test {
 protected:
  http::Response Post(const std::string& path, const std::string& body = "",
                      std::vector<std::pair<std::string, std::string>> headers = {}) {
    return api.Call(
        {.method = "POST", .path = path, .token = person.token, .body = body, .headers = std::move(headers)});
  }

  http::Response Start(const std::string& key = "", double scale = 1) {
    const Json body = {{"dataset_id", dataset}, {"model_id", "size_model"}, {"params", {{"scale", scale}}}};
    std::vector<std::pair<std::string, std::string>> headers = {{"Prefer", "respond-async"}};
    if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
    return Post("/api/inferences/start", DumpJson(body), headers);
  }

  std::string StartedId(const http::Response& response) { return BodyJson(response)["inference_id"]; }

  Json Document(const std::string& id) {
    return BodyJson(api.Call({.method = "GET", .path = "/api/inferences/" + id, .token = person.token}));
  }

  void ExpectAsDescribed(const std::string& route, const http::Response& response) {
    for (const std::string& mismatch : openapi.Mismatches(route, response)) ADD_FAILURE() << route << ": " << mismatch;
  }

  OpenApiDocument openapi;
  TestApi api;  // without workers: what is started stays queued
  Person person = api.AddPerson("ada");
  Belongings belongings = api.AddBelongings(person);
  std::string dataset = belongings.dataset.id.ToString();
};

TEST_F(JobControlTest, AQueuedInferenceIsCancelledAtOnce) {
  const std::string id = StartedId(Start());
  const http::Response response = Post("/api/inferences/" + id + "/cancel");
  EXPECT_EQ(response.status, 202);
  ExpectAsDescribed("POST /api/inferences/{id}/cancel", response);
  EXPECT_EQ(BodyJson(response)["status"], "failed");
  EXPECT_EQ(Document(id)["error"]["code"], "cancelled");
  EXPECT_EQ(Post("/api/inferences/" + id + "/cancel", "{}").status, 202) << "again";
}

TEST_F(JobControlTest, WhatHasEndedCannotBeCancelled) {
  const http::Response response = Post("/api/inferences/" + belongings.inference.id.ToString() + "/cancel");
  EXPECT_EQ(response.status, 409);
  ExpectAsDescribed("POST /api/inferences/{id}/cancel", response);
}

TEST_F(JobControlTest, ACancelledInferenceCanBeTriedAgain) {
  const std::string id = StartedId(Start());
  Post("/api/inferences/" + id + "/cancel");
  const http::Response response = Post("/api/inferences/" + id + "/retry");
  EXPECT_EQ(response.status, 202);
  ExpectAsDescribed("POST /api/inferences/{id}/retry", response);
  EXPECT_EQ(BodyJson(response)["images"], 1);
  const Json document = Document(id);
  EXPECT_EQ(document["status"], "queued");
  EXPECT_EQ(document["attempt"], 2);
  EXPECT_EQ(document["progress"]["queue_position"], 1);
  EXPECT_EQ(Post("/api/inferences/" + id + "/retry").status, 409) << "it has not ended";
  EXPECT_EQ(Post("/api/inferences/" + belongings.inference.id.ToString() + "/retry").status, 409) << "nothing failed";
}

TEST_F(JobControlTest, WhatIsNotTheUsersIsNotFound) {
  const Person other = api.AddPerson("eve");
  const std::string id = belongings.inference.id.ToString();
  for (const std::string action : {"/cancel", "/retry"}) {
    const std::string path = "/api/inferences/" + id + action;
    EXPECT_EQ(api.Call({.method = "POST", .path = path, .token = other.token}).status, 404) << action;
    EXPECT_EQ(Post("/api/inferences/nothing" + action).status, 404) << action;
    EXPECT_EQ(Post("/api/inferences/" + id + action, R"({"x":1})").status, 400) << action;
  }
}

TEST_F(JobControlTest, TheSameKeyAndBodyAreTheSameInference) {
  const http::Response first = Start("key-1");
  EXPECT_EQ(first.status, 202);
  const http::Response second = Start("key-1");
  EXPECT_EQ(second.status, 202);
  EXPECT_EQ(StartedId(first), StartedId(second));
  EXPECT_EQ(second.headers.Get("Location"), "/api/inferences/" + StartedId(first));
  EXPECT_NE(StartedId(Start("key-2")), StartedId(first));
  EXPECT_NE(StartedId(Start()), StartedId(first));
}

TEST_F(JobControlTest, TheOrderOfMembersIsNoOtherBody) {
  const std::string a = R"({"dataset_id":")" + dataset + R"(", "model_id":"size_model"})";
  const std::string b = R"({"model_id":"size_model","dataset_id":")" + dataset + R"("})";
  const std::vector<std::pair<std::string, std::string>> headers = {{"Prefer", "respond-async"},
                                                                    {"Idempotency-Key", "k"}};
  EXPECT_EQ(StartedId(Post("/api/inferences/start", a, headers)), StartedId(Post("/api/inferences/start", b, headers)));
}

TEST_F(JobControlTest, AKeyWithAnotherBodyIsRefused) {
  Start("key-1", 1);
  const http::Response response = Start("key-1", 2);
  EXPECT_EQ(response.status, 422);
  ExpectAsDescribed("POST /api/inferences/start", response);
  EXPECT_EQ(BodyJson(response)["field"], "Idempotency-Key");
}

TEST_F(JobControlTest, KeysOfTwoUsersHaveNothingToDoWithEachOther) {
  const std::string mine = StartedId(Start("key-1"));
  const Person other = api.AddPerson("eve");
  const Belongings others = api.AddBelongings(other);
  const Json body = {{"dataset_id", others.dataset.id.ToString()}, {"model_id", "size_model"}};
  const http::Response response = api.Call({.method = "POST",
                                            .path = "/api/inferences/start",
                                            .token = other.token,
                                            .body = DumpJson(body),
                                            .headers = {{"Prefer", "respond-async"}, {"Idempotency-Key", "key-1"}}});
  EXPECT_EQ(response.status, 202);
  EXPECT_NE(StartedId(response), mine);
}

TEST_F(JobControlTest, BadKeysAreRefused) {
  for (const std::string& key : {std::string(256, 'k'), std::string("two words"), std::string("schl\xc3\xbcssel")}) {
    const http::Response response = Start(key);
    EXPECT_EQ(response.status, 400) << key;
    EXPECT_EQ(BodyJson(response)["field"], "Idempotency-Key");
  }
  EXPECT_EQ(Start(std::string(255, 'k')).status, 202);
}

TEST_F(JobControlTest, OneUserHasOnlySoManyOpenInferences) {
  api.context.options.limits.max_queued_jobs = 2;
  const std::string first = StartedId(Start("key-1"));
  Start();
  for (const std::string key : {"", "key-2"}) {
    const http::Response response = Start(key);
    EXPECT_EQ(response.status, 429) << key;
    EXPECT_EQ(response.headers.Get("Retry-After"), "10");
    ExpectAsDescribed("POST /api/inferences/start", response);
  }
  EXPECT_EQ(StartedId(Start("key-1")), first) << "a repeated start is none";
  EXPECT_EQ(api.store.CountOpenInferences(person.user.id), 2);
  Post("/api/inferences/" + first + "/cancel");
  EXPECT_EQ(Start("key-2").status, 202) << "the key was not used up";
  EXPECT_EQ(Post("/api/inferences/" + first + "/retry").status, 429);
}

/// Counts open inferences only after somebody else had their turn.
class InterruptedStore final : public store::failing::FailingStore {
 public:
  using FailingStore::FailingStore;
  Result<int> CountOpenInferences(ObjectId owner) override {
    if (const auto turn = std::exchange(on_count, nullptr)) turn();
    return FailingStore::CountOpenInferences(owner);
  }
  std::function<void()> on_count;
};

TEST_F(JobControlTest, NoStartIsTakenBackThatARepetitionWasToldOf) {
  InterruptedStore store(api.store);
  Context context = api.ContextOn(store);
  context.options.limits.max_queued_jobs = 1;
  api.router = MakeRoutes(context);
  std::string told;
  // The same request again, and another one that fills the queue, while the first counts.
  store.on_count = [&] {
    told = StartedId(Start("key-1"));
    Start("key-2");
  };
  Start("key-1");
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(Document(told)["status"], "queued");
  EXPECT_EQ(store.Calls("DeleteInference"), 0);
}

TEST_F(JobControlTest, ADeletedDatasetTakesItsOpenInferencesWithIt) {
  const std::string id = StartedId(Start());
  EXPECT_EQ(api.Call({.method = "DELETE", .path = "/api/datasets/" + dataset, .token = person.token}).status, 200);
  EXPECT_EQ(api.store.CountOpenTasks(), 0);
  EXPECT_EQ(Post("/api/inferences/" + id + "/cancel").status, 404);
}

}  // namespace
}  // namespace intelliclinix::api::testing
