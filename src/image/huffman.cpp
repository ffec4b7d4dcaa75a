#include "image/huffman.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <queue>
#include <utility>

namespace intelliclinix::image {
namespace {

constexpr int kLongest = 15;  // that deflate knows

/// How deep each symbol is in the tree that always joins the two rarest.
std::vector<std::uint8_t> Depths(std::span<const std::uint32_t> counts) {
  using Node = std::pair<std::uint64_t, std::size_t>;  // how often, and its number: symbols first, then what joins them
  std::priority_queue<Node, std::vector<Node>, std::greater<>> rarest;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) rarest.emplace(counts[i], i);
  }
  std::vector<std::size_t> parent(2 * counts.size(), 0);
  std::size_t joined = counts.size();
  while (rarest.size() > 1) {
    std::uint64_t both = 0;
    for (int i = 0; i < 2; ++i) {
      both += rarest.top().first;
      parent[rarest.top().second] = joined;
      rarest.pop();
    }
    rarest.emplace(both, joined++);
  }
  const std::size_t root = joined - 1;
  std::vector<std::uint8_t> depths(2 * counts.size(), 0);
  for (std::size_t i = root; i-- > 0;) {
    if (i >= counts.size() || counts[i] > 0) depths[i] = static_cast<std::uint8_t>(depths[parent[i]] + 1);
  }
  depths.resize(counts.size());
  return depths;
}

}  // namespace

std::vector<std::uint8_t> HuffmanLengths(std::span<const std::uint32_t> counts, int limit) {
  std::vector<std::uint32_t> flattened(counts.begin(), counts.end());
  if (std::ranges::count_if(flattened, [](std::uint32_t count) { return count > 0; }) == 1) {
    std::vector<std::uint8_t> lengths(flattened.size(), 0);
    std::ranges::transform(flattened, lengths.begin(), [](std::uint32_t count) { return count > 0 ? 1 : 0; });
    return lengths;
  }
  // Halving brings the counts together until the tree is flat enough; at the latest when all are 1.
  for (;;) {
    std::vector<std::uint8_t> lengths = Depths(flattened);
    if (*std::ranges::max_element(lengths) <= limit) return lengths;
    for (std::uint32_t& count : flattened) count = (count + 1) / 2;
  }
}

std::vector<std::uint16_t> HuffmanCodes(std::span<const std::uint8_t> lengths) {
  std::array<std::uint16_t, kLongest + 2> next{};
  for (const std::uint8_t length : lengths) {
    if (length > 0) ++next[length + 1U];
  }
  for (std::size_t bits = 1; bits < next.size(); ++bits) {
    next[bits] = static_cast<std::uint16_t>((next[bits - 1] << 1) + (next[bits] << 1));
  }
  std::vector<std::uint16_t> codes(lengths.size(), 0);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] == 0) continue;
    unsigned forward = next[lengths[i]]++;
    for (int bit = 0; bit < lengths[i]; ++bit, forward >>= 1) {
      codes[i] = static_cast<std::uint16_t>(codes[i] << 1 | (forward & 1));
    }
  }
  return codes;
}

}  // namespace intelliclinix::image
