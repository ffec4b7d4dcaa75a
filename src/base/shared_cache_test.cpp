#include "base/shared_cache.h"

#include <future>
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix {
namespace {

using ::testing::HasSubstr;
using Cache = SharedCache<int>;

Cache::Make Making(int value, std::uint64_t bytes = 1) {
  return [=]() -> Result<std::pair<Cache::Shared, std::uint64_t>> {
    return std::pair(std::make_shared<const int>(value), bytes);
  };
}

/// What Get gives in the end.
std::future<Result<Cache::Shared>> Ask(Cache& cache, const std::string& key, Cache::Make make) {
  auto promise = std::make_shared<std::promise<Result<Cache::Shared>>>();
  std::future<Result<Cache::Shared>> future = promise->get_future();
  cache.Get(key, std::move(make), [promise](const Result<Cache::Shared>& value) { promise->set_value(value); });
  return future;
}

int Put(Cache& cache, const std::string& key, int value, std::uint64_t bytes = 1) {
  return *Ask(cache, key, Making(value, bytes)).get().value();
}

TEST(SharedCache, MakesAThingOnceForAllWhoAsk) {
  Cache cache({.max_bytes = 10});
  std::latch begun(1);
  std::latch go_on(1);
  std::atomic<int> made = 0;
  const auto slow = [&]() -> Result<std::pair<Cache::Shared, std::uint64_t>> {
    ++made;
    begun.count_down();
    go_on.wait();
    return std::pair(std::make_shared<const int>(7), std::uint64_t{1});
  };
  auto first = Ask(cache, "a", slow);
  begun.wait();
  auto second = Ask(cache, "a", slow);
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(Put(cache, "b", 8), 8) << "others do not wait for it";
  go_on.count_down();
  const Cache::Shared value = first.get().value();
  EXPECT_EQ(*value, 7);
  EXPECT_EQ(second.get().value(), value);
  EXPECT_EQ(cache.Find("a"), value);
  EXPECT_EQ(Ask(cache, "a", slow).get().value(), value);
  EXPECT_EQ(made, 1);
}

TEST(SharedCache, ForgetsWhatWasAskedForLongestAgo) {
  Cache cache({.max_bytes = 10});
  Put(cache, "a", 1, 4);
  Put(cache, "b", 2, 4);
  EXPECT_NE(cache.Find("a"), nullptr);
  Put(cache, "c", 3, 4);
  EXPECT_NE(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Find("b"), nullptr);
  Put(cache, "large", 4, 100);
  EXPECT_NE(cache.Find("large"), nullptr) << "the last one stays";
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Find("c"), nullptr);
}

TEST(SharedCache, KeepsSoManyAndNoMore) {
  Cache cache({.max_bytes = 1000, .max_entries = 2});
  for (int i = 0; i < 4; ++i) Put(cache, std::to_string(i), i);
  EXPECT_EQ(cache.Find("1"), nullptr);
  EXPECT_NE(cache.Find("2"), nullptr);
  EXPECT_NE(cache.Find("3"), nullptr);
}

TEST(SharedCache, FailuresAreToldAndNotKept) {
  Cache cache({.max_bytes = 10});
  const auto fail = []() -> Result<std::pair<Cache::Shared, std::uint64_t>> {
    return Fail(ErrorCode::kInvalidArgument, "no image");
  };
  EXPECT_EQ(Ask(cache, "a", fail).get().error().message, "no image");
  const auto throws = []() -> Result<std::pair<Cache::Shared, std::uint64_t>> { throw std::runtime_error("broken"); };
  EXPECT_THAT(Ask(cache, "a", throws).get().error().message, HasSubstr("broken"));
  EXPECT_EQ(Put(cache, "a", 5), 5);
}

TEST(SharedCache, RefusesThoseWhoAreTooMany) {
  std::latch go_on(1);
  Cache cache({.max_bytes = 10, .max_waiting = 2, .threads = 1});
  const auto slow = [&]() -> Result<std::pair<Cache::Shared, std::uint64_t>> {
    go_on.wait();
    return std::pair(std::make_shared<const int>(7), std::uint64_t{1});
  };
  auto first = Ask(cache, "a", slow);
  auto second = Ask(cache, "b", Making(8));
  EXPECT_EQ(Ask(cache, "c", Making(9)).get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(Ask(cache, "a", Making(9)).get().error().code, ErrorCode::kUnavailable);
  go_on.count_down();
  EXPECT_EQ(*first.get().value(), 7);
  EXPECT_EQ(*second.get().value(), 8);
}

}  // namespace
}  // namespace intelliclinix
