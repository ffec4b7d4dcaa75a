#include "cellpose/percentile.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <vector>

namespace intelliclinix::cellpose {
namespace {

constexpr std::size_t kBuckets = 1 << 16;
constexpr std::size_t kCopiedUpTo = 1 << 14;  // samples

/// Keys are in the order of the floats.
std::uint32_t KeyOf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

float ValueOf(std::uint32_t key) { return std::bit_cast<float>((key & 0x80000000U) != 0 ? key & 0x7FFFFFFFU : ~key); }

template <typename Function>
void ForEachKey(const SampleGrid& samples, Function function) {
  for (std::size_t y = 0; y < samples.rows; ++y) {
    const float* sample = samples.first + y * samples.row_stride;
    for (std::size_t x = 0; x < samples.columns; ++x, sample += samples.column_stride) function(KeyOf(*sample));
  }
}

/// Where the value of a rank lies: its bucket, and its rank among the values of the bucket.
struct Place {
  std::uint32_t bucket;
  std::uint64_t rank;
};

Place FindRank(const std::vector<std::uint32_t>& counts, std::uint64_t rank) {
  std::uint32_t bucket = 0;
  while (rank >= counts[bucket]) rank -= counts[bucket++];
  return {bucket, rank};
}

/// Order statistics by two passes of counting, of the upper and of the lower half of the keys.
class CountingSelector {
 public:
  explicit CountingSelector(const SampleGrid& samples) : samples_(samples), upper_(kBuckets), lower_(kBuckets) {
    ForEachKey(samples_, [this](std::uint32_t key) { ++upper_[key >> 16]; });
  }

  float Select(std::uint64_t rank) {
    const Place upper = FindRank(upper_, rank);
    if (upper.bucket != counted_) Count(upper.bucket);
    const Place lower = FindRank(lower_, upper.rank);
    return ValueOf(upper.bucket << 16 | lower.bucket);
  }

 private:
  void Count(std::uint32_t bucket) {
    std::ranges::fill(lower_, 0);
    ForEachKey(samples_, [this, bucket](std::uint32_t key) {
      if (key >> 16 == bucket) ++lower_[key & 0xFFFF];
    });
    counted_ = bucket;
  }

  SampleGrid samples_;
  std::vector<std::uint32_t> upper_;
  std::vector<std::uint32_t> lower_;
  std::uint32_t counted_ = kBuckets;  // the bucket that lower_ is of
};

/// The same of a copy of the keys, for samples so few that clearing the counts would take longer.
class CopySelector {
 public:
  explicit CopySelector(const SampleGrid& samples) {
    keys_.reserve(samples.size());
    ForEachKey(samples, [this](std::uint32_t key) { keys_.push_back(key); });
  }

  float Select(std::uint64_t rank) {
    const auto place = keys_.begin() + static_cast<std::ptrdiff_t>(rank);
    std::ranges::nth_element(keys_, place);
    return ValueOf(*place);
  }

 private:
  std::vector<std::uint32_t> keys_;
};

template <typename Selector>
float Interpolate(Selector& selector, std::size_t count, double percent) {
  const double index = static_cast<double>(count - 1) * (percent / 100);
  const double below = std::floor(index);
  const auto rank = static_cast<std::uint64_t>(below);
  const double fraction = index - below;
  const double low = selector.Select(rank);
  const double high = selector.Select(std::min<std::uint64_t>(rank + 1, count - 1));
  // numpy's form, which is exact at both ends
  const double value = fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction);
  return static_cast<float>(value);
}

template <typename Selector>
std::array<float, 2> Measure(const SampleGrid& samples, std::array<double, 2> percents) {
  Selector selector(samples);
  const float low = Interpolate(selector, samples.size(), percents[0]);
  return {low, Interpolate(selector, samples.size(), percents[1])};
}

}  // namespace

std::array<float, 2> Percentiles(const SampleGrid& samples, std::array<double, 2> percents) {
  assert(samples.size() > 0);
  return samples.size() <= kCopiedUpTo ? Measure<CopySelector>(samples, percents)
                                       : Measure<CountingSelector>(samples, percents);
}

}  // namespace intelliclinix::cellpose
