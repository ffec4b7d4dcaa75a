// Huffman codes as deflate takes them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace intelliclinix::image {

/// Lengths of the codes of symbols that occur `counts` times: 0 for one that does not, else 1 to `limit` bits. They are
/// Huffman's where those are not longer than `limit`. At least one symbol occurs, and 2^limit symbols at most.
std::vector<std::uint8_t> HuffmanLengths(std::span<const std::uint32_t> counts, int limit);

/// The codes that belong to lengths, the first bit to be sent in the lowest. Source: RFC 1951 section 3.2.2.
std::vector<std::uint16_t> HuffmanCodes(std::span<const std::uint8_t> lengths);

}  // namespace intelliclinix::image
