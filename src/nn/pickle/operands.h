// The bytes of a pickle, taken from its start on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/little_endian.h"

namespace intelliclinix::nn::pickle {

/// What does not fit into the bytes that are left is empty or 0, and so is all that is taken after it: whoever takes
/// needs to ask only once, when an opcode is done, whether the pickle is damaged.
class Operands {
 public:
  /// Borrows: `bytes`.
  explicit Operands(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> TakeBytes(std::uint64_t length) {
    if (damaged_ || length > bytes_.size() - at_) {
      damaged_ = true;
      return {};
    }
    at_ += length;
    return bytes_.subspan(at_ - length, length);
  }

  template <typename T>
  T TakeNumber() {
    const std::span<const std::byte> bytes = TakeBytes(sizeof(T));
    return bytes.empty() ? T{} : LoadLittleEndian<T>(bytes, 0);
  }

  /// Up to the end of the line, which is left out. One that is longer than any name is damage.
  std::string TakeLine() {
    constexpr std::size_t kMaxNameBytes = 256;
    std::string line;
    while (line.size() <= kMaxNameBytes && !damaged_) {
      const char next = static_cast<char>(TakeNumber<std::uint8_t>());
      if (next == '\n') return line;
      line.push_back(next);
    }
    damaged_ = true;
    return {};
  }

  /// How many bytes were taken.
  std::size_t at() const { return at_; }
  bool damaged() const { return damaged_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool damaged_ = false;
};

}  // namespace intelliclinix::nn::pickle
