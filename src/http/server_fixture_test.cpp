#include "http/server_fixture_test.h"

#include <algorithm>
#include <latch>
#include <stdexcept>

namespace intelliclinix::http::testing {
namespace {

using namespace std::chrono_literals;

Response Text(int status, std::string text) {
  Response response{.status = status};
  response.headers.Set("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

// Whether this is a thread of the pool.
thread_local bool on_pool = false;

class CountingSink final : public BodySink {
 public:
  CountingSink(Diary& diary, const Request& head) : diary_(diary), head_(head) {}
  ~CountingSink() override {
    diary_.Note(std::string(finished_ ? "finished " : "aborted ") + (on_pool ? "on the pool " : "elsewhere ") +
                head_.path);
  }
  Status Write(std::span<const std::byte> bytes) override {
    if (count_ == 0) diary_.Note("first write");
    count_ += bytes.size();
    if (std::ranges::find(bytes, std::byte('!')) != bytes.end()) {
      return Fail(ErrorCode::kInvalidArgument, "Do not shout.", "body");
    }
    if (std::ranges::find(bytes, std::byte('?')) != bytes.end()) throw std::runtime_error("a question");
    return {};
  }
  Reply Finish() override {
    finished_ = true;
    return Text(201, std::to_string(count_));
  }

 private:
  Diary& diary_;
  const Request& head_;
  std::uint64_t count_ = 0;
  bool finished_ = false;
};

}  // namespace

void Diary::Note(std::string event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_all();
}

std::vector<std::string> Diary::events() {
  const std::lock_guard lock(mutex_);
  return events_;
}

bool Diary::WaitFor(const std::string& event) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, 20s, [&] { return std::ranges::find(events_, event) != events_.end(); });
}

ServerFixture::ServerFixture() {
  // The tasks wait for each other, so that no thread takes two of them.
  const auto all_there = std::make_shared<std::latch>(kPoolThreads + 1);
  for (int i = 0; i < kPoolThreads; ++i) {
    pool_->Post([all_there] {
      on_pool = true;
      all_there->arrive_and_wait();
    });
  }
  all_there->arrive_and_wait();
}

void ServerFixture::TearDown() {
  server_.reset();
  waiting_.clear();
  pool_.reset();
}

void ServerFixture::AddRoutes() {
  router_.Handle("GET", "/hello", [](Request&) { return Text(200, "hello"); });
  router_.Handle("GET", "/items/{id}", [](Request& request) { return Text(200, std::string(request.Param("id"))); });
  router_.Handle("POST", "/echo", [](Request& request) { return Text(200, request.body); },
                 {.max_body_bytes = 1 << 20});
  const auto check = [this](Request& head) -> std::optional<Response> {
    diary_.Note("checked " + std::string(on_pool ? "on the pool" : "elsewhere"));
    if (head.Query("throw")) throw std::runtime_error("on purpose");
    if (head.Header("Authorization").empty()) return Text(401, "Who are you?");
    return std::nullopt;
  };
  const auto guarded = [](Request& request) { return Text(200, request.body); };
  router_.Handle("POST", "/guarded", GuardedHandler{check, guarded}, {.max_body_bytes = 1 << 20});
  router_.Handle("GET", "/throw", [](Request&) -> Reply { throw std::runtime_error("on purpose"); });
  router_.Handle("GET", "/forget", [](Request&) -> Reply { return Deferred{[](Send) {}}; });
  router_.Handle("GET", "/split", [](Request& request) {
    Response response = Text(200, "x");
    response.headers.Set("X-Name", std::string(request.Query("name").value_or("")));
    return response;
  });
  router_.Handle("GET", "/later", [this](Request&) -> Reply {
    diary_.Note("later");
    return Deferred{[this](Send send) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(send));
      changed_.notify_all();
    }};
  });
  router_.Handle("GET", "/source", [this](Request&) {
    Response response{.body = source_};
    if (!etag_.empty()) response.headers.Set("ETag", etag_);
    return response;
  });
  const auto count = [this](Request& head) -> std::variant<Response, std::unique_ptr<BodySink>> {
    if (head.Query("refuse")) return Text(403, "refused");
    return std::make_unique<CountingSink>(diary_, head);
  };
  router_.HandleUpload("PUT", "/count", count, {.max_body_bytes = 64 << 20});
}

void ServerFixture::Start(ServerOptions options) {
  AddRoutes();
  options.port = 0;
  hooks_.render_problem = [](const Problem& problem, const Request&) { return Text(problem.status, problem.detail); };
  hooks_.render_error = [](const Error& error, const Request&) { return Text(422, error.message); };
  hooks_.access = [this](const AccessRecord& record) {
    const std::lock_guard lock(mutex_);
    records_.push_back(record);
    changed_.notify_all();
  };
  server_ = std::make_unique<Server>(options, router_, hooks_, *pool_);
  const Result<std::uint16_t> port = server_->Start();
  ASSERT_TRUE(port) << port.error().message;
  port_ = *port;
}

void ServerFixture::Stop(std::chrono::milliseconds grace) { server_->Stop(grace); }

void ServerFixture::Answer(Response response) {
  std::unique_lock lock(mutex_);
  ASSERT_TRUE(changed_.wait_for(lock, 20s, [&] { return !waiting_.empty(); }));
  Send send = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  lock.unlock();
  send(std::move(response));
}

std::vector<AccessRecord> ServerFixture::records() {
  const std::lock_guard lock(mutex_);
  return records_;
}

bool ServerFixture::WaitForConnections(int count) {
  for (int i = 0; i < 20'000 && server_->connections() > count; ++i) std::this_thread::sleep_for(1ms);
  return server_->connections() <= count;
}

}  // namespace intelliclinix::http::testing
