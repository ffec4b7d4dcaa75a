// The number formats that arrays on disk are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace intelliclinix::nn {

/// How one element of an array is stored.
struct ElementType {
  enum class Kind { kFloat, kBfloat, kSigned, kUnsigned };
  Kind kind = Kind::kFloat;
  int bytes = 4;  ///< 2, 4, 8 (kFloat); 2 (kBfloat); 1, 2, 4, 8 (integers; a bool is an unsigned byte)
  bool big_endian = false;
};

/// Reads NumPy's name of a type: "<f4", "|u1", ">i2", "f8", "|b1". Nothing for any other.
std::optional<ElementType> ParseNumpyType(std::string_view name);

/// Converts every element to float32: float16 and bfloat16 exactly, float64 and integers to the nearest.
/// `raw` holds values.size() elements.
void DecodeElements(std::span<const std::byte> raw, ElementType type, std::span<float> values);

/// Whether no value is infinite or NaN.
bool AllFinite(std::span<const float> values);

/// The number of elements of `shape`. Nothing when a side is negative or the number exceeds `max_count`.
std::optional<std::uint64_t> CountElements(std::span<const std::int64_t> shape, std::uint64_t max_count);

}  // namespace intelliclinix::nn
