// Responses that are written while the client reads them.
#include <latch>
#include <mutex>
#include <stop_token>

#include "http/server.h"
#include "http/server_fixture_test.h"

namespace intelliclinix::http::testing {
namespace {

class ServerStreamTest : public ServerFixture {
 protected:
  /// GET /stream answers with stream().
  void StartWith(TextStreamOptions options) {
    options_ = std::move(options);
    router_.Handle("GET", "/stream", [this](Request&) -> Reply {
      auto stream = std::make_shared<TextStream>(options_);
      {
        const std::lock_guard lock(mutex_);
        stream_ = stream;
      }
      diary_.Note("open");
      return Response{.body = std::move(stream)};
    });
    Start();
  }

  /// Opens a stream and reads its head.
  WireClient Open(const std::string& request = Get("/stream")) {
    WireClient client = Connect();
    client.Send(request);
    EXPECT_TRUE(diary_.WaitFor("open"));
    std::string head;
    while (!head.ends_with("\r\n\r\n") && !head.contains("\r\n\r\n")) head += client.ReceiveSome();
    head_ = head;
    return client;
  }

  std::shared_ptr<TextStream> stream() {
    const std::lock_guard lock(mutex_);
    return stream_.lock();
  }

  /// Whether the server has let go of the stream.
  bool IsGone() {
    for (int tries = 0; tries < 2000; ++tries) {
      if (!stream()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::string head_;
  std::mutex later_mutex_;
  Send later_;
  std::stop_token stop_;
  int begun_ = 0;

 private:
  std::mutex mutex_;
  TextStreamOptions options_;
  std::weak_ptr<TextStream> stream_;
};

/// What comes until `end` is there.
std::string ReadUntil(WireClient& client, std::string_view end) {
  std::string text;
  while (!text.contains(end)) {
    const std::string more = client.ReceiveSome();
    if (more.empty()) return text + "(closed)";
    text += more;
  }
  return text;
}

TEST_F(ServerStreamTest, SendsWhatIsWrittenInChunksAndKeepsTheConnection) {
  StartWith({.idle_text = ":\n\n"});
  WireClient client = Open();
  EXPECT_TRUE(head_.contains("Transfer-Encoding: chunked\r\n")) << head_;
  EXPECT_FALSE(head_.contains("Content-Length")) << head_;
  stream()->Write("first");
  EXPECT_EQ("5\r\nfirst\r\n", ReadUntil(client, "first\r\n"));
  stream()->Write("a second one");
  EXPECT_EQ("c\r\na second one\r\n", ReadUntil(client, "one\r\n"));
  stream()->Close();
  EXPECT_EQ("0\r\n\r\n", ReadUntil(client, "0\r\n\r\n"));
  EXPECT_EQ("hello", client.Ask(Get("/hello"))->body);
  EXPECT_TRUE(IsGone());
}

TEST_F(ServerStreamTest, ToHttp10ItEndsWithTheConnection) {
  StartWith({.idle_text = ":\n\n"});
  WireClient client = Open("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(head_.contains("Connection: close\r\n")) << head_;
  stream()->Write("text");
  stream()->Close();
  EXPECT_EQ("text(closed)", ReadUntil(client, "never"));
}

TEST_F(ServerStreamTest, AHeadRequestGetsTheHeadAlone) {
  StartWith({.idle_text = ":\n\n"});
  WireClient client = Connect();
  client.Send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ("chunked", client.Receive(true)->headers.at("transfer-encoding"));
  EXPECT_EQ("hello", client.Ask(Get("/hello"))->body);
}

TEST_F(ServerStreamTest, ASilentStreamShowsThatItLives) {
  StartWith({.idle_text = ":\n\n", .idle = std::chrono::milliseconds(5)});
  WireClient client = Open();
  EXPECT_TRUE(ReadUntil(client, "3\r\n:\n\n\r\n3\r\n:\n\n\r\n").contains(":"));
}

TEST_F(ServerStreamTest, AHandlerIsToldThatItsClientHungUp) {
  router_.Handle("GET", "/slow",
                 [this](Request& request) -> Reply {
                   return Deferred{[this, stop = request.client.get_token()](Send send) {
                     diary_.Note("begun");
                     pool_->Post([this, stop, send = std::move(send)]() mutable {
                       std::latch stopped(1);
                       const std::stop_callback on_stop(stop, [&stopped] { stopped.count_down(); });
                       stopped.wait();
                       diary_.Note("stopped");
                       send({.body = "too late"});
                     });
                   }};
                 },
                 {.stops_with_client = true});
  router_.Handle("GET", "/other", [](Request& request) -> Reply {
    return Response{.body = request.client.stop_possible() ? "watched" : "not watched"};
  });
  Start();
  {
    WireClient client = Connect();
    client.Send(Get("/slow"));
    ASSERT_TRUE(diary_.WaitFor("begun"));
  }
  EXPECT_TRUE(diary_.WaitFor("stopped"));
  EXPECT_TRUE(WaitForConnections(0));
  WireClient client = Connect();
  client.Send(Get("/other"));
  EXPECT_TRUE(ReadUntil(client, "watched").ends_with("not watched"));
}

TEST_F(ServerStreamTest, ANextRequestIsNoHangUp) {
  router_.Handle("GET", "/slow",
                 [this](Request& request) -> Reply {
                   return Deferred{[this, stop = request.client.get_token()](Send send) {
                     const std::lock_guard lock(later_mutex_);
                     later_ = std::move(send);
                     stop_ = stop;
                     diary_.Note("begun " + std::to_string(++begun_));
                   }};
                 },
                 {.stops_with_client = true});
  Start();
  WireClient client = Connect();
  client.Send(Get("/slow"));
  ASSERT_TRUE(diary_.WaitFor("begun 1"));
  client.Send(Get("/slow"));
  {
    const std::lock_guard lock(later_mutex_);
    std::exchange(later_, nullptr)({.body = "first answer"});
  }
  EXPECT_TRUE(ReadUntil(client, "first answer").ends_with("first answer"));
  ASSERT_TRUE(diary_.WaitFor("begun 2"));
  const std::lock_guard lock(later_mutex_);
  EXPECT_FALSE(stop_.stop_requested());
  later_({.body = "second answer"});
  EXPECT_TRUE(ReadUntil(client, "second answer").ends_with("second answer"));
}

TEST_F(ServerStreamTest, AClientThatGoesIsNoticedAtOnce) {
  StartWith({.idle_text = ":\n\n", .idle = std::chrono::hours(1)});
  {
    const WireClient client = Open();
    EXPECT_TRUE(stream());
  }
  EXPECT_TRUE(IsGone());
  EXPECT_TRUE(WaitForConnections(0));
  EXPECT_TRUE(records().back().aborted);
}

TEST_F(ServerStreamTest, AClientThatDoesNotReadIsCutOff) {
  StartWith({.idle_text = ":\n\n", .max_backlog = 1 << 10});
  WireClient client = Open();
  stream()->Write(std::string(2 << 10, 'x'));
  EXPECT_EQ("(closed)", ReadUntil(client, "0\r\n"));
  EXPECT_TRUE(IsGone());
}

TEST_F(ServerStreamTest, AStopEndsStreamsWithoutWaitingForTheGrace) {
  StartWith({.idle_text = ":\n\n", .idle = std::chrono::hours(1)});
  WireClient client = Open();
  stream()->Write("last words");
  Stop(std::chrono::hours(1));
  EXPECT_TRUE(ReadUntil(client, "never").ends_with("0\r\n\r\n(closed)"));
}

TEST_F(ServerStreamTest, ManyStreamsNeedNoThreads) {
  StartWith({.idle_text = ":\n\n", .idle = std::chrono::hours(1)});
  std::vector<WireClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(Connect());
    clients.back().Send(Get("/stream"));
    EXPECT_FALSE(clients.back().ReceiveSome().empty());
  }
  EXPECT_EQ("hello", Connect().Ask(Get("/hello"))->body) << "the pool has " << kPoolThreads << " threads";
}

}  // namespace
}  // namespace intelliclinix::http::testing
