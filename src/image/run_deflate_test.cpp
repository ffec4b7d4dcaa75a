#include "image/run_deflate.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <zlib.h>

#include "image/huffman.h"

namespace intelliclinix::image {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// What zlib makes of a stream; it checks the sum at its end.
Bytes Inflated(const std::vector<std::byte>& stream, std::size_t bytes) {
  Bytes inflated(bytes + 1);
  uLongf size = inflated.size();
  EXPECT_EQ(Z_OK, uncompress(inflated.data(), &size, reinterpret_cast<const Bytef*>(stream.data()), stream.size()));
  inflated.resize(size);
  return inflated;
}

/// Adds `bytes` in pieces of `piece`.
std::vector<std::byte> Deflated(const Bytes& bytes, int pixel_bytes, std::size_t piece) {
  RunDeflate deflate(pixel_bytes);
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    deflate.Add(std::span(bytes).subspan(i, std::min(piece, bytes.size() - i)));
  }
  return deflate.Finish();
}

TEST(RunDeflate, ComesBack) {
  std::mt19937 random(4);
  for (const std::size_t size : {0, 1, 2, 3, 4, 5, 257, 258, 259, 260, 261, 262, 1000, 400'000}) {
    for (const int kinds : {1, 2, 256}) {
      for (const int pixel_bytes : {1, 2, 3, 4}) {
        Bytes bytes(size);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % static_cast<unsigned>(kinds));
        for (const std::size_t piece : {size + 1, std::size_t{777}}) {
          ASSERT_EQ(bytes, Inflated(Deflated(bytes, pixel_bytes, piece), size)) << size << " " << kinds;
        }
      }
    }
  }
}

TEST(RunDeflate, RunsOfEveryLengthComeBack) {
  Bytes bytes;
  for (std::size_t length = 1; length < 800; ++length) {
    bytes.insert(bytes.end(), length, static_cast<std::uint8_t>(length % 2 == 0 ? 0 : length));
    for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 4 + length));
  }
  for (const int pixel_bytes : {1, 3, 4}) {
    EXPECT_EQ(bytes, Inflated(Deflated(bytes, pixel_bytes, bytes.size()), bytes.size()));
  }
}

TEST(RunDeflate, IsSmallWhereBytesRepeat) {
  const Bytes zeros(3'000'000);
  EXPECT_LT(Deflated(zeros, 1, zeros.size()).size(), 4000U);
  Bytes pixels(3'000'000);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 3);
  EXPECT_LT(Deflated(pixels, 3, pixels.size()).size(), 4000U);
}

TEST(HuffmanLengths, AreFlattenedToTheLimit) {
  std::vector<std::uint32_t> counts(30, 1);
  for (std::size_t i = 2; i < counts.size(); ++i) counts[i] = counts[i - 1] + counts[i - 2];
  counts.push_back(0);
  for (const int limit : {5, 7, 15}) {
    const std::vector<std::uint8_t> lengths = HuffmanLengths(counts, limit);
    double sum = 0;  // Kraft's: 1 where every bit string means something
    for (const std::uint8_t length : lengths) sum += length == 0 ? 0 : 1.0 / (1 << length);
    EXPECT_EQ(1, sum);
    EXPECT_LE(*std::ranges::max_element(lengths), limit);
    EXPECT_EQ(0, lengths.back());
  }
}

TEST(HuffmanCodes, AreThoseOfTheStandard) {
  // RFC 1951 section 3.2.2: A to H, with the first bit lowest.
  const std::vector<std::uint8_t> lengths = {3, 3, 3, 3, 3, 2, 4, 4};
  const std::vector<std::uint16_t> codes = HuffmanCodes(lengths);
  EXPECT_EQ((std::vector<std::uint16_t>{0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111}), codes);
}

}  // namespace
}  // namespace intelliclinix::image
