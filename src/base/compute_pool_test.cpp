#include "base/compute_pool.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

namespace intelliclinix {
namespace {

/// How many threads compute, and the most that ever did.
class Census {
 public:
  void Work() {
    const int now = ++computing_;
    int most = most_;
    while (now > most && !most_.compare_exchange_weak(most, now)) {
    }
    std::this_thread::yield();
    --computing_;
  }
  int most() const { return most_; }

 private:
  std::atomic<int> computing_{0};
  std::atomic<int> most_{0};
};

TEST(ComputePoolSeat, NoMoreThreadsComputeThanThePoolHas) {
  ComputePool pool(2);
  Census census;
  std::atomic<int> items{0};
  std::vector<std::jthread> workers;
  for (int worker = 0; worker < 5; ++worker) {
    workers.emplace_back([&] {
      const ComputePool::Seat seat(pool);
      for (int turn = 0; turn < 50; ++turn) {
        census.Work();
        pool.ParallelFor(7, [&](std::size_t) {
          census.Work();
          ++items;
        });
      }
    });
  }
  workers.clear();
  EXPECT_EQ(items, 5 * 50 * 7);
  EXPECT_LE(census.most(), 2);
}

TEST(ComputePoolSeat, ThePlaceIsTheItemsWhileItsThreadWaits) {
  ComputePool pool(2);
  const ComputePool::Seat seat(pool);
  std::latch both(2);  // so two items must run at once
  pool.ParallelFor(2, [&](std::size_t) { both.arrive_and_wait(); });
}

TEST(ComputePoolSeat, TakenTwiceOrInsideAnItemItIsNothing) {
  ComputePool pool(1);
  const ComputePool::Seat seat(pool);
  const ComputePool::Seat again(pool);
  bool ran = false;
  pool.ParallelFor(1, [&](std::size_t) {
    const ComputePool::Seat inside(pool);
    ran = true;
  });
  EXPECT_TRUE(ran);
}

TEST(ComputePoolSeat, OneThatWaitsGoesBeforeFurtherItems) {
  ComputePool pool(1);
  std::latch begun(1);
  std::atomic<bool> seated{false};
  std::atomic<std::size_t> before{0};
  std::jthread worker([&] {
    begun.wait();
    const ComputePool::Seat seat(pool);
    seated = true;
  });
  pool.ParallelFor(1'000'000, [&](std::size_t i) {
    if (i == 0) begun.count_down();
    if (!seated) ++before;
    std::this_thread::yield();
  });
  EXPECT_LT(before, 1'000'000);
}

/// Jobs on one pool, whose items note which of them they are of.
class NotedJobs {
 public:
  explicit NotedJobs(int threads) : pool_(threads) {}

  /// Runs items of `job` until `until` or, without it, until `count` of them have ended.
  void Run(char job, std::size_t count, const std::atomic<bool>* until = nullptr) {
    std::stop_source stop;
    pool_.ParallelFor(
        count,
        [&](std::size_t) {
          const std::lock_guard lock(mutex_);
          order_ += job;
          if (until != nullptr && *until) stop.request_stop();
        },
        stop.get_token());
  }

  ComputePool& pool() { return pool_; }
  /// Items from the first of `job` to the last. Once all have ended.
  std::size_t Span(char job) const { return order_.rfind(job) - order_.find(job) + 1; }

 private:
  ComputePool pool_;
  std::mutex mutex_;
  std::string order_;
};

constexpr std::size_t kEndless = 1'000'000'000;
constexpr auto kAWhile = std::chrono::milliseconds(20);

TEST(ComputePool, TheOldestJobIsServedFirstWheneverItComes) {
  NotedJobs jobs(2);
  std::atomic<bool> ended{false};
  std::latch seated(1);
  std::jthread older([&] {
    const ComputePool::Seat seat(jobs.pool());
    seated.count_down();
    std::this_thread::sleep_for(kAWhile);  // the younger one computes meanwhile
    jobs.Run('o', 300);
    ended = true;
  });
  seated.wait();
  jobs.Run('y', kEndless, &ended);
  older.join();
  EXPECT_LE(jobs.Span('o'), 300U + 300 / 3 + 20) << "of four items one is the younger job's";
}

TEST(ComputePool, AYoungerJobHasAQuarterBesideALargeOne) {
  NotedJobs jobs(1);
  std::atomic<bool> ended{false};
  std::jthread younger([&] {
    std::this_thread::sleep_for(kAWhile);
    jobs.Run('y', 100);
    ended = true;
  });
  jobs.Run('o', kEndless, &ended);
  younger.join();
  EXPECT_GE(jobs.Span('y'), 99U * 4 - 4);
  EXPECT_LE(jobs.Span('y'), 99U * 4 + 4);
}

TEST(ComputePool, ABatchThatWaitsForItsTurnSeesTheStop) {
  ComputePool pool(1);
  std::latch runs(1), may_end(1);
  std::jthread other([&] {
    pool.ParallelFor(1, [&](std::size_t) {
      runs.count_down();
      may_end.wait();
    });
  });
  runs.wait();
  std::stop_source stop;
  std::jthread stopping([&] {
    std::this_thread::sleep_for(kAWhile);
    stop.request_stop();
  });
  // It would hang here: the pool's only thread rests until this has returned.
  EXPECT_FALSE(pool.ParallelFor(10, [](std::size_t) { ADD_FAILURE() << "ran"; }, stop.get_token()));
  EXPECT_FALSE(pool.ParallelFor(10, [](std::size_t) { ADD_FAILURE() << "ran"; }, stop.get_token()));
  may_end.count_down();
}

TEST(AvailableCores, AreThoseOfTheQuotas) {
  EXPECT_EQ(CoresWithin(8, {}), 8);
  EXPECT_EQ(CoresWithin(8, {"max 100000"}), 8);
  EXPECT_EQ(CoresWithin(8, {"200000 100000"}), 2);
  EXPECT_EQ(CoresWithin(8, {"150000 100000"}), 2);
  EXPECT_EQ(CoresWithin(8, {"max 100000", "400000 100000", "50000 50000", "max 100000"}), 1);
  EXPECT_EQ(CoresWithin(8, {"1000 100000"}), 1);
  EXPECT_EQ(CoresWithin(8, {"99999999999999 100000"}), 8);
  EXPECT_EQ(CoresWithin(8, {"", "quota", "0 0", "-100000 100000"}), 8);
}

TEST(AvailableCores, AreThoseThatTheThreadMayRunOn) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(AvailableCores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(AvailableCores(), CPU_COUNT(&before));
}

}  // namespace
}  // namespace intelliclinix
