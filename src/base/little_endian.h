// Numbers as they lie in files.
#pragma once

#include <bit>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>

namespace intelliclinix {

static_assert(std::endian::native == std::endian::little, "files are read without swapping bytes");

/// The number at `offset`, which must be inside `bytes` as a whole.
template <std::integral T>
T LoadLittleEndian(std::span<const std::byte> bytes, std::size_t offset) {
  assert(offset <= bytes.size() && sizeof(T) <= bytes.size() - offset);
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

}  // namespace intelliclinix
