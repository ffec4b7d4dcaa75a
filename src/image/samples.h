// Samples as files store them, and what becomes of them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "image/image.h"

namespace intelliclinix::image {

/// How a TIFF stores a sample.
struct StoredSample {
  enum class Kind { kUnsigned, kSigned, kFloat } kind = Kind::kUnsigned;
  int bits = 8;

  int bytes() const { return bits / 8; }
  bool operator==(const StoredSample&) const = default;
};

/// "16-bit unsigned integer".
std::string SampleName(const StoredSample& stored);

/// Whether samples of this kind are read: integers of 8, 16 and 32 bits, floats of 32 and 64.
bool IsRead(const StoredSample& stored);

/// What they become: unsigned integers of 8 and 16 bits stay, everything else becomes 32-bit float. Integers beyond
/// 2^24 and 64-bit floats are rounded to the nearest.
PixelType TypeOf(const StoredSample& stored);

/// `count` samples to 32-bit float. `from` and `to` may not overlap and need no alignment.
void ToFloat(const StoredSample& stored, const std::byte* from, std::size_t count, std::byte* to);

/// Makes 0 of what is NaN or infinite, and counts it.
std::uint64_t ClearNotFinite(std::byte* floats, std::size_t count);

}  // namespace intelliclinix::image
