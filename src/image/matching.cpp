#include "image/matching.h"

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "image/regions.h"

namespace intelliclinix::image {
namespace {

std::vector<std::uint64_t> Areas(const LabelImage& labels) {
  std::vector<std::uint64_t> areas;
  for (const image::Region& region : image::MeasureRegions(labels)) areas.push_back(region.area);
  return areas;
}

using Pair = std::pair<std::uint32_t, std::uint32_t>;
using Overlaps = std::map<Pair, std::uint64_t>;

/// The pixels that each pair of objects shares. Neighbours mostly are of one pair, which is then looked up once.
Overlaps CountOverlaps(const LabelImage& expected, const LabelImage& found) {
  Overlaps overlaps;
  auto last = overlaps.end();
  for (std::size_t i = 0; i < expected.labels.size(); ++i) {
    const Pair pair = {expected.labels[i], found.labels[i]};
    if (pair.first == 0 || pair.second == 0) continue;
    if (last == overlaps.end() || last->first != pair) last = overlaps.try_emplace(pair, 0).first;
    ++last->second;
  }
  return overlaps;
}

std::size_t CountObjects(const std::vector<std::uint64_t>& areas) {
  std::size_t count = 0;
  for (const std::uint64_t area : areas) count += static_cast<std::size_t>(area > 0);
  return count;
}

/// Pixels of each object of the two images.
struct Objects {
  std::vector<std::uint64_t> expected;
  std::vector<std::uint64_t> found;
};

/// How many pairs reach the threshold.
std::size_t CountPairs(const Overlaps& overlaps, const Objects& areas, double threshold) {
  std::set<std::uint32_t> taken_expected;
  std::set<std::uint32_t> taken_found;
  for (const auto& [pair, overlap] : overlaps) {
    const std::uint64_t both = areas.expected[pair.first - 1] + areas.found[pair.second - 1] - overlap;
    if (static_cast<double>(overlap) < threshold * static_cast<double>(both)) continue;
    if (taken_expected.contains(pair.first) || taken_found.contains(pair.second)) continue;
    taken_expected.insert(pair.first);
    taken_found.insert(pair.second);
  }
  return taken_expected.size();
}

}  // namespace

double Matching::average_precision() const {
  const std::size_t all = expected + found - matched;
  return all == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(all);
}

double Matching::f1() const {
  const std::size_t all = expected + found;
  return all == 0 ? 1 : 2 * static_cast<double>(matched) / static_cast<double>(all);
}

double Matching::recall() const {
  return expected == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(expected);
}

Matching& Matching::operator+=(const Matching& other) {
  expected += other.expected;
  found += other.found;
  matched += other.matched;
  return *this;
}

std::vector<Matching> MatchAt(std::span<const double> thresholds, const LabelImage& expected, const LabelImage& found) {
  if (expected.height != found.height || expected.width != found.width) throw std::invalid_argument("sizes differ");
  const Overlaps overlaps = CountOverlaps(expected, found);
  const Objects objects{Areas(expected), Areas(found)};
  std::vector<Matching> matchings;
  for (const double threshold : thresholds) {
    matchings.push_back({.expected = CountObjects(objects.expected),
                         .found = CountObjects(objects.found),
                         .matched = CountPairs(overlaps, objects, threshold)});
  }
  return matchings;
}

Matching Match(const LabelImage& expected, const LabelImage& found, double threshold) {
  return MatchAt(std::span(&threshold, 1), expected, found).front();
}

}  // namespace intelliclinix::image
