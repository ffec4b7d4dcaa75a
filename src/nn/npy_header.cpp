#include "nn/npy_header.h"

#include <charconv>
#include <string_view>

#include "base/little_endian.h"
#include "base/zip_reader.h"

namespace intelliclinix::nn {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 16 << 10;
constexpr std::size_t kMaxAxes = 32;

std::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kInvalidArgument, "The header of the NumPy file cannot be read. Save the array again.");
}

/// Reads the one form of Python literal that NumPy writes: a dict of a string, a bool and a tuple of integers.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : rest_(text) {}

  bool ReadHeader(NpyHeader& header) {
    int members = 0;
    if (!Take('{')) return false;
    while (!Take('}')) {
      std::string key;
      if (!ReadText(key) || !Take(':') || !ReadMember(key, header)) return false;
      ++members;
      if (!Take(',')) return Take('}') && AtEnd() && members == 3;
    }
    return AtEnd() && members == 3;
  }

 private:
  bool ReadMember(std::string_view key, NpyHeader& header) {
    if (key == "descr") return ReadText(header.type_name);
    if (key == "shape") return ReadShape(header.shape);
    return key == "fortran_order" && ReadBool(header.fortran_order);
  }

  bool ReadText(std::string& text) {
    if (!Take('\'')) return false;
    const std::size_t length = rest_.find('\'');
    if (length == std::string_view::npos || length > 32) return false;
    text = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_<>|=0123456789O") == std::string::npos;
  }

  bool ReadBool(bool& value) {
    SkipSpace();
    value = rest_.starts_with("True");
    if (!value && !rest_.starts_with("False")) return false;
    rest_.remove_prefix(value ? 4 : 5);
    return true;
  }

  bool ReadShape(std::vector<std::int64_t>& shape) {
    if (!Take('(')) return false;
    while (!Take(')')) {
      SkipSpace();
      std::int64_t side = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), side);
      if (error != std::errc() || side < 0 || shape.size() >= kMaxAxes) return false;
      shape.push_back(side);
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2's long integers
      if (!Take(',')) return Take(')');
    }
    return true;
  }

  bool Take(char expected) {
    SkipSpace();
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool AtEnd() {
    SkipSpace();
    return rest_.empty();
  }

  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  std::string_view rest_;
};

}  // namespace

Result<NpyHeader> ReadNpyHeader(ByteSource& file) {
  constexpr std::size_t kVersionBytes = 2;
  const std::size_t before_length = kMagic.size() + kVersionBytes;
  if (file.size() < before_length + 2) {
    return Fail(ErrorCode::kInvalidArgument, "The file is not a NumPy array: it is too short.");
  }
  IC_ASSIGN_OR_RETURN(auto start, ReadExactly(file, 0, before_length));
  if (std::string_view(reinterpret_cast<const char*>(start.data()), kMagic.size()) != kMagic) {
    return Fail(ErrorCode::kInvalidArgument, "The file is not a NumPy array: it does not begin with \\x93NUMPY.");
  }
  const int version = std::to_integer<int>(start[kMagic.size()]);
  if (version < 1 || version > 3) return Damaged();
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  IC_ASSIGN_OR_RETURN(auto length_field, ReadExactly(file, before_length, length_bytes));
  const std::size_t length = version == 1 ? LoadLittleEndian<std::uint16_t>(length_field, 0)
                                          : LoadLittleEndian<std::uint32_t>(length_field, 0);
  if (length > kMaxHeaderBytes) return Damaged();
  IC_ASSIGN_OR_RETURN(auto text, ReadExactly(file, before_length + length_bytes, length));
  NpyHeader header;
  header.bytes = before_length + length_bytes + length;
  LiteralReader reader(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
  if (!reader.ReadHeader(header)) return Damaged();
  return header;
}

}  // namespace intelliclinix::nn
