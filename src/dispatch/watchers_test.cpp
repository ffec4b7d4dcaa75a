#include "dispatch/watchers.h"

#include <atomic>

#include <gtest/gtest.h>

#include "dispatch/dispatcher_fixture_test.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::dispatch {
namespace {

TEST(Watchers, WhatChangesWhileAWatcherIsToldIsToldToo) {
  const SystemClock clock;
  store::memory::MemoryStore store(clock);
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(1);
  Watchers watchers(store, std::chrono::hours(1));  // nothing comes of itself
  watchers.Start();
  std::atomic<int> sights = 0;
  watchers.Add(inference, [&](const Sight&) {
    if (++sights == 1) watchers.Wake(inference);
    return true;
  });
  EXPECT_TRUE(Eventually([&] { return sights == 2; }));
  watchers.Stop();
}

}  // namespace
}  // namespace intelliclinix::dispatch
