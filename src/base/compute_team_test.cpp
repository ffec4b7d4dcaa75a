#include "base/compute_team.h"

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace intelliclinix {
namespace {

TEST(ComputeTeam, EachStepSeesAllOfTheStepBefore) {
  ComputePool pool(3);
  std::vector<int> values(1000);
  ComputeTeam::Run(&pool, 3, [&](ComputeTeam& team) {
    for (int step = 0; step < 500; ++step) {
      team.Share(static_cast<int>(values.size()), 7, [&](int part, int begin, int end) {
        EXPECT_LT(part, 3);
        EXPECT_EQ(begin % 7, 0);
        for (int i = begin; i < end; ++i) {
          EXPECT_EQ(values[static_cast<std::size_t>(i)], step);
          ++values[static_cast<std::size_t>(i)];
        }
      });
    }
  });
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0), 500 * 1000);
}

TEST(ComputeTeam, LeadersWithoutHelpersDoAllAlone) {
  ComputePool pool(2);
  std::atomic<int> sum{0};
  // As many teams as threads: nobody is left to help, until one has ended.
  pool.ParallelFor(8, [&](std::size_t) {
    ComputeTeam::Run(&pool, 2, [&](ComputeTeam& team) {
      for (int step = 0; step < 50; ++step) team.Share(10, 1, [&](int, int begin, int end) { sum += end - begin; });
    });
  });
  EXPECT_EQ(sum, 8 * 50 * 10);
}

TEST(ComputeTeam, FewerItemsThanMembers) {
  ComputePool pool(4);
  std::atomic<int> calls{0};
  ComputeTeam::Run(&pool, 4, [&](ComputeTeam& team) { team.Share(1, 1, [&](int, int, int) { ++calls; }); });
  EXPECT_EQ(calls, 1);
}

TEST(ComputeTeam, AloneWithoutAPool) {
  int items = 0;
  ComputeTeam::Run(nullptr, 4, [&](ComputeTeam& team) {
    EXPECT_EQ(team.size(), 1);
    team.Share(9, 2, [&](int part, int begin, int end) {
      EXPECT_EQ(part, 0);
      items += end - begin;
    });
  });
  EXPECT_EQ(items, 9);
}

TEST(ComputeTeam, ALeaderThatThrowsLetsItsHelpersGo) {
  ComputePool pool(2);
  EXPECT_THROW(ComputeTeam::Run(&pool, 2, [](ComputeTeam&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace intelliclinix
