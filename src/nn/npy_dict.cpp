#include <array>
#include <optional>

#include "base/zip_reader.h"
#include "nn/element_type.h"
#include "nn/npy.h"
#include "nn/npy_header.h"
#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

using Kind = PickleValue::Kind;
using TensorMap = std::map<std::string, Tensor>;

// NumPy 2 moved `numpy.core` to `numpy._core`.
constexpr auto kGlobals = std::to_array<std::string_view>({
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.ndarray",
    "numpy.dtype",
    "_codecs.encode",
});
constexpr PickleRules kRules{.file = "NumPy file", .purpose = "a dict of arrays", .globals = kGlobals};
constexpr std::size_t kMaxMembers = 10'000;

bool IsNumpyCall(const PickleValue& value, std::string_view function) {
  return value.Is(Kind::kCall) && value.text.starts_with("numpy.") && value.text.ends_with(function);
}

// The bytes of a value: pickles of protocol 2 have none of their own and write encode(text, 'latin1').
std::optional<std::string> ContentOf(const PickleValue& value) {
  if (value.Is(Kind::kBytes)) return value.text;
  if (!value.IsCallOf("_codecs.encode") || value.items.empty()) return std::nullopt;
  std::string bytes;
  const std::string& text = value.items.front()->text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes.push_back(text[i]);
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size()) {
      bytes.push_back(static_cast<char>((lead & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f)));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

// numpy.dtype('f4', False, True), restored from (3, '<', ...).
std::optional<ElementType> TypeOf(const PickleValue& value) {
  if (!value.IsCallOf("numpy.dtype") || value.items.empty() || !value.items.front()->Is(Kind::kText))
    return std::nullopt;
  std::string name = value.items.front()->text;
  if (value.state != nullptr && value.state->items.size() > 1 && value.state->items[1]->Is(Kind::kText)) {
    name = value.state->items[1]->text + name;
  }
  return ParseNumpyType(name);
}

std::optional<Tensor> DecodeArray(const PickleValue& type, const PickleValue& content,
                                  std::vector<std::int64_t> shape) {
  const std::optional<ElementType> element = TypeOf(type);
  const std::optional<std::string> bytes = ContentOf(content);
  if (!element.has_value() || !bytes.has_value()) return std::nullopt;
  const std::optional<std::uint64_t> count = CountElements(shape, bytes->size());
  if (!count.has_value() || *count * static_cast<std::uint64_t>(element->bytes) != bytes->size()) return std::nullopt;
  Tensor tensor{.shape = std::move(shape), .values = std::vector<float>(*count)};
  DecodeElements(AsBytes(*bytes), *element, tensor.values);
  return tensor;
}

// _reconstruct(ndarray, (0,), b'b'), restored from (version, shape, dtype, is_fortran, content).
std::optional<Tensor> ArrayOf(const PickleValue& value) {
  if (value.state == nullptr || value.state->items.size() != 5) return std::nullopt;
  const std::vector<const PickleValue*>& state = value.state->items;
  std::vector<std::int64_t> shape;
  if (!ReadIntegers(*state[1], shape)) return std::nullopt;
  if (state[3]->integer != 0 && shape.size() > 1) return std::nullopt;
  return DecodeArray(*state[2], *state[4], std::move(shape));
}

// Nothing for what is neither a number nor an array of numbers.
std::optional<Tensor> TensorOf(const PickleValue& value) {
  if (value.Is(Kind::kFloat)) return Tensor{.shape = {}, .values = {static_cast<float>(value.number)}};
  if (value.Is(Kind::kInt) || value.Is(Kind::kBool)) {
    return Tensor{.shape = {}, .values = {static_cast<float>(value.integer)}};
  }
  if (IsNumpyCall(value, ".scalar") && value.items.size() == 2)
    return DecodeArray(*value.items[0], *value.items[1], {});
  if (IsNumpyCall(value, "._reconstruct")) return ArrayOf(value);
  return std::nullopt;
}

// An object array of shape () holds its one object in a list, where other arrays have their bytes.
const PickleValue* DictInside(const PickleValue& root) {
  if (root.Is(Kind::kDict)) return &root;
  const bool is_array = IsNumpyCall(root, "._reconstruct") && root.state != nullptr && root.state->items.size() == 5;
  if (!is_array) return nullptr;
  const PickleValue& content = *root.state->items[4];
  const bool is_dict = content.Is(Kind::kList) && content.items.size() == 1 && content.items[0]->Is(Kind::kDict);
  return is_dict ? content.items[0] : nullptr;
}

std::unexpected<Error> TooLarge(std::uint64_t max_bytes) {
  return Fail(ErrorCode::kTooLarge,
              "The NumPy file holds more than " + std::to_string(max_bytes) + " bytes of numbers.");
}

// Takes `tensor` off what may still be read.
Status Spend(const Tensor& tensor, std::uint64_t& bytes_left) {
  const std::uint64_t bytes = tensor.values.size() * sizeof(float);
  if (bytes > bytes_left) return TooLarge(bytes_left);
  bytes_left -= bytes;
  return {};
}

Result<TensorMap> ReadPickledDict(ByteSource& file, std::uint64_t max_bytes) {
  IC_ASSIGN_OR_RETURN(NpyHeader header, ReadNpyHeader(file));
  if (!header.type_name.ends_with('O')) {
    return Fail(ErrorCode::kInvalidArgument, "The NumPy file holds one array, not a dict of arrays.");
  }
  if (file.size() > max_bytes) return TooLarge(max_bytes);
  IC_ASSIGN_OR_RETURN(auto bytes, ReadExactly(file, header.bytes, file.size() - header.bytes));
  IC_ASSIGN_OR_RETURN(Pickle pickle, ReadPickle(bytes, kRules));
  const PickleValue* dict = DictInside(*pickle.root);
  if (dict == nullptr) return Fail(ErrorCode::kInvalidArgument, "The NumPy file holds objects that are not a dict.");
  TensorMap tensors;
  for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const std::string name = Printable(dict->items[i]->text);
    std::optional<Tensor> tensor = TensorOf(*dict->items[i + 1]);
    if (!tensor.has_value()) {
      return Fail(ErrorCode::kInvalidArgument, "Entry '" + name + "' of the NumPy file is not a number or array.");
    }
    IC_RETURN_IF_ERROR(Spend(*tensor, max_bytes));
    tensors.insert_or_assign(name, *std::move(tensor));
  }
  return tensors;
}

Result<TensorMap> ReadArchive(ByteSource& file, std::uint64_t max_bytes) {
  IC_ASSIGN_OR_RETURN(ZipReader archive, ZipReader::Open(file));
  if (archive.members().size() > kMaxMembers) return TooLarge(max_bytes);
  TensorMap tensors;
  for (const auto& [name, entry] : archive.members()) {
    if (!name.ends_with(".npy")) {
      return Fail(ErrorCode::kInvalidArgument,
                  "The archive holds '" + Printable(name) + "', which is not a .npy file.");
    }
    constexpr std::uint64_t kMaxHeaderBytes = 17 << 10;
    constexpr std::uint64_t kWidestElement = 2;  // float64 takes twice the room of float32
    IC_ASSIGN_OR_RETURN(auto bytes, archive.Read(name, max_bytes * kWidestElement + kMaxHeaderBytes));
    MemorySource member(std::move(bytes));
    IC_ASSIGN_OR_RETURN(Tensor tensor, ReadNpy(member, max_bytes));
    IC_RETURN_IF_ERROR(Spend(tensor, max_bytes));
    tensors.emplace(Printable(name.substr(0, name.size() - 4)), std::move(tensor));
  }
  return tensors;
}

}  // namespace

Result<TensorMap> ReadNpyDict(ByteSource& file, std::uint64_t max_bytes) {
  IC_ASSIGN_OR_RETURN(bool is_zip, ZipReader::LooksLikeZip(file));
  return is_zip ? ReadArchive(file, max_bytes) : ReadPickledDict(file, max_bytes);
}

}  // namespace intelliclinix::nn
