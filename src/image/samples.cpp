#include "image/samples.h"

#include <cmath>
#include <cstring>

namespace intelliclinix::image {
namespace {

using Kind = StoredSample::Kind;

template <typename T>
void Convert(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    T sample;
    std::memcpy(&sample, from + i * sizeof sample, sizeof sample);
    auto value = static_cast<float>(sample);
    std::memcpy(to + i * sizeof value, &value, sizeof value);
  }
}

template <typename Int8, typename Int16, typename Int32>
void ConvertIntegers(int bits, const std::byte* from, std::size_t count, std::byte* to) {
  if (bits == 8) Convert<Int8>(from, count, to);
  if (bits == 16) Convert<Int16>(from, count, to);
  if (bits == 32) Convert<Int32>(from, count, to);
}

}  // namespace

std::string SampleName(const StoredSample& stored) {
  const char* kind = stored.kind == Kind::kUnsigned ? "unsigned integer"
                     : stored.kind == Kind::kSigned ? "signed integer"
                                                    : "floating-point";
  return std::to_string(stored.bits) + "-bit " + kind;
}

bool IsRead(const StoredSample& stored) {
  if (stored.kind == Kind::kFloat) return stored.bits == 32 || stored.bits == 64;
  return stored.bits == 8 || stored.bits == 16 || stored.bits == 32;
}

PixelType TypeOf(const StoredSample& stored) {
  if (stored == StoredSample{Kind::kUnsigned, 8}) return PixelType::kUint8;
  if (stored == StoredSample{Kind::kUnsigned, 16}) return PixelType::kUint16;
  return PixelType::kFloat32;
}

void ToFloat(const StoredSample& stored, const std::byte* from, std::size_t count, std::byte* to) {
  switch (stored.kind) {
    case Kind::kUnsigned:
      return ConvertIntegers<std::uint8_t, std::uint16_t, std::uint32_t>(stored.bits, from, count, to);
    case Kind::kSigned:
      return ConvertIntegers<std::int8_t, std::int16_t, std::int32_t>(stored.bits, from, count, to);
    case Kind::kFloat:
      return stored.bits == 64 ? Convert<double>(from, count, to) : Convert<float>(from, count, to);
  }
}

std::uint64_t ClearNotFinite(std::byte* floats, std::size_t count) {
  std::uint64_t cleared = 0;
  for (std::size_t i = 0; i < count; ++i) {
    float value;
    std::memcpy(&value, floats + i * sizeof value, sizeof value);
    if (std::isfinite(value)) continue;
    std::memset(floats + i * sizeof value, 0, sizeof value);
    ++cleared;
  }
  return cleared;
}

}  // namespace intelliclinix::image
