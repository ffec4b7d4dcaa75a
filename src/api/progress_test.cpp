#include "api/progress.h"

#include <gtest/gtest.h>

namespace intelliclinix::api {
namespace {

using std::chrono::seconds;

class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() {
    state.status = records::InferenceStatus::kRunning;
    state.started_at = TimePoint(seconds(1000));
    state.progress = {.images_done = 5, .images_total = 20, .tiles_done = 0, .tiles_total = 0};
  }

  store::InferenceState state;
};

TEST_F(ProgressTest, TheRestTakesAsLongAsWhatWasDone) {
  EXPECT_EQ(EstimateSeconds(state, TimePoint(seconds(1010))), 30);
}

TEST_F(ProgressTest, OneImageGoesByItsTiles) {
  state.progress = {.images_done = 0, .images_total = 1, .tiles_done = 3, .tiles_total = 4};
  EXPECT_EQ(EstimateSeconds(state, TimePoint(seconds(1009))), 3);
}

TEST_F(ProgressTest, NothingIsKnownBeforeTheFirstImageAfterTheEndAndInARetry) {
  const TimePoint now(seconds(1010));
  store::InferenceState none = state;
  none.progress.images_done = 0;
  EXPECT_FALSE(EstimateSeconds(none, now));
  store::InferenceState queued = state;
  queued.status = records::InferenceStatus::kQueued;
  EXPECT_FALSE(EstimateSeconds(queued, now));
  store::InferenceState ended = state;
  ended.status = records::InferenceStatus::kCompleted;
  EXPECT_FALSE(EstimateSeconds(ended, now));
  store::InferenceState again = state;
  again.attempt = 2;
  EXPECT_FALSE(EstimateSeconds(again, now));
  store::InferenceState cancelled = state;
  cancelled.cancel_requested = true;
  EXPECT_FALSE(EstimateSeconds(cancelled, now));
  EXPECT_FALSE(EstimateSeconds(state, TimePoint(seconds(999)))) << "clocks of two machines differ";
}

}  // namespace
}  // namespace intelliclinix::api
