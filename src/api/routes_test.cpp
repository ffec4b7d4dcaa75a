// Every route against everybody who may call it. A route without a row here fails.
#include <algorithm>
#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/base64url.h"
#include "api/openapi_check_test.h"
#include "api/page.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::IsEmpty;

struct World {
  TestApi api;
  Person owner = api.AddPerson("owner");
  Person other = api.AddPerson("other");
  Belongings owned = api.AddBelongings(owner);
};

struct Row {
  const char* route;
  std::function<Ask(const World&)> ask;  ///< as the owner sends it, but for the token
  int nobody;                            ///< the status without a token, and with any bad one
  int other;                             ///< for a user who owns nothing
  int owner;
};

std::string DatasetPath(const World& world) { return "/api/datasets/" + world.owned.dataset.id.ToString(); }
std::string InferencePath(const World& world) { return "/api/inferences/" + world.owned.inference.id.ToString(); }

std::function<Ask(const World&)> Plain(const char* method, const char* path) {
  return [=](const World&) { return Ask{.method = method, .path = path}; };
}

std::function<Ask(const World&)> At(const char* method, std::string (*path)(const World&), const char* suffix = "") {
  return [=](const World& world) { return Ask{.method = method, .path = path(world) + suffix}; };
}

Ask AskUpload(const World&) {
  return {.method = "POST",
          .path = "/api/datasets/upload",
          .body = FormBody({{"name", "plate 8"}}, {{"cells.png", ExampleBytes("fluorescence_faint_256x256.png")}}),
          .content_type = std::string(kFormType)};
}

Ask AskModelImport(const World&) {
  return {.method = "POST",
          .path = "/api/models",
          .body = FormBody({{"id", "mine"}}, {}),
          .content_type = std::string(kFormType)};
}

Ask AskStart(const World& world) {
  const Json body = {{"dataset_id", world.owned.dataset.id.ToString()}, {"model_id", "size_model"}};
  return {.method = "POST",
          .path = "/api/inferences/start",
          .body = DumpJson(body),
          .headers = {{"Prefer", "respond-async"}}};
}

Ask AskArchive(const World& world) {
  const Json body = {{"ids", {world.owned.inference.id.ToString()}}, {"archived", true}};
  return {.method = "POST", .path = "/api/inferences/archive", .body = DumpJson(body)};
}

Ask AskSignup(const World&) {
  return {.method = "POST",
          .path = "/api/auth/signup",
          .body = R"({"username":"new","email":"new@example.org","password":"correct horse","first_name":"N",)"
                  R"("last_name":"W"})"};
}

Ask AskLogin(const World& world) {
  const Json body = {{"username", "owner"}, {"password", world.owner.password}};
  return {.method = "POST", .path = "/api/auth/login", .body = DumpJson(body)};
}

Ask AskAddition(const World& world) {
  return {.method = "POST",
          .path = DatasetPath(world) + "/files",
          .body = FormBody({}, {{"more.png", ExampleBytes("fluorescence_faint_256x256.png")}}),
          .content_type = std::string(kFormType)};
}

/// Without the file, which is missing to the owner alone.
Ask AskCorrection(const World& world) {
  return {.method = "POST",
          .path = InferencePath(world) + "/corrections",
          .body = FormBody({{"note", "two were one"}}, {}),
          .content_type = std::string(kFormType)};
}

Ask AskFile(const World& world) {
  return {.method = "GET", .path = "/api/files/" + world.owned.artifact.blob_id.ToString()};
}

std::string SourcePath(const World& world) { return "/api/files/" + world.owned.dataset.files[0].blob_id.ToString(); }

/// Of a model that no runner of this server runs.
Ask AskPreview(const World& world) {
  const Json body = {{"dataset_id", world.owned.dataset.id.ToString()},
                     {"file_id", world.owned.dataset.files[0].blob_id.ToString()},
                     {"model_id", "orphan"}};
  return {.method = "POST", .path = "/api/inferences/preview", .body = DumpJson(body)};
}

/// The first file of the page in a folder of it.
std::function<Ask(const World&)> PageFileIn(std::string folder) {
  return [folder = std::move(folder)](const World&) {
    const auto files = EmbeddedPage();
    const auto found = std::ranges::find_if(files, [&](const PageFile& file) { return file.path.starts_with(folder); });
    return Ask{.method = "GET", .path = std::string(found == files.end() ? folder + "none" : found->path)};
  };
}

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"POST /api/auth/signup", AskSignup, 201, 201, 201},
      {"POST /api/auth/login", AskLogin, 200, 200, 200},
      {"POST /api/auth/refresh", Plain("POST", "/api/auth/refresh"), 401, 200, 200},
      {"POST /api/auth/logout", Plain("POST", "/api/auth/logout"), 401, 200, 200},
      {"GET /api/auth/me", Plain("GET", "/api/auth/me"), 401, 200, 200},
      {"GET /api/auth/user", Plain("GET", "/api/auth/user"), 401, 200, 200},
      {"GET /api/models", Plain("GET", "/api/models/"), 401, 200, 200},
      {"GET /api/models/{model_id}", Plain("GET", "/api/models/size_model"), 401, 200, 200},
      {"POST /api/models", AskModelImport, 401, 403, 403},
      {"DELETE /api/models/{model_id}", Plain("DELETE", "/api/models/size_model"), 401, 403, 403},
      {"POST /api/datasets/upload", AskUpload, 401, 201, 201},
      {"POST /api/datasets/{id}/files", AskAddition, 401, 404, 201},
      {"GET /api/datasets", Plain("GET", "/api/datasets/"), 401, 200, 200},
      {"GET /api/datasets/{id}", At("GET", DatasetPath), 401, 404, 200},
      {"DELETE /api/datasets/{id}", At("DELETE", DatasetPath), 401, 404, 200},
      {"POST /api/inferences/start", AskStart, 401, 404, 202},
      {"GET /api/inferences", Plain("GET", "/api/inferences/"), 401, 200, 200},
      {"POST /api/inferences/archive", AskArchive, 401, 200, 200},
      {"GET /api/inferences/{id}", At("GET", InferencePath), 401, 404, 200},
      {"DELETE /api/inferences/{id}", At("DELETE", InferencePath), 401, 404, 200},
      {"POST /api/inferences/{id}/cancel", At("POST", InferencePath, "/cancel"), 401, 404, 409},
      {"POST /api/inferences/{id}/retry", At("POST", InferencePath, "/retry"), 401, 404, 409},
      {"GET /api/inferences/{id}/events", At("GET", InferencePath, "/events"), 401, 404, 200},
      {"GET /api/inferences/{id}/download", At("GET", InferencePath, "/download"), 401, 404, 200},
      {"POST /api/inferences/{id}/corrections", AskCorrection, 401, 404, 400},
      {"GET /api/inferences/{id}/corrections", At("GET", InferencePath, "/corrections"), 401, 404, 200},
      {"GET /api/files/{id}", AskFile, 401, 404, 200},
      {"GET /api/files/{id}/view", At("GET", SourcePath, "/view"), 401, 404, 400},  // it is no image
      {"GET /api/files/{id}/tiles/{level}/{x}/{y}", At("GET", SourcePath, "/tiles/0/0/0"), 401, 404, 400},
      {"GET /api/files/{id}/thumbnail", At("GET", SourcePath, "/thumbnail"), 401, 404, 400},
      {"POST /api/inferences/preview", AskPreview, 401, 404, 400},
      {"GET /health", Plain("GET", "/health"), 200, 200, 200},
      {"GET /ready", Plain("GET", "/ready"), 200, 200, 200},
      {"GET /metrics", Plain("GET", "/metrics"), 200, 200, 200},
      {"GET /api/openapi.json", Plain("GET", "/api/openapi.json"), 200, 200, 200},
      {"GET /", Plain("GET", "/"), 200, 200, 200},
      {"GET /favicon.svg", Plain("GET", "/favicon.svg"), 200, 200, 200},
      {"GET /assets/{name}", PageFileIn("/assets/"), 200, 200, 200},
      {"GET /examples/{name}", PageFileIn("/examples/"), 200, 200, 200},
  };
  return rows;
}

std::set<std::string> RoutesOf(const http::Router& router) {
  std::set<std::string> routes;
  for (const http::Route& route : router.routes()) routes.insert(route.method + " " + route.pattern);
  return routes;
}

std::string Encode(std::string_view text) {
  return Base64UrlEncode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// Tokens that open nothing: none, garbage, unsigned, of another key, of a user who is gone, logged out, cut.
std::vector<std::string> BadTokens(World& world) {
  const TokenIssuer other_key("another key of 32 bytes or more!!", std::chrono::hours(1), world.api.clock);
  const std::string payload = Encode(R"({"sub":")" + world.owner.user.id.ToString() +
                                     R"(","iat":1700000000,"exp":1800000000,"iss":"intelliclinix","jti":"j"})");
  const std::string logged_out = world.api.tokens.Issue(world.owner.user.id);
  world.api.Call({.method = "POST", .path = "/api/auth/logout", .token = logged_out});
  return {"",
          "garbage",
          "a.b.c",
          Encode(R"({"alg":"none"})") + "." + payload + ".",
          other_key.Issue(world.owner.user.id),
          world.api.tokens.Issue(ObjectId::Generate()),
          logged_out,
          world.owner.token.substr(0, world.owner.token.size() - 1)};
}

// What would tell somebody else that the owner has it.
bool ShowsBelongings(const http::Response& response, const World& world) {
  const std::string text = BodyText(response);
  const ObjectId ids[] = {world.owned.dataset.id, world.owned.inference.id, world.owned.artifact.blob_id,
                          world.owned.dataset.files[0].blob_id};
  return std::ranges::any_of(ids, [&](ObjectId id) { return text.contains(id.ToString()); });
}

class RoutesTest : public ::testing::TestWithParam<Row> {
 protected:
  http::Response Call(World& world, const std::string& token) {
    Ask ask = GetParam().ask(world);
    ask.token = token;
    http::Response response = world.api.Call(ask);
    EXPECT_THAT(document.Mismatches(GetParam().route, response), IsEmpty());
    return response;
  }

  const OpenApiDocument document;
};

TEST_P(RoutesTest, NobodyGetsNothing) {
  World world;
  for (const std::string& token : BadTokens(world)) {
    // A public route may do its work for each of these; the second sign-up of one name is a conflict.
    World fresh;
    World& used = document.IsPublic(GetParam().route) ? fresh : world;
    const http::Response response = Call(used, token);
    EXPECT_EQ(response.status, GetParam().nobody) << token;
    EXPECT_FALSE(ShowsBelongings(response, used));
    EXPECT_EQ(response.headers.Has("WWW-Authenticate"), response.status == 401);
  }
  EXPECT_TRUE(world.api.store.GetInference(world.owner.user.id, world.owned.inference.id));
}

TEST_P(RoutesTest, AnExpiredTokenIsGoodForRefreshAlone) {
  World world;
  if (document.IsPublic(GetParam().route)) return;
  world.api.clock.Advance(std::chrono::hours(1));
  const bool refresh = std::string_view(GetParam().route) == "POST /api/auth/refresh";
  EXPECT_EQ(Call(world, world.owner.token).status, refresh ? 200 : 401);
}

TEST_P(RoutesTest, AnotherUserGetsOnlyTheirOwn) {
  World world;
  const http::Response response = Call(world, world.other.token);
  EXPECT_EQ(response.status, GetParam().other) << BodyText(response);
  EXPECT_FALSE(ShowsBelongings(response, world)) << BodyText(response);
  const records::Inference after = *world.api.store.GetInference(world.owner.user.id, world.owned.inference.id);
  EXPECT_FALSE(after.archived);
}

TEST_P(RoutesTest, TheOwnerGetsIt) {
  World world;
  const http::Response response = Call(world, world.owner.token);
  EXPECT_EQ(response.status, GetParam().owner) << BodyText(response);
}

TEST_P(RoutesTest, SomebodyElsesAndUnknownAnswerAlike) {
  World world;
  if (GetParam().other != 404) return;
  const http::Response others = Call(world, world.other.token);
  world.owned.dataset.id = world.owned.inference.id = world.owned.artifact.blob_id = ObjectId::Generate();
  world.owned.dataset.files[0].blob_id = ObjectId::Generate();
  const http::Response unknown = Call(world, world.other.token);
  EXPECT_EQ(others.status, unknown.status);
  EXPECT_EQ(BodyText(others), BodyText(unknown));
}

TEST_P(RoutesTest, AnUnknownQueryParameterIsNamed) {
  World world;
  // Probes, scrapers and links to the page add what they like.
  const bool api = std::string_view(GetParam().route).contains(" /api/");
  if (!api || GetParam().route == std::string_view("GET /api/openapi.json")) return;
  Ask ask = GetParam().ask(world);
  ask.path += "?surprise=1";
  ask.token = world.owner.token;
  const http::Response response = world.api.Call(ask);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(BodyJson(response)["field"], "surprise");
}

INSTANTIATE_TEST_SUITE_P(AllRoutes, RoutesTest, ::testing::ValuesIn(Rows()), [](const auto& row) {
  std::string name = row.param.route;
  if (name == "GET /") name += "page";
  std::erase_if(name, [](char c) { return c == '{' || c == '}'; });
  std::ranges::replace_if(name, [](char c) { return c == ' ' || c == '/' || c == '.'; }, '_');
  return name;
});

TEST(Routes, EachHasARow) {
  TestApi api;
  std::set<std::string> rows;
  for (const Row& row : Rows()) EXPECT_TRUE(rows.insert(row.route).second) << row.route;
  EXPECT_EQ(rows, RoutesOf(api.router));
}

// So that nobody can make the server buffer a large body: it is checked before it is read, or it is small.
TEST(Routes, NoLargeBodyIsReadForNobody) {
  TestApi api;
  for (const http::Route& route : api.router.routes()) {
    if (std::holds_alternative<http::UploadHandler>(route.handler)) continue;
    http::Request head;
    const bool small = route.options.max_body_bytes <= 16 << 10;
    const bool refused = route.check_head && route.check_head(head).value_or(http::Response{}).status == 401;
    EXPECT_TRUE(small || refused) << route.pattern;
  }
}

TEST(Routes, WhoWasLetInIsNotAskedAgain) {
  World world;
  const http::Router::Match match = world.api.router.Find("GET", "/api/auth/me");
  http::Request request;
  request.headers.Add("Authorization", "Bearer " + world.owner.token);
  ASSERT_FALSE(match.route->check_head(request));
  ASSERT_TRUE(world.api.store.RevokeToken(world.api.tokens.Verify(world.owner.token)->jti, world.api.clock.Now()));
  const http::Reply reply = std::get<http::Handler>(match.route->handler)(request);
  EXPECT_EQ(std::get<http::Response>(reply).status, 200);
}

TEST(OpenApi, DescribesEachRouteAndNoOther) {
  TestApi api;
  const std::vector<std::string> operations = OpenApiDocument().Operations();
  EXPECT_EQ(std::set<std::string>(operations.begin(), operations.end()), RoutesOf(api.router));
}

TEST(OpenApi, SaysWhichRoutesNeedAToken) {
  const OpenApiDocument document;
  for (const Row& row : Rows()) EXPECT_EQ(document.IsPublic(row.route), row.nobody != 401) << row.route;
}

void CollectReferences(const Json& node, std::set<std::string>& references) {
  if (node.is_object() && node.contains("$ref")) references.insert(node["$ref"]);
  if (!node.is_structured()) return;
  for (const Json& child : node) CollectReferences(child, references);
}

TEST(OpenApi, ReferencesLeadSomewhereAndComponentsAreUsed) {
  const OpenApiDocument document;
  std::set<std::string> references;
  CollectReferences(document.json(), references);
  std::set<std::string> components;
  for (const auto& [kind, entries] : document.json()["components"].items()) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, entry] : entries.items()) components.insert("#/components/" + kind + "/" + name);
  }
  EXPECT_EQ(references, components);
}

TEST(OpenApi, NamesEachPathParameter) {
  const OpenApiDocument document;
  for (const auto& [path, item] : document.json()["paths"].items()) {
    const bool has_param = path.contains('{');
    bool named = item.contains("parameters");
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters" || !operation.contains("parameters")) continue;
      for (const Json& parameter : operation["parameters"]) named = named || parameter.value("in", "") == "path";
    }
    EXPECT_EQ(has_param, named) << path;
  }
}

}  // namespace
}  // namespace intelliclinix::api::testing
