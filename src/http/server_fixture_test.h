// A server with a few routes, for tests.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/thread_pool.h"
#include "http/server.h"
#include "http/wire_client_test.h"

namespace intelliclinix::http::testing {

/// A place where threads tell a test what happened.
class Diary {
 public:
  void Note(std::string event);
  std::vector<std::string> events();
  /// Waits until `event` has been noted; false after 20 s.
  bool WaitFor(const std::string& event);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
};

/// Routes: GET /hello, GET /items/{id}, POST /echo (at most 1 MiB), POST /guarded (the same for those who send
/// Authorization; throws at "throw" in the query), PUT /count (an upload of at most 64 MiB whose
/// answer is its byte count; refuses "refuse" in the query from the head, and bytes with a '!' in them), GET /throw,
/// GET /later (answered by Answer()), GET /forget (never answered), GET /source (a streamed body).
class ServerFixture : public ::testing::Test {
 protected:
  static constexpr int kPoolThreads = 3;

  ServerFixture();
  void TearDown() override;

  /// Adds the routes and starts on a free port.
  void Start(ServerOptions options = {});
  void Stop(std::chrono::milliseconds grace);
  WireClient Connect() { return WireClient(port_); }
  /// Sends what a GET /later waits for; waits for such a request first.
  void Answer(Response response);
  std::vector<AccessRecord> records();
  /// Waits until the server has no more than `count` connections; false after 20 s.
  bool WaitForConnections(int count);

  Router router_;
  Hooks hooks_;
  Diary diary_;
  std::shared_ptr<ByteSource> source_;
  std::string etag_;
  std::unique_ptr<ThreadPool> pool_ = std::make_unique<ThreadPool>(kPoolThreads);
  std::unique_ptr<Server> server_;
  int port_ = 0;

 private:
  void AddRoutes();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Send> waiting_;
  std::vector<AccessRecord> records_;
};

}  // namespace intelliclinix::http::testing
