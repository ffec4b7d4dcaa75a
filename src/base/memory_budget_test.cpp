#include "base/memory_budget.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace intelliclinix {
namespace {

constexpr auto kWaitTime = std::chrono::milliseconds(20);

TEST(MemoryBudget, NoMoreIsTakenThanThereIs) {
  MemoryBudget budget(100);
  std::atomic<int> taken{0};
  std::atomic<int> most{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, bytes = 20 + 15 * i] {
      for (int turn = 0; turn < 200; ++turn) {
        const auto share = budget.Take(static_cast<std::uint64_t>(bytes));
        ASSERT_TRUE(share.has_value());
        const int now = taken += bytes;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        taken -= bytes;
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, 100);
}

TEST(MemoryBudget, WhatIsLargerThanAllHasItAlone) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Share> one = budget.Take(1);
  std::atomic<bool> had{false};
  std::jthread large([&] {
    const auto all = budget.Take(1'000);
    had = true;
  });
  std::this_thread::sleep_for(kWaitTime);
  EXPECT_FALSE(had);
  one.reset();
  large.join();
  EXPECT_TRUE(had);
}

void UntilSomebodyWaits(const MemoryBudget& budget) {
  while (!budget.IsScarce()) std::this_thread::yield();
}

TEST(MemoryBudget, WhoComesLaterDoesNotGoFirst) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Share> one = budget.Take(60);
  EXPECT_FALSE(budget.IsScarce());
  std::atomic<int> order{0};
  int large_came = 0, small_came = 0;
  std::jthread large([&] {
    const auto share = budget.Take(80);
    large_came = ++order;
  });
  UntilSomebodyWaits(budget);
  std::jthread small([&] {
    const auto share = budget.Take(40);  // there is room for it all the time
    small_came = ++order;
  });
  std::this_thread::sleep_for(kWaitTime);
  EXPECT_EQ(order, 0);
  one.reset();
  large.join();
  small.join();
  EXPECT_LT(large_came, small_came);
  EXPECT_FALSE(budget.IsScarce());
}

TEST(MemoryBudget, AStopEndsTheWaitAndLetsTheNextGo) {
  MemoryBudget budget(100);
  const auto one = budget.Take(60);
  std::stop_source stop;
  std::atomic<bool> gave_up{false};
  std::jthread large([&] { gave_up = !budget.Take(80, stop.get_token()).has_value(); });
  UntilSomebodyWaits(budget);
  std::jthread small([&] { EXPECT_TRUE(budget.Take(40).has_value()); });
  stop.request_stop();
  large.join();
  small.join();
  EXPECT_TRUE(gave_up);
  EXPECT_FALSE(budget.Take(1, stop.get_token()).has_value());
}

TEST(MemoryBudget, WithoutABoundNobodyWaits) {
  MemoryBudget budget(0);
  const auto one = budget.Take(~std::uint64_t{0} / 4);
  const auto two = budget.Take(~std::uint64_t{0} / 4);
  EXPECT_TRUE(one.has_value() && two.has_value());
}

}  // namespace
}  // namespace intelliclinix
