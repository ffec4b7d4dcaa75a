// Requests and responses through a real server.
#include "http/server.h"

#include "http/server_fixture_test.h"

namespace intelliclinix::http::testing {
namespace {

using ServerTest = ServerFixture;

TEST_F(ServerTest, AnswersWithTheFieldsThatEveryResponseHas) {
  Start();
  const auto response = Connect().Ask(Get("/hello"));
  ASSERT_TRUE(response);
  EXPECT_EQ(200, response->status);
  EXPECT_EQ("hello", response->body);
  EXPECT_EQ("nosniff", response->headers.at("x-content-type-options"));
  EXPECT_EQ("no-store", response->headers.at("cache-control"));
  EXPECT_EQ(16u, response->headers.at("x-request-id").size());
  EXPECT_EQ("intelliclinix", response->headers.at("server"));
  EXPECT_FALSE(response->headers.contains("connection"));
}

TEST_F(ServerTest, KeepsTheConnectionAndTheOrderOfPipelinedRequests) {
  Start();
  WireClient client = Connect();
  client.Send(Get("/later") + Get("/items/a%20b/?x=1") + Post("/echo", "body") + Get("/hello"));
  Answer({.status = 203});
  EXPECT_EQ(203, client.Receive()->status);
  EXPECT_EQ("a b", client.Receive()->body);
  EXPECT_EQ("body", client.Receive()->body);
  EXPECT_EQ("hello", client.Receive()->body);
}

TEST_F(ServerTest, ReadsAHeadThatComesByteByByte) {
  Start();
  WireClient client = Connect();
  for (const char c : "\r\n" + Post("/echo", "abc")) ASSERT_TRUE(client.Send({&c, 1}));
  EXPECT_EQ("abc", client.Receive()->body);
}

TEST_F(ServerTest, ClosesWhenTheClientAsksForIt) {
  Start();
  WireClient client = Connect();
  EXPECT_EQ("close", client.Ask(Get("/hello", "Connection: close\r\n"))->headers.at("connection"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, SpeaksHttp10) {
  Start();
  WireClient once = Connect();
  EXPECT_EQ("hello", once.Ask("GET /hello HTTP/1.0\r\n\r\n")->body);
  EXPECT_TRUE(once.IsClosed());
  WireClient kept = Connect();
  for (int i = 0; i < 2; ++i) {
    const auto response = kept.Ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ("keep-alive", response->headers.at("connection"));
  }
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
  Start();
  WireClient client = Connect();
  client.Send(Get("/hello"));
  client.FinishSending();
  EXPECT_EQ("hello", client.Receive()->body);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, RendersMissingRoutesAndMethods) {
  Start();
  WireClient client = Connect();
  EXPECT_EQ(404, client.Ask(Get("/nothing"))->status);
  EXPECT_EQ(404, client.Ask(Get("/items/"))->status);
  EXPECT_EQ(400, client.Ask(Get("/items/%zz"))->status);
  WireClient other = Connect();
  const auto response = other.Ask(Get("/echo"));
  EXPECT_EQ(405, response->status);
  EXPECT_EQ("POST, OPTIONS", response->headers.at("allow"));
  const auto options = other.Ask("OPTIONS /items/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(204, options->status);
  EXPECT_EQ("GET, HEAD, OPTIONS", options->headers.at("allow"));
  EXPECT_EQ(204, other.Ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")->status);
}

TEST_F(ServerTest, RefusesBadHeadsAndCloses) {
  Start();
  for (const std::string extra : {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "X : y\r\n", "A: b\n",
                                  "Content-Length: 1\r\nContent-Length: 1\r\n", "Transfer-Encoding: xchunked\r\n"}) {
    WireClient client = Connect();
    EXPECT_EQ(400, client.Ask(Get("/hello", extra))->status) << extra;
    EXPECT_TRUE(client.IsClosed()) << extra;
  }
  WireClient client = Connect();
  EXPECT_EQ(505, client.Ask("GET / HTTP/2.0\r\nHost: x\r\n\r\n")->status);
}

TEST_F(ServerTest, TurnsFailuresOfHandlersInto500) {
  Start();
  WireClient client = Connect();
  const auto thrown = client.Ask(Get("/throw"));
  EXPECT_EQ(500, thrown->status);
  EXPECT_EQ(std::string::npos, thrown->body.find("on purpose"));
  EXPECT_EQ(500, client.Ask(Get("/forget"))->status);
  EXPECT_EQ("hello", client.Ask(Get("/hello"))->body);
}

TEST_F(ServerTest, RefusesToSplitResponses) {
  Start();
  const auto response = Connect().Ask(Get("/split?name=a%0D%0ASet-Cookie:%20b"));
  EXPECT_EQ(500, response->status);
  EXPECT_FALSE(response->headers.contains("set-cookie"));
}

TEST_F(ServerTest, AnswersHeadForEveryGet) {
  Start();
  WireClient client = Connect();
  const auto response = client.Ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(200, response->status);
  EXPECT_EQ("5", response->headers.at("content-length"));
  EXPECT_EQ("hello", client.Ask(Get("/hello"))->body);
}

TEST_F(ServerTest, DeferredAnswersHoldNoThread) {
  Start();
  std::vector<WireClient> clients;
  for (int i = 0; i < 20; ++i) {  // the pool has three threads
    clients.push_back(Connect());
    clients.back().Send(Get("/later"));
  }
  EXPECT_EQ("hello", Connect().Ask(Get("/hello"))->body);
  for (int i = 0; i < 20; ++i) Answer({.body = "done"});
  for (WireClient& client : clients) EXPECT_EQ("done", client.Receive()->body);
}

TEST_F(ServerTest, SendAfterTheClientHasGoneIsHarmless) {
  Start();
  WireClient client = Connect();
  client.Send(Get("/later"));
  client.Abort();
  Answer({.body = "too late"});
  EXPECT_TRUE(WaitForConnections(0));
}

TEST_F(ServerTest, HooksInterceptFinishAndRecord) {
  hooks_.intercept = [](const Request& head) -> std::optional<Response> {
    if (head.method != "OPTIONS") return std::nullopt;
    return Response{.status = 204};
  };
  hooks_.finish = [](const Request& request, Response& response) {
    response.headers.Set("Access-Control-Allow-Origin", std::string(request.Header("ORIGIN")));
  };
  Start();
  WireClient client = Connect();
  const std::string origin = "Origin: http://a\r\n";
  EXPECT_EQ("http://a", client.Ask(Get("/hello", origin))->headers.at("access-control-allow-origin"));
  EXPECT_EQ("http://a", client.Ask(Get("/nothing", origin))->headers.at("access-control-allow-origin"));
  EXPECT_EQ(204, client.Ask("OPTIONS /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")->status);
  const auto last = client.Ask(Post("/echo", "12345"));
  const std::vector<AccessRecord> all = records();
  ASSERT_GE(all.size(), 3u);
  EXPECT_EQ("/hello", all[0].route);
  EXPECT_EQ("127.0.0.1", all[0].remote_address);
  EXPECT_EQ(5u, all[0].response_bytes);
  EXPECT_EQ(404, all[1].status);
  EXPECT_EQ("", all[1].route);
}

class SourceTest : public ServerFixture {
 protected:
  void SetUp() override {
    std::vector<std::byte> bytes(300'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(i * 7 >> 3);
    text_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    source_ = std::make_shared<MemorySource>(std::move(bytes));
    etag_ = "\"abc\"";
    Start();
  }
  std::string text_;
};

TEST_F(SourceTest, StreamsTheWhole) {
  const auto response = Connect().Ask(Get("/source"));
  EXPECT_EQ(200, response->status);
  EXPECT_EQ("bytes", response->headers.at("accept-ranges"));
  EXPECT_TRUE(response->body == text_);
}

TEST_F(SourceTest, AnswersRanges) {
  WireClient client = Connect();
  const auto middle = client.Ask(Get("/source", "Range: bytes=100000-299998\r\n"));
  EXPECT_EQ(206, middle->status);
  EXPECT_EQ("bytes 100000-299998/300000", middle->headers.at("content-range"));
  EXPECT_TRUE(middle->body == text_.substr(100000, 199999));
  EXPECT_TRUE(client.Ask(Get("/source", "Range: bytes=-5\r\n"))->body == text_.substr(299995));
  const auto beyond = client.Ask(Get("/source", "Range: bytes=300000-\r\n"));
  EXPECT_EQ(416, beyond->status);
  EXPECT_EQ("bytes */300000", beyond->headers.at("content-range"));
  EXPECT_EQ(200, client.Ask(Get("/source", "Range: bytes=0-1,5-6\r\n"))->status);
  EXPECT_EQ(206, client.Ask(Get("/source", "Range: bytes=0-1\r\nIf-Range: \"abc\"\r\n"))->status);
  EXPECT_EQ(200, client.Ask(Get("/source", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n"))->status);
}

TEST_F(SourceTest, AnswersConditions) {
  WireClient client = Connect();
  const auto unchanged = client.Ask(Get("/source", "If-None-Match: \"x\", W/\"abc\"\r\n"));
  EXPECT_EQ(304, unchanged->status);
  EXPECT_EQ("\"abc\"", unchanged->headers.at("etag"));
  EXPECT_FALSE(unchanged->headers.contains("content-length"));
  EXPECT_EQ(200, client.Ask(Get("/source", "If-None-Match: \"x\"\r\n"))->status);
  const auto head = client.Ask("HEAD /source HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ("300000", head->headers.at("content-length"));
}

TEST_F(SourceTest, AnEmptySourceIsAnEmptyBody) {
  source_ = std::make_shared<MemorySource>(std::vector<std::byte>());
  WireClient client = Connect();
  EXPECT_EQ("0", client.Ask(Get("/source"))->headers.at("content-length"));
  EXPECT_EQ(416, client.Ask(Get("/source", "Range: bytes=0-\r\n"))->status);
}

// Fails from `good_bytes` on.
class FailingSource final : public ByteSource {
 public:
  explicit FailingSource(std::uint64_t good_bytes) : good_bytes_(good_bytes) {}
  std::uint64_t size() const override { return 1 << 20; }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset >= good_bytes_) return Fail(ErrorCode::kInternal, "The disk is broken.");
    std::ranges::fill(out, std::byte('x'));
    return out.size();
  }

 private:
  std::uint64_t good_bytes_;
};

TEST_F(SourceTest, ASourceThatFailsIsNeverTakenForWhole) {
  source_ = std::make_shared<FailingSource>(0);
  EXPECT_EQ(500, Connect().Ask(Get("/source"))->status);
  source_ = std::make_shared<FailingSource>(200'000);
  EXPECT_FALSE(Connect().Ask(Get("/source")));
}

}  // namespace
}  // namespace intelliclinix::http::testing
