#include "base/compute_pool.h"

#include <atomic>
#include <latch>
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

TEST(ComputePool, ServesTheOldestBatchFirst) {
  ComputePool pool(1);
  std::latch begun(1);
  std::atomic<bool> ended{false};
  std::atomic<int> overtook{0};
  std::jthread younger([&] {
    begun.wait();
    pool.ParallelFor(10, [&](std::size_t) { overtook += ended ? 0 : 1; });
  });
  constexpr std::size_t kItems = 100'000;  // long enough that the younger batch is there before the last of them
  pool.ParallelFor(kItems, [&](std::size_t i) {
    if (i == 0) begun.count_down();
    std::this_thread::yield();
    if (i == kItems - 1) ended = true;
  });
  younger.join();
  EXPECT_EQ(overtook, 0);
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
