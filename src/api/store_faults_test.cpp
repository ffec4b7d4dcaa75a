// The store fails once, at any one of its operations, before or after it had its effect, while a client uploads,
// starts, waits, downloads and deletes: whatever the client was told is so, and nothing contradicts itself.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "store/failing/failing_store.h"

namespace intelliclinix::api {
namespace {

using testing::Ask;
using testing::BodyJson;

dispatch::DispatcherOptions QuickOptions() {
  dispatch::DispatcherOptions options;
  options.build.version = "1.2.3";
  options.heartbeat = std::chrono::milliseconds(10);
  options.idle_poll = std::chrono::milliseconds(5);
  return options;
}

/// A server on a store that fails when it is told to, and a client that asks again when the server could not.
class FaultyServer {
 public:
  FaultyServer() {
    api_.router = MakeRoutes(context_);
    dispatcher_.Start();
  }

  store::failing::FailingStore& store() { return store_; }
  store::memory::MemoryStore& truth() { return api_.store; }
  ObjectId owner() const { return ada_.user.id; }
  TimePoint now() const { return api_.clock.Now(); }

  Json Insist(Ask ask) {
    ask.token = ada_.token;
    for (int tries = 0; tries < 20; ++tries) {
      const http::Response response = api_.Call(ask);
      if (response.status < 300) return BodyJson(response);
      // What was deleted by a try whose answer was lost.
      if (response.status == 404 && ask.method == "DELETE" && tries > 0) return {};
      EXPECT_GE(response.status, 500) << ask.method << " " << ask.path << ": " << testing::BodyText(response);
    }
    ADD_FAILURE() << ask.method << " " << ask.path << " never went through";
    return {};
  }

  std::string Upload() {
    return Insist({.method = "POST",
                   .path = "/api/datasets/upload",
                   .body = testing::FormBody({{"name", "plate"}}, {{"a.png", png_}, {"b.png", png_}}),
                   .content_type = std::string(testing::kFormType)})
        .value("dataset_id", "");
  }

  std::string Start(const std::string& dataset) {
    return Insist({.method = "POST",
                   .path = "/api/inferences/start",
                   .body = Json{{"dataset_id", dataset}, {"model_id", "size_model"}}.dump(),
                   .headers = {{"Prefer", "respond-async"}, {"Idempotency-Key", "once"}}})
        .value("inference_id", "");
  }

  /// The document once it has ended. A lease that nobody holds runs out meanwhile.
  Json WaitForEnd(const std::string& inference) {
    for (int looks = 1; looks < 3000; ++looks) {
      Json document = Insist({.method = "GET", .path = "/api/inferences/" + inference});
      const std::string status = document.value("status", "");
      if (status == "completed" || status == "failed") return document;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (looks % 100 == 0) api_.clock.Advance(std::chrono::seconds(31));
    }
    ADD_FAILURE() << inference << " does not end";
    return {};
  }

 private:
  testing::TestApi api_{0};
  const std::string png_ = testing::ExampleBytes("fluorescence_small_256x256.png");
  const testing::Person ada_ = api_.AddPerson("ada");
  store::failing::FailingStore store_{api_.store};
  dispatch::Dispatcher dispatcher_{{store_, api_.registry, api_.catalogue, api_.pool, api_.clock}, QuickOptions()};
  Context context_{store_,         dispatcher_,  api_.registry, api_.catalogue, api_.clock,     api_.tokens,
                   api_.passwords, api_.hashing, api_.metrics,  api_.views,     api_.previewer, api_.context.options};
};

void ExpectWhole(FaultyServer& server, const Json& document) {
  ASSERT_EQ(document.value("status", ""), "completed") << document.dump();
  const Json& results = document.at("results");
  ASSERT_EQ(results.size(), 2U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(results[i].at("source_filename"), i == 0 ? "a.png" : "b.png");
    EXPECT_EQ(results[i].at("status"), "completed");
    ASSERT_EQ(results[i].at("artifacts").size(), 1U);
    const std::string blob = results[i].at("artifacts")[0].at("gridfs_id");
    EXPECT_TRUE(server.truth().GetBlob(server.owner(), ObjectId::Parse(blob).value()).has_value());
  }
}

/// Nothing in the store contradicts itself, what the client was not told of included.
void ExpectConsistent(FaultyServer& server) {
  const auto found = server.truth().Check({.now = server.now()});
  ASSERT_TRUE(found.has_value());
  for (const store::Inconsistency& fault : *found) ADD_FAILURE() << fault.kind << ": " << fault.sentence;
}

/// Returns the number of operations.
int WorkThrough(FaultyServer& server) {
  const std::string dataset = server.Upload();
  const std::string inference = server.Start(dataset);
  ExpectWhole(server, server.WaitForEnd(inference));
  ExpectConsistent(server);
  EXPECT_EQ(server.truth().CountOpenTasks(), 0);
  const int operations = server.store().Operations();
  server.Insist({.method = "DELETE", .path = "/api/inferences/" + inference});
  EXPECT_EQ(server.truth().GetInference(server.owner(), ObjectId::Parse(inference).value()).error().code,
            ErrorCode::kNotFound);
  server.Insist({.method = "DELETE", .path = "/api/datasets/" + dataset});
  EXPECT_FALSE(server.truth().GetDataset(server.owner(), ObjectId::Parse(dataset).value()).has_value());
  ExpectConsistent(server);
  EXPECT_EQ(server.truth().CountOpenTasks(), 0);
  return std::max(operations, server.store().Operations());
}

class StoreFaultsTest : public ::testing::TestWithParam<bool> {};

TEST_P(StoreFaultsTest, AtAnyOneOperation) {
  FaultyServer undisturbed;
  const int operations = WorkThrough(undisturbed);
  for (int k = 1; k <= operations; ++k) {
    SCOPED_TRACE("operation " + std::to_string(k) + " of " + std::to_string(operations));
    FaultyServer server;
    server.store().Inject({.after = k - 1, .times = 1, .has_effect = GetParam()});
    WorkThrough(server);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(When, StoreFaultsTest, ::testing::Values(false, true),
                         [](const auto& effect) { return effect.param ? "AfterItsEffect" : "BeforeItsEffect"; });

}  // namespace
}  // namespace intelliclinix::api
