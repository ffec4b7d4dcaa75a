// Randomness for ids and secrets.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace intelliclinix {

/// Fills `bytes` from the operating system's generator; fit for secrets. Threads: any. Aborts if the system has none.
void FillRandom(std::span<std::uint8_t> bytes);

template <std::size_t n>
std::array<std::uint8_t, n> RandomBytes() {
  std::array<std::uint8_t, n> bytes;
  FillRandom(bytes);
  return bytes;
}

}  // namespace intelliclinix
