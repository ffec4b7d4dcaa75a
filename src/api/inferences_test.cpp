// /api/inferences but for the download.
#include <future>

#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/inference_document.h"
#include "api/start_reply.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;

class InferencesTest : public ::testing::Test {
 protected:
  explicit InferencesTest(int workers = 0) : api_(workers) {}

  http::Response Get(const std::string& path) {
    return api_.Call({.method = "GET", .path = path, .token = ada_.token});
  }

  http::Response Post(const std::string& path, const Json& body, const std::string& prefer = "") {
    testing::Ask ask{.method = "POST", .path = path, .token = ada_.token, .body = body.dump()};
    if (!prefer.empty()) ask.headers.emplace_back("Prefer", prefer);
    return api_.Call(ask);
  }

  http::Response Start(const Json& body, const std::string& prefer = "") {
    return Post("/api/inferences/start", body, prefer);
  }

  // A dataset of Ada's whose file is a real image.
  std::string AddDataset() {
    const std::string form =
        testing::FormBody({{"name", "n"}}, {{"a.png", testing::ExampleBytes("fluorescence_small_256x256.png")}});
    return BodyJson(api_.Call({.method = "POST",
                               .path = "/api/datasets/upload",
                               .token = ada_.token,
                               .body = form,
                               .content_type = std::string(testing::kFormType)}))
        .at("dataset_id");
  }

  void ExpectRefused(const http::Response& response, int status, std::string_view field, std::string_view text) {
    const Json body = BodyJson(response);
    EXPECT_EQ(response.status, status) << body.dump();
    EXPECT_EQ(body.value("field", ""), field) << body.dump();
    EXPECT_NE(body.value("error", "").find(text), std::string::npos) << body.dump();
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
};

class WorkingTest : public InferencesTest {
 protected:
  WorkingTest() : InferencesTest(1) {}
};

TEST_F(WorkingTest, StartWaitsForTheEnd) {
  const http::Response ended = Start({{"dataset_id", AddDataset()}, {"model_id", "size_model"}});
  ASSERT_EQ(ended.status, 200) << testing::BodyText(ended);
  const std::string id = BodyJson(ended).at("inference_id");
  EXPECT_EQ(BodyJson(ended), Json({{"message", "Inference job completed"}, {"inference_id", id}}));
  const Json document = BodyJson(Get("/api/inferences/" + id));
  EXPECT_EQ(document.at("status"), "completed");
  EXPECT_EQ(document.at("progress").at("fraction"), 1.0);
  EXPECT_EQ(document.at("results").at(0).at("source_filename"), "a.png");
  EXPECT_EQ(document.at("results").at(0).at("artifacts").at(0).at("filename"), "a_size.txt");
}

TEST_F(WorkingTest, ARunnerThatIsNotThereFailsTheInference) {
  const http::Response ended = Start({{"dataset_id", AddDataset()}, {"model_id", "orphan"}});
  ExpectRefused(ended, 500, "", "unregistered");
  const Json document = BodyJson(Get("/api/inferences/" + BodyJson(ended).at("inference_id").get<std::string>()));
  EXPECT_EQ(document.at("status"), "failed");
  EXPECT_EQ(document.at("error").at("code"), "unknown_runner");
  EXPECT_EQ(document.at("notes"), BodyJson(ended).at("detail"));
}

TEST_F(WorkingTest, AFailedJobTellsItsReasonAndId) {
  // The file of this dataset is no image.
  const std::string dataset = api_.AddBelongings(ada_).dataset.id.ToString();
  const http::Response ended = Start({{"dataset_id", dataset}, {"model_id", "size_model"}});
  ExpectRefused(ended, 500, "", "'cells.png'");
  EXPECT_EQ(ended.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(Get("/api/inferences/" + BodyJson(ended).at("inference_id").get<std::string>()).status, 200);
}

TEST_F(InferencesTest, ClientsThatPreferItAreAnsweredAtOnce) {
  const http::Response queued =
      Start({{"dataset_id", AddDataset()}, {"model_id", "size_model"}, {"params", {{"scale", 2}}}}, "respond-async");
  ASSERT_EQ(queued.status, 202);
  const std::string id = BodyJson(queued).at("inference_id");
  EXPECT_EQ(BodyJson(queued).at("message"), "Inference job queued");
  EXPECT_EQ(queued.headers.Get("Location"), "/api/inferences/" + id);
  EXPECT_EQ(queued.headers.Get("Preference-Applied"), "respond-async");
  const Json document = BodyJson(Get("/api/inferences/" + id));
  EXPECT_EQ(document.at("status"), "queued");
  EXPECT_EQ(document.at("params"), Json({{"scale", 2}})) << "as they came, without defaults";
  EXPECT_EQ(document.at("runner_name"), "size");
}

TEST(PrefersAsync, ReadsListsOfPreferences) {
  for (const char* text : {"respond-async", "Respond-ASYNC", "wait=10, respond-async", "respond-async;x=1,wait=5",
                           R"(foo="a, b" ,respond-async)"}) {
    EXPECT_TRUE(PrefersAsync(text)) << text;
  }
  for (const char* text : {"", "wait=10", "respond-asynchronous", R"(foo="respond-async")", R"(a=",respond-async,")",
                           R"(a="\",respond-async,")", "respond-async=no"}) {
    EXPECT_FALSE(PrefersAsync(text)) << text;
  }
}

TEST_F(InferencesTest, AStoppingServerSaysThatTheJobGoesOn) {
  api_.dispatcher.Stop(std::chrono::milliseconds(0));
  const http::Response response = Start({{"dataset_id", AddDataset()}, {"model_id", "size_model"}});
  ExpectRefused(response, 503, "", "goes on when it runs again");
  const std::string id = BodyJson(response).at("inference_id");
  EXPECT_EQ(BodyJson(Get("/api/inferences/" + id)).at("status"), "queued");
}

TEST_F(InferencesTest, DeletingEndsTheWait) {
  const std::string dataset = AddDataset();
  auto waiting =
      std::async(std::launch::async, [&] { return Start({{"dataset_id", dataset}, {"model_id", "size_model"}}); });
  Json found;
  while (found.empty()) found = BodyJson(Get("/api/inferences"));
  const std::string path = "/api/inferences/" + found.at(0).at("_id").get<std::string>();
  EXPECT_EQ(api_.Call({.method = "DELETE", .path = path, .token = ada_.token}).status, 200);
  ExpectRefused(waiting.get(), 404, "", "deleted before it ended");
}

TEST_F(InferencesTest, BadStartsAreRefusedByField) {
  const std::string dataset = AddDataset();
  const testing::Person eve = api_.AddPerson("eve");
  const std::string others = api_.AddBelongings(eve).dataset.id.ToString();
  const auto refuse = [&](const Json& body, int status, std::string_view field, std::string_view text) {
    ExpectRefused(Start(body), status, field, text);
  };
  refuse(Json::array(), 400, "body", "JSON object");
  refuse({{"model_id", "size_model"}}, 400, "dataset_id", "missing");
  refuse({{"dataset_id", dataset}}, 400, "model_id", "missing");
  refuse({{"dataset_id", "12"}, {"model_id", "size_model"}}, 400, "dataset_id", "24 hexadecimal digits");
  refuse({{"dataset_id", others}, {"model_id", "size_model"}}, 404, "dataset_id", "no such dataset");
  refuse({{"dataset_id", std::string(24, 'f')}, {"model_id", "size_model"}}, 404, "dataset_id", "no such dataset");
  refuse({{"dataset_id", dataset}, {"model_id", "none"}}, 400, "model_id", "Unknown model_id 'none'");
  refuse({{"dataset_id", dataset}, {"model_id", "size_model"}, {"params", 3}}, 400, "params", "object");
  refuse({{"dataset_id", dataset}, {"model_id", "size_model"}, {"params", {{"scale", 9}}}}, 400, "params.scale", "");
  refuse({{"dataset_id", dataset}, {"model_id", "size_model"}, {"params", {{"x", 1}}}}, 400, "params.x", "");
  refuse({{"dataset_id", dataset}, {"model_id", "size_model"}, {"colour", 1}}, 400, "colour", "not known");
  EXPECT_EQ(BodyJson(Get("/api/inferences")), Json::array());
}

TEST_F(InferencesTest, ListsWhatTheFiltersLetThrough) {
  const testing::Belongings done = api_.AddBelongings(ada_);
  const std::string dataset = AddDataset();
  const std::string queued =
      BodyJson(Start({{"dataset_id", dataset}, {"model_id", "size_model"}}, "respond-async")).at("inference_id");
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> found;
    for (const Json& item : BodyJson(Get("/api/inferences" + query))) {
      EXPECT_FALSE(item.contains("results"));
      found.push_back(item.at("_id"));
    }
    return found;
  };
  using Ids = std::vector<std::string>;
  const std::string completed = done.inference.id.ToString();
  EXPECT_EQ(ids(""), (Ids{queued, completed}));
  EXPECT_EQ(ids("?status=completed"), Ids{completed});
  EXPECT_EQ(ids("?status=failed"), Ids{});
  EXPECT_EQ(ids("?dataset_id=" + dataset), Ids{queued});
  EXPECT_EQ(ids("?model_id=size_model&status=queued"), Ids{queued});
  EXPECT_EQ(ids("?model_id=other"), Ids{});
  EXPECT_EQ(BodyJson(Post("/api/inferences/archive", {{"ids", {queued}}, {"archived", true}})),
            Json({{"matched", 1}, {"modified", 1}}));
  EXPECT_EQ(ids("?archived=true"), Ids{queued});
  EXPECT_EQ(ids("?archived=false"), Ids{completed});
  EXPECT_EQ(Get("/api/inferences?limit=1").headers.Get("Link"),
            "</api/inferences?limit=1&cursor=" + queued + ">; rel=\"next\"");
}

TEST_F(InferencesTest, BadFiltersAreRefusedByName) {
  for (const char* query : {"dataset_id=x", "status=done", "archived=1", "limit=0", "cursor=x", "owner=x"}) {
    const std::string name(query, std::string_view(query).find('='));
    ExpectRefused(Get("/api/inferences?" + std::string(query)), 400, name, "'" + name + "'");
  }
}

TEST_F(InferencesTest, TheDocumentHasTheMembersOfTheContract) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  const Json document = BodyJson(Get("/api/inferences/" + own.inference.id.ToString()));
  std::vector<std::string> names;
  for (const auto& [name, value] : document.items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"_id", "dataset_id", "requested_by", "params", "model_id", "runner_name",
                                             "status", "created_at", "started_at", "finished_at", "notes", "error",
                                             "progress", "attempt", "archived", "provenance", "results"}));
  EXPECT_EQ(document.at("requested_by"), ada_.user.id.ToString());
  EXPECT_EQ(document.at("results").at(0).at("mask_id"), own.artifact.blob_id.ToString());
}

TEST_F(InferencesTest, ResultsThatAreTooManyComeInPages) {
  Json document;
  AddResults(document, {.results = std::vector<records::ImageResult>(2), .next = 3});
  EXPECT_EQ(document.at("results").size(), 2U);
  EXPECT_EQ(document.at("results_next"), 3);
  Json last;
  AddResults(last, {.results = std::vector<records::ImageResult>(1), .next = std::nullopt});
  EXPECT_FALSE(last.contains("results_next"));
  const std::string path = "/api/inferences/" + api_.AddBelongings(ada_).inference.id.ToString();
  EXPECT_EQ(BodyJson(Get(path + "?results_after=1")).at("results").size(), 0U);
  ExpectRefused(Get(path + "?results_after=-1"), 400, "results_after", "results_next");
  ExpectRefused(Get("/api/inferences/" + api_.AddBelongings(ada_).inference.id.ToString() + "?results_after=x"), 400,
                "results_after", "results_next");
}

TEST_F(InferencesTest, ArchivesOnlyOnesOwn) {
  const std::string own = api_.AddBelongings(ada_).inference.id.ToString();
  const std::string others = api_.AddBelongings(api_.AddPerson("eve")).inference.id.ToString();
  const auto archive = [&](const Json& body) { return Post("/api/inferences/archive", body); };
  EXPECT_EQ(BodyJson(archive({{"ids", {own, others}}, {"archived", true}})), Json({{"matched", 1}, {"modified", 1}}));
  EXPECT_EQ(BodyJson(archive({{"ids", {own}}, {"archived", true}})), Json({{"matched", 1}, {"modified", 0}}));
  ExpectRefused(archive({{"ids", {own}}}), 400, "archived", "true or false");
  ExpectRefused(archive({{"archived", true}}), 400, "ids", "array");
  ExpectRefused(archive({{"ids", Json::array()}, {"archived", true}}), 400, "ids", "1 to 1000");
  ExpectRefused(archive({{"ids", {own, "x"}}, {"archived", true}}), 400, "ids[1]", "24 hexadecimal digits");
  ExpectRefused(archive({{"ids", {own, 7}}, {"archived", true}}), 400, "ids[1]", "string");
}

TEST_F(InferencesTest, DeletingTakesTheArtifactsAndLeavesTheSources) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  const std::string path = "/api/inferences/" + own.inference.id.ToString();
  const testing::Person eve = api_.AddPerson("eve");
  EXPECT_EQ(api_.Call({.method = "DELETE", .path = path, .token = eve.token}).status, 404);
  EXPECT_EQ(api_.Call({.method = "DELETE", .path = path, .token = ada_.token}).status, 200);
  EXPECT_EQ(Get(path).status, 404);
  EXPECT_EQ(Get("/api/files/" + own.artifact.blob_id.ToString()).status, 404);
  EXPECT_EQ(Get("/api/files/" + own.dataset.files[0].blob_id.ToString()).status, 200);
}

}  // namespace
}  // namespace intelliclinix::api
