// Clients that are slow, idle, too many or too long; and the server's end.
#include "http/server_fixture_test.h"

namespace intelliclinix::http::testing {
namespace {

using namespace std::chrono_literals;
using LimitsTest = ServerFixture;

TEST_F(LimitsTest, RefusesLongHeads) {
  Start();
  WireClient client = Connect();
  const auto response = client.Ask(Get("/hello", "X: " + std::string(17 << 10, 'x') + "\r\n"));
  EXPECT_EQ(431, response->status);
  EXPECT_TRUE(client.IsClosed());
  EXPECT_EQ(200, Connect().Ask(Get("/hello", "X: " + std::string(15 << 10, 'x') + "\r\n"))->status);
  std::string fields;
  for (int i = 0; i < 200; ++i) fields += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(431, Connect().Ask(Get("/hello", fields))->status);
}

TEST_F(LimitsTest, GivesUpOnSlowHeads) {
  Start({.head_timeout = 150ms});
  WireClient slow = Connect();
  slow.Send("GET /hello HTTP/1.1\r\n");
  EXPECT_EQ(408, slow.Receive()->status);
  WireClient silent = Connect();
  EXPECT_TRUE(silent.IsClosed());
  WireClient dripping = Connect();
  bool open = true;
  for (int i = 0; i < 10'000 && open; ++i) {
    open = dripping.Send("x");
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_FALSE(open);
}

TEST_F(LimitsTest, ClosesIdleConnections) {
  Start({.idle_timeout = 100ms});
  WireClient client = Connect();
  EXPECT_EQ(200, client.Ask(Get("/hello"))->status);
  EXPECT_TRUE(client.IsClosed());
  EXPECT_TRUE(WaitForConnections(0));
}

TEST_F(LimitsTest, GivesUpOnClientsThatDoNotRead) {
  source_ = std::make_shared<MemorySource>(std::vector<std::byte>(64 << 20));
  Start({.write_timeout = 100ms});
  WireClient client = Connect();
  client.Send(Get("/source"));
  ASSERT_FALSE(client.ReceiveSome().empty());
  EXPECT_TRUE(WaitForConnections(0));
  EXPECT_TRUE(records().at(0).aborted);
}

TEST_F(LimitsTest, AnswersOneConnectionTooManyWith503) {
  Start({.max_connections = 2});
  WireClient first = Connect();
  WireClient second = Connect();
  EXPECT_EQ(200, first.Ask(Get("/hello"))->status);
  EXPECT_EQ(200, second.Ask(Get("/hello"))->status);
  WireClient third = Connect();
  EXPECT_EQ(503, third.Receive()->status);
  EXPECT_TRUE(third.IsClosed());
  first.Abort();
  ASSERT_TRUE(WaitForConnections(1));
  EXPECT_EQ(200, Connect().Ask(Get("/hello"))->status);
}

TEST_F(LimitsTest, ServesManyConnectionsAtOnce) {
  Start();
  std::vector<WireClient> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(Connect());
  for (WireClient& client : clients) client.Send(Get("/hello"));
  for (WireClient& client : clients) EXPECT_EQ("hello", client.Receive()->body);
  EXPECT_EQ(400, server_->connections());
}

TEST_F(LimitsTest, StopFinishesWhatRunsAndClosesWhatIsIdle) {
  Start();
  WireClient idle = Connect();
  EXPECT_EQ(200, idle.Ask(Get("/hello"))->status);
  WireClient fresh = Connect();
  WireClient busy = Connect();
  busy.Send(Get("/later"));
  ASSERT_TRUE(diary_.WaitFor("later"));
  std::jthread stopping([this] { Stop(20s); });
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_TRUE(fresh.IsClosed());
  Answer({.body = "finished"});
  const auto response = busy.Receive();
  ASSERT_TRUE(response);
  EXPECT_EQ("finished", response->body);
  EXPECT_EQ("close", response->headers.at("connection"));
}

TEST_F(LimitsTest, StopCutsWhatDoesNotEnd) {
  Start();
  WireClient waiting = Connect();
  waiting.Send(Get("/later"));
  ASSERT_TRUE(diary_.WaitFor("later"));
  WireClient uploading = Connect();
  uploading.Send("PUT /count HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(diary_.WaitFor("first write"));
  Stop(20ms);
  EXPECT_TRUE(waiting.IsClosed());
  EXPECT_TRUE(uploading.IsClosed());
  EXPECT_TRUE(diary_.WaitFor("aborted on the pool /count"));
  Answer({.body = "nobody waits"});
}

TEST_F(LimitsTest, StopDoesNotWaitForAHandlerThatHangs) {
  std::mutex held;
  router_.Handle("GET", "/hang", [&](Request&) -> Reply {
    diary_.Note("hanging");
    const std::lock_guard wait(held);
    return Response{};
  });
  Start();
  std::unique_lock lock(held);
  WireClient client = Connect();
  client.Send(Get("/hang"));
  ASSERT_TRUE(diary_.WaitFor("hanging"));
  server_.reset();
  EXPECT_TRUE(client.IsClosed());
  lock.unlock();
  pool_.reset();
}

TEST_F(LimitsTest, ImmediateRoutesAnswerWhileThePoolIsBusy) {
  std::mutex held;
  router_.Handle("GET", "/hang", [&](Request&) -> Reply {
    diary_.Note("hanging");
    const std::lock_guard wait(held);
    return Response{};
  });
  const auto immediate = [](Request& request) -> Reply {
    if (request.Query("throw")) throw std::runtime_error("on purpose");
    return Response{.body = "alive"};
  };
  router_.Handle("GET", "/alive", immediate, {.immediate = true});
  Start();
  std::unique_lock lock(held);
  std::vector<WireClient> hanging;
  for (int i = 0; i < kPoolThreads; ++i) {
    hanging.push_back(Connect());
    hanging.back().Send(Get("/hang"));
  }
  WireClient client = Connect();
  for (int i = 0; i < 2; ++i) EXPECT_EQ("alive", client.Ask(Get("/alive"))->body);
  EXPECT_EQ(500, client.Ask(Get("/alive?throw"))->status);
  lock.unlock();
  for (WireClient& waiting : hanging) EXPECT_EQ(200, waiting.Receive()->status);
}

TEST_F(LimitsTest, ReportsAPortThatIsTakenAndAHostThatIsNone) {
  Start();
  const auto start = [&](std::string host, std::uint16_t port) {
    Server other({.host = std::move(host), .port = port}, Router(), hooks_, *pool_);
    return other.Start();
  };
  EXPECT_EQ(ErrorCode::kUnavailable, start("127.0.0.1", static_cast<std::uint16_t>(port_)).error().code);
  EXPECT_EQ("host", start("nowhere.example", 0).error().field);
  EXPECT_EQ(ErrorCode::kInvalidArgument, start("192.0.2.1", 0).error().code);
}

}  // namespace
}  // namespace intelliclinix::http::testing
