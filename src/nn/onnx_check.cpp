#include "nn/onnx_check.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

// Graphs in attributes of nodes, and so on: real networks have two or three.
constexpr int kMaxDepth = 32;

// Messages of onnx.proto3 that lead to tensors, and their fields.
enum class Message { kModel, kGraph, kFunction, kNode, kAttribute, kTensor, kSparseTensor };

std::unexpected<Error> DamagedModel() {
  return Fail(ErrorCode::kInvalidArgument,
              "The file is not an ONNX model, or it is damaged: its messages do not fit into each other. Export the "
              "network again.");
}

/// One field of a message. Numbers are in `number`, messages and texts in `bytes`.
struct Field {
  std::uint64_t id = 0;
  std::uint64_t number = 0;
  std::span<const std::byte> bytes{};
};

/// Reads the fields of a message one after the other.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> message) : rest_(message) {}

  bool at_end() const { return rest_.empty(); }

  /// Errors: kInvalidArgument where the message is damaged.
  Result<Field> Next() {
    IC_ASSIGN_OR_RETURN(const std::uint64_t tag, Varint());
    Field field{.id = tag >> 3U};
    switch (tag & 7U) {
      case 0: {
        IC_ASSIGN_OR_RETURN(field.number, Varint());
        return field;
      }
      case 1:
        return Sized(field, 8);
      case 2: {
        IC_ASSIGN_OR_RETURN(const std::uint64_t length, Varint());
        return Sized(field, length);
      }
      case 5:
        return Sized(field, 4);
      default:
        return DamagedModel();
    }
  }

 private:
  Result<Field> Sized(Field field, std::uint64_t length) {
    if (length > rest_.size()) return DamagedModel();
    field.bytes = rest_.first(length);
    rest_ = rest_.subspan(length);
    return field;
  }

  Result<std::uint64_t> Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return DamagedModel();
      const auto byte = std::to_integer<std::uint64_t>(rest_.front());
      rest_ = rest_.subspan(1);
      value |= (byte & 0x7fU) << shift;
      if (byte < 0x80U) return value;
    }
    return DamagedModel();
  }

  std::span<const std::byte> rest_;
};

/// What the field `id` of a message leads to, if to anything that may have tensors.
std::optional<Message> Inner(Message message, std::uint64_t id) {
  switch (message) {
    case Message::kModel:
      if (id == 7) return Message::kGraph;
      if (id == 25) return Message::kFunction;
      return std::nullopt;
    case Message::kGraph:
      if (id == 1) return Message::kNode;
      if (id == 5) return Message::kTensor;
      if (id == 15) return Message::kSparseTensor;
      return std::nullopt;
    case Message::kFunction:
      return id == 7 ? std::optional(Message::kNode) : std::nullopt;
    case Message::kNode:
      return id == 5 ? std::optional(Message::kAttribute) : std::nullopt;
    case Message::kAttribute:
      if (id == 5 || id == 10) return Message::kTensor;
      if (id == 6 || id == 11) return Message::kGraph;
      if (id == 22 || id == 23) return Message::kSparseTensor;
      return std::nullopt;
    case Message::kSparseTensor:
      return id == 1 || id == 2 ? std::optional(Message::kTensor) : std::nullopt;
    case Message::kTensor:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string Text(std::span<const std::byte> bytes) {
  return Printable({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The value under "location" of an entry of external_data; empty for other keys.
Result<std::string> Location(std::span<const std::byte> entry) {
  std::string key;
  std::string value;
  Fields fields(entry);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    if (field.id == 1) key = Text(field.bytes);
    if (field.id == 2) value = Text(field.bytes);
  }
  return key == "location" ? value : std::string();
}

Status CheckTensor(std::span<const std::byte> tensor) {
  std::string name;
  std::string location;
  bool elsewhere = false;
  Fields fields(tensor);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    if (field.id == 8) name = Text(field.bytes);
    if (field.id == 14) elsewhere = elsewhere || field.number != 0;
    if (field.id != 13) continue;
    elsewhere = true;
    IC_ASSIGN_OR_RETURN(const std::string found, Location(field.bytes));
    if (!found.empty()) location = found;
  }
  if (!elsewhere) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "Tensor '" + name + "' of the ONNX file lies in another file, '" + location +
                  "', which is not read: a model is one file. Save it with its weights inside "
                  "(onnx.save_model without save_as_external_data).");
}

Status CheckMessage(Message message, std::span<const std::byte> bytes, int depth) {
  if (depth > kMaxDepth) return DamagedModel();
  if (message == Message::kTensor) return CheckTensor(bytes);
  Fields fields(bytes);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    const std::optional<Message> inner = Inner(message, field.id);
    if (inner) IC_RETURN_IF_ERROR(CheckMessage(*inner, field.bytes, depth + 1));
  }
  return {};
}

}  // namespace

Status CheckOnnx(std::span<const std::byte> file) {
  bool has_graph = false;
  Fields fields(file);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    has_graph = has_graph || (field.id == 7 && !field.bytes.empty());
  }
  if (!has_graph) return DamagedModel();
  return CheckMessage(Message::kModel, file, 0);
}

}  // namespace intelliclinix::nn
