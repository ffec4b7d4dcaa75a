// Python objects as `numpy.save` stores them: a pickle in an .npy file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intelliclinix::runners {

/// Appends one object after the other; containers are opened and closed around theirs. A file is one object.
/// Threads: one.
/// Source: Python's pickletools (protocol 4) and NumPy's array.__reduce__; NEP 1 for the file around it.
class NpyPickle {
 public:
  enum class Element { kBool, kUint8, kUint16, kUint32, kFloat32 };

  /// Begins the file; `expected_bytes` is memory to set aside.
  explicit NpyPickle(std::size_t expected_bytes);

  void BeginDict() { Op('}'), Op('('); }
  void EndDict() { Op('u'); }
  void BeginList() { Op(']'), Op('('); }
  void EndList() { Op('e'); }

  /// Bytes that are not UTF-8 become U+FFFD.
  void Text(std::string_view text);
  void Integer(std::int32_t number);
  void Number(double number);
  /// `parts`, one behind the other, are the array in native order, row by row.
  void Array(Element element, const std::vector<std::int64_t>& shape,
             std::initializer_list<std::span<const std::byte>> parts);
  void Zeros(Element element, const std::vector<std::int64_t>& shape);

  /// The file. Call once, after the only object.
  std::vector<std::byte> Take();

 private:
  void Op(char code) { Append(std::string_view(&code, 1)); }
  void Append(std::string_view text);
  void LittleEndian(std::uint64_t value, int bytes);
  void BeginArray(const std::vector<std::int64_t>& shape, std::string_view type, char order, int flags);
  void BeginElements(Element element, const std::vector<std::int64_t>& shape, std::uint64_t bytes);

  std::vector<std::byte> file_;
};

}  // namespace intelliclinix::runners
