#include "nn/element_type.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/vector_clones.h"

namespace intelliclinix::nn {
namespace {

// Exponent and fraction move to float32's places; the product with 2^112 corrects the exponent's bias, and makes
// normal numbers of float16's subnormal ones.
float WidenFloat16(std::uint16_t half) {
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fff) << 13;
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const float scaled = std::bit_cast<float>(magnitude) * 0x1p112F;
  const bool finite = (half & 0x7c00) != 0x7c00;
  const std::uint32_t bits = finite ? std::bit_cast<std::uint32_t>(scaled) : magnitude | 0x7f800000U;
  return std::bit_cast<float>(bits | sign);
}

/// What nearly all checkpoints hold, in this machine's order of bytes.
IC_VECTOR_CLONES
void WidenFloat16s(const std::byte* raw, float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, raw + i * sizeof half, sizeof half);
    values[i] = WidenFloat16(half);
  }
}

IC_VECTOR_CLONES
bool AreFinite(const float* values, std::size_t count) {
  constexpr std::uint32_t kInfinite = 0x7f800000U;
  std::uint32_t infinite = 0;
  for (std::size_t i = 0; i < count; ++i) {
    infinite |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(values[i]) & kInfinite) == kInfinite);
  }
  return infinite == 0;
}

template <typename Stored, typename Convert>
void DecodeAs(std::span<const std::byte> raw, bool swap, std::span<float> values, Convert convert) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::array<std::byte, sizeof(Stored)> bytes;
    std::memcpy(bytes.data(), raw.data() + i * sizeof(Stored), sizeof(Stored));
    if (swap) std::ranges::reverse(bytes);
    values[i] = convert(std::bit_cast<Stored>(bytes));
  }
}

template <typename Stored>
void DecodeNumbers(std::span<const std::byte> raw, bool swap, std::span<float> values) {
  DecodeAs<Stored>(raw, swap, values, [](Stored value) { return static_cast<float>(value); });
}

// A float64 beyond float32's range becomes an infinity; a plain cast of it is undefined.
float NarrowDouble(double value) {
  constexpr double kMax = 0x1.fffffefffffffp127;  // the largest double that rounds to a finite float32
  if (value > kMax) return std::bit_cast<float>(0x7f800000U);
  if (value < -kMax) return std::bit_cast<float>(0xff800000U);
  return static_cast<float>(value);
}

void DecodeFloats(std::span<const std::byte> raw, ElementType type, std::span<float> values) {
  if (type.bytes == 4) {
    DecodeNumbers<float>(raw, type.big_endian, values);
  } else if (type.bytes == 2 && !type.big_endian) {
    WidenFloat16s(raw.data(), values.data(), values.size());
  } else if (type.bytes == 2) {
    DecodeAs<std::uint16_t>(raw, type.big_endian, values, WidenFloat16);
  } else {
    DecodeAs<double>(raw, type.big_endian, values, NarrowDouble);
  }
}

template <typename Byte, typename Short, typename Int, typename Long>
void DecodeIntegers(std::span<const std::byte> raw, ElementType type, std::span<float> values) {
  if (type.bytes == 1) return DecodeNumbers<Byte>(raw, false, values);
  if (type.bytes == 2) return DecodeNumbers<Short>(raw, type.big_endian, values);
  if (type.bytes == 4) return DecodeNumbers<Int>(raw, type.big_endian, values);
  DecodeNumbers<Long>(raw, type.big_endian, values);
}

}  // namespace

std::optional<ElementType> ParseNumpyType(std::string_view name) {
  ElementType type;
  if (!name.empty() && std::string_view("<>|=").contains(name.front())) {
    type.big_endian = name.front() == '>';
    name.remove_prefix(1);
  }
  if (name.size() != 2) return std::nullopt;
  type.bytes = name[1] - '0';
  if (name == "b1") {
    type.kind = ElementType::Kind::kUnsigned;
    return type;
  }
  const bool is_float = name[0] == 'f';
  if (!is_float && name[0] != 'i' && name[0] != 'u') return std::nullopt;
  if (!is_float) type.kind = name[0] == 'i' ? ElementType::Kind::kSigned : ElementType::Kind::kUnsigned;
  const std::string_view sizes = is_float ? "248" : "1248";
  if (!sizes.contains(name[1])) return std::nullopt;
  return type;
}

void DecodeElements(std::span<const std::byte> raw, ElementType type, std::span<float> values) {
  assert(raw.size() == values.size() * static_cast<std::size_t>(type.bytes));
  switch (type.kind) {
    case ElementType::Kind::kFloat:
      return DecodeFloats(raw, type, values);
    case ElementType::Kind::kBfloat:
      return DecodeAs<std::uint16_t>(raw, type.big_endian, values, [](std::uint16_t upper) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
      });
    case ElementType::Kind::kSigned:
      return DecodeIntegers<std::int8_t, std::int16_t, std::int32_t, std::int64_t>(raw, type, values);
    case ElementType::Kind::kUnsigned:
      return DecodeIntegers<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>(raw, type, values);
  }
}

bool AllFinite(std::span<const float> values) { return AreFinite(values.data(), values.size()); }

std::optional<std::uint64_t> CountElements(std::span<const std::int64_t> shape, std::uint64_t max_count) {
  std::uint64_t count = 1;
  for (std::int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(side), &count)) return std::nullopt;
  }
  if (count > max_count) return std::nullopt;
  return count;
}

}  // namespace intelliclinix::nn
