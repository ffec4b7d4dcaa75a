// Compresses what mostly repeats itself, such as the rows of drawn pictures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace intelliclinix::image {

/// A zlib stream whose only matches are runs: of the byte before, or of the pixel before. Several times as fast as zlib
/// in its mode for runs, at the size of its file, where nearly all bytes are zeros; of use for nothing else.
/// Threads: one.
/// Source: RFC 1950, RFC 1951.
class RunDeflate {
 public:
  /// `pixel_bytes`: 1 to 4.
  explicit RunDeflate(int pixel_bytes);

  /// Runs do not go on from one call to the next.
  void Add(std::span<const std::uint8_t> bytes);

  /// The stream. Call once.
  std::vector<std::byte> Finish();

 private:
  static constexpr int kLiterals = 256;
  static constexpr int kSymbols = 286;  // literals, the end of a block, lengths of matches
  static constexpr int kDistances = 4;  // 1, 2, 3, 4
  static constexpr std::size_t kTokensOfBlock = 1 << 16;

  void AddPiece(std::span<const std::uint8_t> bytes);
  void AddLiteral(std::uint8_t value);
  void AddMatches(std::size_t bytes, int distance);
  void CheckSameBytes(std::uint8_t value, std::uint64_t count);
  void CheckBytes(std::span<const std::uint8_t> bytes);
  void PutBits(std::uint64_t bits, int count);
  void PutBlock(bool last);
  void PutTables(std::span<const std::uint8_t> lengths);

  const int pixel_bytes_;
  std::vector<std::uint16_t> tokens_;  // a literal; or from kLiterals on, 4 * (length - 3) + distance - 1
  std::array<std::uint32_t, kSymbols> symbol_counts_{};
  std::array<std::uint32_t, kDistances> distance_counts_{};
  std::uint64_t sum_ = 1;  // Adler-32's two sums, taken modulo 65521 after each piece
  std::uint64_t sum_of_sums_ = 0;
  std::uint64_t bits_ = 0;  // that are not in stream_ yet, the first in the lowest
  int bit_count_ = 0;
  std::vector<std::byte> stream_;
};

}  // namespace intelliclinix::image
