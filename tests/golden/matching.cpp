#include "golden/matching.h"

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "image/regions.h"

namespace intelliclinix::golden {
namespace {

std::vector<std::uint64_t> Areas(const image::LabelImage& labels) {
  std::vector<std::uint64_t> areas;
  for (const image::Region& region : image::MeasureRegions(labels)) areas.push_back(region.area);
  return areas;
}

std::size_t CountObjects(const std::vector<std::uint64_t>& areas) {
  std::size_t count = 0;
  for (const std::uint64_t area : areas) count += static_cast<std::size_t>(area > 0);
  return count;
}

}  // namespace

double Matching::average_precision() const {
  const std::size_t all = expected + found - matched;
  return all == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(all);
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

Matching Match(const image::LabelImage& expected, const image::LabelImage& found, double threshold) {
  if (expected.height != found.height || expected.width != found.width) throw std::invalid_argument("sizes differ");
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> overlaps;
  for (std::size_t i = 0; i < expected.labels.size(); ++i) {
    if (expected.labels[i] != 0 && found.labels[i] != 0) ++overlaps[{expected.labels[i], found.labels[i]}];
  }
  const std::vector<std::uint64_t> expected_areas = Areas(expected);
  const std::vector<std::uint64_t> found_areas = Areas(found);
  std::set<std::uint32_t> taken_expected;
  std::set<std::uint32_t> taken_found;
  for (const auto& [pair, overlap] : overlaps) {
    const std::uint64_t both = expected_areas[pair.first - 1] + found_areas[pair.second - 1] - overlap;
    if (static_cast<double>(overlap) < threshold * static_cast<double>(both)) continue;
    if (taken_expected.contains(pair.first) || taken_found.contains(pair.second)) continue;
    taken_expected.insert(pair.first);
    taken_found.insert(pair.second);
  }
  return {
      .expected = CountObjects(expected_areas), .found = CountObjects(found_areas), .matched = taken_expected.size()};
}

}  // namespace intelliclinix::golden
