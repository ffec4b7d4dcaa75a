#include "api/login_limiter.h"

#include <gtest/gtest.h>

namespace intelliclinix::api {
namespace {

using std::chrono::seconds;

class LoginLimiterTest : public ::testing::Test {
 protected:
  ManualClock clock;
  LoginLimiter limiter{{.attempts = 2, .window = seconds(60), .max_entries = 3}, clock};
};

TEST_F(LoginLimiterTest, AttemptsRunOutAndComeBack) {
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  clock.Advance(std::chrono::milliseconds(10'500));
  EXPECT_FALSE(limiter.Begin("Ada", "a"));
  EXPECT_EQ(limiter.Begin("ada", "a"), seconds(50));
  EXPECT_EQ(limiter.Begin("ada", "a"), seconds(50));
  clock.Advance(std::chrono::milliseconds(49'500));
  EXPECT_FALSE(limiter.Begin("ada", "a"));
}

TEST_F(LoginLimiterTest, PairsCountApart) {
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  EXPECT_TRUE(limiter.Begin("ada", "a"));
  EXPECT_FALSE(limiter.Begin("ada", "b"));
  EXPECT_FALSE(limiter.Begin("grace", "a"));
}

TEST_F(LoginLimiterTest, SuccessForgets) {
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  limiter.Succeeded("ADA", "a");
  EXPECT_FALSE(limiter.Begin("ada", "a"));
}

TEST_F(LoginLimiterTest, WhatIsTakenBackDoesNotCount) {
  limiter.TakeBack("ada", "a");
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  limiter.TakeBack("Ada", "a");
  limiter.TakeBack("ada", "a");
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  EXPECT_FALSE(limiter.Begin("ada", "a"));
  EXPECT_TRUE(limiter.Begin("ada", "a"));
}

TEST_F(LoginLimiterTest, WhenFullTheOldestMakesRoom) {
  for (const char* name : {"one", "two", "three"}) {
    EXPECT_FALSE(limiter.Begin(name, "a"));
    EXPECT_FALSE(limiter.Begin(name, "a"));
    clock.Advance(seconds(1));
  }
  EXPECT_FALSE(limiter.Begin("four", "a"));
  EXPECT_TRUE(limiter.Begin("two", "a"));
  EXPECT_TRUE(limiter.Begin("three", "a"));
  EXPECT_FALSE(limiter.Begin("one", "a"));
}

}  // namespace
}  // namespace intelliclinix::api
