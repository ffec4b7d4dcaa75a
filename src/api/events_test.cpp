#include "api/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "store/failing/failing_store.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class EventsTest : public ::testing::Test {
 protected:
  /// Opens the stream of `inference`.
  http::Response Open(const std::string& last_id = "") {
    Ask ask{.method = "GET", .path = "/api/inferences/" + id.ToString() + "/events", .token = person.token};
    if (!last_id.empty()) ask.headers.emplace_back("Last-Event-ID", last_id);
    return api.Call(ask);
  }

  /// All text until the stream's end, or until `part` came.
  static std::string Read(const http::Response& response, const std::string& part = "(never)") {
    http::TextStream& stream = *std::get<std::shared_ptr<http::TextStream>>(response.body);
    std::string text;
    for (int tries = 0; tries < 2000 && !text.contains(part); ++tries) {
      const http::TextStream::Piece piece = stream.Take([] {});
      text += piece.text;
      if (piece.last) return text + "(end)";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return text;
  }

  static store::InferenceState State(records::InferenceStatus status) {
    store::InferenceState state;
    state.status = status;
    state.attempt = 2;
    state.progress = {.images_done = 1, .images_total = 4, .tiles_done = 30, .tiles_total = 60};
    return state;
  }

  TestApi api;
  Person person = api.AddPerson("ada");
  Belongings belongings = api.AddBelongings(person);
  ObjectId id = belongings.inference.id;
};

TEST_F(EventsTest, WhatHasEndedIsToldOnceAndTheStreamEnds) {
  const http::Response response = Open();
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/event-stream; charset=utf-8");
  const std::string text = Read(response);
  EXPECT_THAT(text, StartsWith("retry: 2000\n\nid: 1.completed.1.0\nevent: completed\ndata: {\"inference_id\":"));
  EXPECT_THAT(text, EndsWith("}\n\n(end)"));
}

TEST_F(EventsTest, WhoHasSeenTheEndIsToldToStayAway) { EXPECT_EQ(Open("1.completed.1.0").status, 204); }

TEST_F(EventsTest, WhoHasSeenAnEarlierStateIsToldTheEnd) {
  EXPECT_THAT(Read(Open("1.running.0.0")), HasSubstr("event: completed\n"));
}

TEST_F(EventsTest, AnInferenceThatIsDeletedEndsTheStream) {
  records::Inference open = belongings.inference;
  open.id = id = ObjectId::Generate();
  open.status = records::InferenceStatus::kQueued;
  ASSERT_TRUE(api.store.InsertInference(open));
  const http::Response response = Open();
  EXPECT_THAT(Read(response, "\"status\""), HasSubstr("event: progress\n"));
  ASSERT_EQ(api.Call({.method = "DELETE", .path = "/api/inferences/" + id.ToString(), .token = person.token}).status,
            200);
  const std::string end = Read(response);
  EXPECT_THAT(end, HasSubstr("event: failed\n"));
  EXPECT_THAT(end, HasSubstr("\"inference_id\":\"" + id.ToString() + "\""));
}

TEST_F(EventsTest, ThePlaceInTheQueueIsAskedOnceForAllWhoWatch) {
  records::Inference open = belongings.inference;
  open.id = id = ObjectId::Generate();
  open.status = records::InferenceStatus::kQueued;
  ASSERT_TRUE(api.store.InsertInference(open));
  store::failing::FailingStore store(api.store);
  Context context = api.ContextOn(store);
  api.router = MakeRoutes(context);
  const http::Response first = Open();
  const http::Response second = Open();
  for (const http::Response* const response : {&first, &second}) {
    EXPECT_THAT(Read(*response, "\"queue_position\""), HasSubstr("\"queue_position\":1"));
  }
  EXPECT_EQ(store.Calls("QueuePosition"), 1);
  ASSERT_TRUE(api.store.DeleteInference(person.user.id, id));
  Read(first);
  Read(second);
}

TEST_F(EventsTest, WhatIsKnownAlreadyIsNotToldAgain) {
  records::Inference open = belongings.inference;
  open.id = id = ObjectId::Generate();
  open.status = records::InferenceStatus::kQueued;
  ASSERT_TRUE(api.store.InsertInference(open));
  const http::Response response = Open("1.queued.0.0.1");
  ASSERT_TRUE(api.store.CancelInference(person.user.id, id, api.clock.Now()));
  api.dispatcher.Abandon(id);
  const std::string text = Read(response);
  EXPECT_THAT(text, Not(HasSubstr("progress\n")));
  EXPECT_THAT(text, HasSubstr("event: failed\n"));
}

TEST_F(EventsTest, SomebodyElsesAreNotFound) {
  const Person other = api.AddPerson("eve");
  EXPECT_EQ(
      api.Call({.method = "GET", .path = "/api/inferences/" + id.ToString() + "/events", .token = other.token}).status,
      404);
}

TEST_F(EventsTest, OneUserHasOnlySoManyStreams) {
  EventStreams streams(2);
  const ObjectId user = ObjectId::Generate();
  auto first = streams.Open(user);
  const auto second = streams.Open(user);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(streams.Open(user));
  EXPECT_TRUE(streams.Open(ObjectId::Generate()));
  first.reset();
  EXPECT_TRUE(streams.Open(user));
}

TEST_F(EventsTest, IdsAreMadeOfTheStateAlone) {
  store::InferenceState state = State(records::InferenceStatus::kRunning);
  EXPECT_EQ(EventId(state), "2.running.1.30");
  state.progress.eta_s = 12;
  EXPECT_EQ(EventId(state), "2.running.1.30") << "what changes by itself is no event";
  state.cancel_requested = true;
  EXPECT_EQ(EventId(state), "2.running.1.30.cancelled");
}

TEST_F(EventsTest, TheDataOfAnEventIsOneLine) {
  store::InferenceState state = State(records::InferenceStatus::kFailed);
  state.error = {"runner_error", "Two\nlines."};
  const std::string text = EventText(state);
  EXPECT_EQ(std::ranges::count(text, '\n'), 4) << text;
  EXPECT_THAT(text, HasSubstr("\"fraction\":0.25"));
}

}  // namespace
}  // namespace intelliclinix::api::testing
