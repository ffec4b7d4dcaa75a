// Writes pickles opcode by opcode, for tests of what reads them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace intelliclinix::nn {

/// The bytes of a number, low byte first.
template <typename T>
std::string LittleEndianBytes(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

/// A pickle under construction. Each call appends what pushes or combines values; nothing is checked.
/// Source: Lib/pickletools.py of CPython.
class PickleWriter {
 public:
  explicit PickleWriter(char protocol = 2) { Raw("\x80").Raw({&protocol, 1}); }

  PickleWriter& Raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleWriter& Text(std::string_view text) { return Sized("X", text); }
  PickleWriter& Bytes(std::string_view bytes) { return Sized("B", bytes); }
  PickleWriter& Int(std::int32_t value) { return Raw("J").Raw(LittleEndianBytes(value)); }
  PickleWriter& Float(double value) {
    return Raw("G").Raw(LittleEndianBytes(std::byteswap(std::bit_cast<std::uint64_t>(value))));
  }
  PickleWriter& Global(std::string_view module, std::string_view name) {
    return Raw("c").Raw(module).Raw("\n").Raw(name).Raw("\n");
  }
  PickleWriter& Ints(std::initializer_list<std::int32_t> values) {
    Mark();
    for (std::int32_t value : values) Int(value);
    return Tuple();
  }
  PickleWriter& Bool(bool value) { return Raw(value ? "\x88" : "\x89"); }
  PickleWriter& None() { return Raw("N"); }
  PickleWriter& Mark() { return Raw("("); }
  PickleWriter& Tuple() { return Raw("t"); }
  PickleWriter& EmptyTuple() { return Raw(")"); }
  PickleWriter& EmptyDict() { return Raw("}"); }
  PickleWriter& EmptyList() { return Raw("]"); }
  PickleWriter& Reduce() { return Raw("R"); }
  PickleWriter& Build() { return Raw("b"); }
  PickleWriter& Append() { return Raw("a"); }
  PickleWriter& SetItem() { return Raw("s"); }
  PickleWriter& PersistentId() { return Raw("Q"); }
  std::string Stop() const { return bytes_ + "."; }

 private:
  PickleWriter& Sized(std::string_view opcode, std::string_view text) {
    return Raw(opcode).Raw(LittleEndianBytes(static_cast<std::uint32_t>(text.size()))).Raw(text);
  }

  std::string bytes_;
};

}  // namespace intelliclinix::nn
