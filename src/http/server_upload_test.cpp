// Request bodies: buffered, streamed, refused, cut off.
#include "http/server_fixture_test.h"

namespace intelliclinix::http::testing {
namespace {

using namespace std::chrono_literals;
using UploadTest = ServerFixture;

std::string PutHead(std::string_view path, std::string_view extra) {
  return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(extra) + "\r\n";
}

std::string PutHead(std::string_view path, std::uint64_t length, std::string_view extra = "") {
  return PutHead(path, "Content-Length: " + std::to_string(length) + "\r\n" + std::string(extra));
}

TEST_F(UploadTest, StreamsABodyIntoASinkAndKeepsTheConnection) {
  Start();
  WireClient client = Connect();
  const std::string body(5'000'000, 'x');
  for (int i = 0; i < 2; ++i) {
    const auto response = client.Ask(PutHead("/count", body.size()) + body);
    ASSERT_TRUE(response);
    EXPECT_EQ(201, response->status);
    EXPECT_EQ("5000000", response->body);
  }
  EXPECT_EQ("0", client.Ask(PutHead("/count", 0))->body);
  EXPECT_TRUE(diary_.WaitFor("finished on the pool /count"));
}

TEST_F(UploadTest, TakesChunkedBodies) {
  Start();
  WireClient client = Connect();
  const std::string chunked = "5;name=value\r\nhello\r\n06\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
  const std::string coding = "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ("11", client.Ask(PutHead("/count", coding) + chunked)->body);
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : chunked) client.Send({&c, 1});
  EXPECT_EQ("hello world", client.Receive()->body);
}

TEST_F(UploadTest, RefusesDamagedChunks) {
  Start();
  for (const std::string chunks : {"x\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "fffffffffffffffff\r\n",
                                   "-1\r\n", "0\r\nContent-Length: 5\n\r\n\r\n"}) {
    WireClient client = Connect();
    const auto response = client.Ask(PutHead("/count", "Transfer-Encoding: chunked\r\n") + chunks);
    ASSERT_TRUE(response) << chunks;
    EXPECT_EQ(400, response->status) << chunks;
    EXPECT_TRUE(client.IsClosed());
  }
}

TEST_F(UploadTest, BoundsChunkHeaders) {
  Start();
  WireClient client = Connect();
  client.Send(PutHead("/count", "Transfer-Encoding: chunked\r\n") + "5;" + std::string(70'000, 'e'));
  EXPECT_EQ(400, client.Receive()->status);
}

TEST_F(UploadTest, RefusesBodiesOverTheLimit) {
  Start();
  WireClient client = Connect();
  const auto refused = client.Ask(Post("/echo", std::string((1 << 20) + 1, 'x')));
  EXPECT_EQ(413, refused->status);
  EXPECT_NE(std::string::npos, refused->body.find("more than 1,048,576 bytes")) << refused->body;
  EXPECT_TRUE(client.IsClosed());
  EXPECT_EQ(200, Connect().Ask(Post("/echo", std::string(1 << 20, 'x')))->status);
  EXPECT_EQ(413, Connect().Ask(PutHead("/count", 1ull << 40))->status);
  WireClient chunked = Connect();
  chunked.Send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 17; ++i) chunked.Send("10000\r\n" + std::string(65536, 'x') + "\r\n");
  EXPECT_EQ(413, chunked.Receive()->status);
}

TEST_F(UploadTest, RendersTheSinksErrorAndLetsTheClientSeeIt) {
  Start();
  WireClient client = Connect();
  // More than the socket buffers hold: the client is still sending when the answer is made.
  const std::string body = "!" + std::string(7'000'000, 'x');
  ASSERT_TRUE(client.Send(PutHead("/count", body.size()) + body));
  const auto response = client.Receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(422, response->status);
  EXPECT_EQ("Do not shout.", response->body);
  EXPECT_EQ("close", response->headers.at("connection"));
  EXPECT_TRUE(diary_.WaitFor("aborted on the pool /count"));
  client.FinishSending();
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(UploadTest, DrainsNoMoreThanItsLimit) {
  Start({.max_drain_bytes = 100'000});
  WireClient client = Connect();
  client.Send(PutHead("/count", 60 << 20) + "!");
  bool open = true;
  for (int i = 0; i < 1000 && open; ++i) open = client.Send(std::string(60'000, 'x'));
  EXPECT_FALSE(open);
  EXPECT_TRUE(WaitForConnections(0));
}

TEST_F(UploadTest, ASinkThatThrowsIsA500) {
  Start();
  EXPECT_EQ(500, Connect().Ask(PutHead("/count", 1) + "?")->status);
}

TEST_F(UploadTest, HonoursExpectContinue) {
  Start();
  for (const std::string path : {"/count", "/echo"}) {
    WireClient client = Connect();
    const std::string method = path == "/echo" ? "POST " : "PUT ";
    client.Send(method + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", client.ReceiveSome());
    client.Send("abc");
    EXPECT_LT(client.Receive()->status, 300);
  }
}

TEST_F(UploadTest, RefusesFromTheHeadAloneWithoutContinue) {
  Start();
  WireClient client = Connect();
  const auto refused = client.Ask(PutHead("/count?refuse", 1000, "Expect: 100-continue\r\n"));
  EXPECT_EQ(403, refused->status);
  EXPECT_EQ("close", refused->headers.at("connection"));
  EXPECT_EQ(413, Connect().Ask(PutHead("/count", 1ull << 40, "Expect: 100-continue\r\n"))->status);
  EXPECT_EQ(417, Connect().Ask(PutHead("/count", 5, "Expect: a miracle\r\n"))->status);
}

TEST_F(UploadTest, ChecksTheHeadBeforeTheBodyIsSent) {
  Start();
  const auto head = [](std::string_view path, std::string_view extra) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + std::string(extra) + "\r\n";
  };
  for (const std::string sent : {"", "a"}) {  // the rest never comes
    WireClient client = Connect();
    const auto refused = client.Ask(head("/guarded", "") + sent);
    EXPECT_EQ(401, refused->status);
    EXPECT_EQ("close", refused->headers.at("connection"));
  }
  EXPECT_EQ(401, Connect().Ask(head("/guarded", "Expect: 100-continue\r\n"))->status);
  EXPECT_EQ(500, Connect().Ask(head("/guarded?throw", ""))->status);
  WireClient known = Connect();
  known.Send(head("/guarded", "Authorization: me\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", known.ReceiveSome());
  EXPECT_EQ("abc", known.Ask("abc")->body);
  for (const std::string& event : diary_.events()) EXPECT_EQ("checked on the pool", event);
}

TEST_F(UploadTest, AHangUpDestroysTheSinkOnThePool) {
  Start();
  for (const bool reset : {true, false}) {
    WireClient client = Connect();
    client.Send(PutHead("/count", 10'000'000) + std::string(100'000, 'x'));
    ASSERT_TRUE(diary_.WaitFor("first write"));
    if (reset) {
      client.Abort();
    } else {
      client.FinishSending();
      EXPECT_TRUE(client.IsClosed());
    }
    EXPECT_TRUE(WaitForConnections(0));
    EXPECT_TRUE(diary_.WaitFor("aborted on the pool /count"));
  }
  pool_ = (server_.reset(), nullptr);  // whatever still ran has ended
  for (const std::string& event : diary_.events()) EXPECT_EQ(std::string::npos, event.find("elsewhere")) << event;
  EXPECT_TRUE(records().at(0).aborted);
}

TEST_F(UploadTest, ABodyThatStopsComingIsA408) {
  Start({.body_timeout = 100ms});
  WireClient client = Connect();
  client.Send(PutHead("/count", 100) + "abc");
  EXPECT_EQ(408, client.Receive()->status);
  EXPECT_TRUE(diary_.WaitFor("aborted on the pool /count"));
}

TEST_F(UploadTest, ManyUploadsAtOnce) {
  Start();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      WireClient client = Connect();
      for (int round = 0; round < 5; ++round) {
        const std::string body(300'000 + static_cast<std::size_t>(round), 'x');
        EXPECT_EQ(std::to_string(body.size()), client.Ask(PutHead("/count", body.size()) + body)->body);
      }
    });
  }
}

}  // namespace
}  // namespace intelliclinix::http::testing
