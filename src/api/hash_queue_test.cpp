#include "api/hash_queue.h"

#include <latch>
#include <memory>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace intelliclinix::api {
namespace {

TEST(HashQueue, ManyWaitForFewThreadsInTheirOrder) {
  std::vector<int> order;
  std::mutex mutex;
  {
    std::latch all(100);
    HashQueue queue({.parallel = 1, .waiting = 100});
    for (int i = 0; i < 100; ++i) {
      queue.Post([&, i](const Status& turn) {
        EXPECT_TRUE(turn);
        const std::lock_guard lock(mutex);
        order.push_back(i);
        all.count_down();
      });
    }
    all.wait();
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TEST(HashQueue, OneTooManyIsRefusedAtOnce) {
  std::latch release(1);
  HashQueue queue({.parallel = 1, .waiting = 1});
  for (int i = 0; i < 2; ++i) queue.Post([&](const Status&) { release.wait(); });
  ErrorCode code{};
  queue.Post([&](const Status& turn) { code = turn.error().code; });
  EXPECT_EQ(code, ErrorCode::kUnavailable);
  release.count_down();
}

TEST(HashQueue, WhoseTurnComesTooLateIsRefused) {
  std::latch done(1);
  HashQueue queue({.parallel = 1, .waiting = 1, .patience = std::chrono::milliseconds(-1)});
  queue.Post([&](const Status& turn) {
    EXPECT_FALSE(turn);
    done.count_down();
  });
  done.wait();
}

TEST(HashQueue, ItsEndRefusesThoseWhoWait) {
  auto queue = std::make_unique<HashQueue>(HashQueueOptions{.parallel = 1, .waiting = 10});
  std::latch running(1);
  std::latch release(1);
  int refused = 0;
  queue->Post([&](const Status&) {
    running.count_down();
    release.wait();
  });
  for (int i = 0; i < 5; ++i) queue->Post([&](const Status& turn) { refused += turn ? 0 : 1; });
  running.wait();
  std::jthread ending([&] { queue.reset(); });
  // The destructor says that it stops before it waits, so nobody who waits may run once it has begun; those who ran
  // before it did are no fault.
  release.count_down();
  ending.join();
  EXPECT_LE(refused, 5);
}

}  // namespace
}  // namespace intelliclinix::api
