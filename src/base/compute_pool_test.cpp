#include "base/compute_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
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

/// Jobs on a pool of one thread, so that their items have an order, and note which of them they are of.
class NotedJobs {
 public:
  /// Runs items of `job` until `until` or, without it, until `count` of them have ended; `first` begins with the first.
  void Run(char job, std::size_t count, const std::atomic<bool>* until = nullptr, std::latch* first = nullptr) {
    std::stop_source stop;
    pool_.ParallelFor(
        count,
        [&](std::size_t i) {
          order_ += job;
          if (i == 0 && first != nullptr) first->count_down();
          if (until != nullptr && *until) stop.request_stop();
        },
        stop.get_token());
  }

  ComputePool& pool() { return pool_; }
  /// Items from the first of `job` to the last. Once all have ended.
  std::size_t Span(char job) const { return order_.rfind(job) - order_.find(job) + 1; }

 private:
  ComputePool pool_{1};
  std::string order_;  // of the pool's thread
};

constexpr std::size_t kEndless = 1'000'000'000;

/// Items from the first to the last of 300 of an older job, which begins while the thread has those of a younger one to
/// do, or is about to: that comes after `head_start`.
std::size_t SpanBesideAYoungerJob(std::chrono::milliseconds head_start) {
  NotedJobs jobs;
  std::latch begun(1), may_end(1);
  std::jthread older([&] {
    const ComputePool::Seat seat(jobs.pool());
    jobs.pool().ParallelFor(1, [&](std::size_t) {
      begun.count_down();
      may_end.wait();
    });
    jobs.Run('o', 300);
  });
  begun.wait();
  std::jthread younger([&] { jobs.Run('y', 5000); });
  std::this_thread::sleep_for(head_start);
  may_end.count_down();
  older.join();
  younger.join();
  return jobs.Span('o');
}

TEST(ComputePool, TheOldestJobIsServedFirstWheneverItComes) {
  std::size_t longest = 0;
  for (auto head_start = std::chrono::milliseconds(1); longest <= 300 && head_start.count() < 1000; head_start *= 2) {
    const std::size_t span = SpanBesideAYoungerJob(head_start);
    ASSERT_LE(span, 300U + 300 / 3) << "of four items one is the younger job's";
    longest = std::max(longest, span);
  }
  EXPECT_GT(longest, 300U) << "the younger one was never there in time";
}

TEST(ComputePool, AYoungerJobHasAQuarterBesideALargeOne) {
  NotedJobs jobs;
  std::atomic<bool> ended{false};
  std::latch begun(1);
  std::jthread younger([&] {
    begun.wait();
    jobs.Run('y', 100);
    ended = true;
  });
  jobs.Run('o', kEndless, &ended, &begun);
  younger.join();
  EXPECT_EQ(jobs.Span('y'), 99U * 4 + 1);
}

TEST(ComputePool, OtherJobsHaveThatQuarterInTurn) {
  NotedJobs jobs;
  std::atomic<bool> ended{false};
  std::latch begun(1), both(2);
  std::jthread long_one([&] {
    begun.wait();
    jobs.Run('l', kEndless, &ended, &both);
  });
  std::jthread many_short([&] {
    begun.wait();
    both.count_down();
    while (!ended) jobs.Run('s', 2);
  });
  std::jthread watched([&] {
    both.wait();
    jobs.Run('w', 100);
    ended = true;
  });
  jobs.Run('o', kEndless, &ended, &begun);
  watched.join();
  EXPECT_LE(jobs.Span('w'), 100U * 4 * 3 + 12) << "one of twelve";
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
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
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
