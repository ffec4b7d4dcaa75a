#include "runners/artifacts/npy_pickle.h"

#include <bit>
#include <utility>

#include "base/byte_source.h"
#include "base/json.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are stored as they are in memory");

/// An object array without dimensions, in a header padded to 64 bytes.
constexpr std::string_view kMagic("\x93NUMPY\x01\x00\x76\x00", 10);
constexpr std::string_view kHeader = "{'descr': '|O', 'fortran_order': False, 'shape': (), }";
constexpr std::size_t kNpyHeaderBytes = 128;

/// What NumPy calls a type, its order of bytes, and how many.
struct ElementType {
  std::string_view name;
  char order;
  std::uint64_t bytes;
};
constexpr ElementType kElements[] = {{"b1", '|', 1}, {"u1", '|', 1}, {"u2", '<', 2}, {"u4", '<', 4}, {"f4", '<', 4}};

constexpr int kObjectFlags = 63;  // what NumPy stores of the type of objects

}  // namespace

NpyPickle::NpyPickle(std::size_t expected_bytes) {
  file_.reserve(expected_bytes);
  Append(kMagic);
  Append(kHeader);
  Append(std::string(kNpyHeaderBytes - file_.size() - 1, ' ') + "\n");
  Append("\x80\x04");
  BeginArray({}, "O8", '|', kObjectFlags);
  BeginList();
}

void NpyPickle::Append(std::string_view text) {
  const std::span<const std::byte> bytes = AsBytes(text);
  file_.insert(file_.end(), bytes.begin(), bytes.end());
}

void NpyPickle::LittleEndian(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file_.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
}

void NpyPickle::Text(std::string_view text) {
  const Result<Json> utf8 = ParseJson(Quoted(text));
  const std::string valid = utf8 ? utf8->get<std::string>() : std::string();
  Op('X');
  LittleEndian(valid.size(), 4);
  Append(valid);
}

void NpyPickle::Integer(std::int32_t number) {
  Op('J');
  LittleEndian(static_cast<std::uint32_t>(number), 4);
}

void NpyPickle::Number(double number) {
  Op('G');
  const auto bits = std::bit_cast<std::uint64_t>(number);
  for (int i = 7; i >= 0; --i) file_.push_back(static_cast<std::byte>(bits >> (8 * i) & 0xFF));
}

/// Everything of an array up to its elements.
void NpyPickle::BeginArray(const std::vector<std::int64_t>& shape, std::string_view type, char order, int flags) {
  // _reconstruct(ndarray, (0,), b'b'), which all versions of NumPy find under this name.
  Append("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK");
  Append(
      std::string_view("\x00\x85"
                       "C\x01"
                       "b\x87R",
                       7));
  Append("(K\x01");  // its state: a version, ...
  Op('(');
  for (const std::int64_t length : shape) Integer(static_cast<std::int32_t>(length));
  Append("tcnumpy\ndtype\n");
  Text(type);
  Append("\x89\x88\x87R(K\x03");
  Text(std::string_view(&order, 1));
  Append("NNN");
  Integer(-1);
  Integer(-1);
  Integer(flags);
  Append("tb\x89");  // ... the shape, the type, not in Fortran's order, and the elements that follow
}

void NpyPickle::BeginElements(Element element, const std::vector<std::int64_t>& shape, std::uint64_t bytes) {
  const auto& [type, order, size] = kElements[std::to_underlying(element)];
  BeginArray(shape, type, order, 0);
  Op('\x8e');
  LittleEndian(bytes, 8);
}

void NpyPickle::Array(Element element, const std::vector<std::int64_t>& shape,
                      std::initializer_list<std::span<const std::byte>> parts) {
  std::uint64_t bytes = 0;
  for (const std::span<const std::byte> part : parts) bytes += part.size();
  BeginElements(element, shape, bytes);
  for (const std::span<const std::byte> part : parts) file_.insert(file_.end(), part.begin(), part.end());
  Append("tb");
}

void NpyPickle::Zeros(Element element, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = kElements[std::to_underlying(element)].bytes;
  for (const std::int64_t length : shape) bytes *= static_cast<std::uint64_t>(length);
  BeginElements(element, shape, bytes);
  file_.resize(file_.size() + bytes);
  Append("tb");
}

std::vector<std::byte> NpyPickle::Take() {
  EndList();
  Append("tb.");
  return std::move(file_);
}

}  // namespace intelliclinix::runners
