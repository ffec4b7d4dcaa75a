// The messages of an ONNX file, read field by field without an engine.
// Source: onnx.proto3 (ONNX 1.x); protobuf's wire format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

namespace intelliclinix::nn::onnx {

/// Graphs in attributes of nodes, and so on: real networks have two or three.
inline constexpr int kMaxDepth = 32;

/// Messages that lead to tensors.
enum class Message { kModel, kGraph, kFunction, kNode, kAttribute, kTensor, kSparseTensor };

/// Numbers of fields.
namespace field_id {
inline constexpr std::uint64_t kModelGraph = 7;
inline constexpr std::uint64_t kTensorType = 2;
inline constexpr std::uint64_t kTensorFloats = 4;
inline constexpr std::uint64_t kTensorName = 8;
inline constexpr std::uint64_t kTensorRaw = 9;
inline constexpr std::uint64_t kTensorDoubles = 10;
inline constexpr std::uint64_t kTensorElsewhere = 13;  ///< what is said of where it lies
inline constexpr std::uint64_t kTensorLocation = 14;   ///< whether it lies elsewhere
}  // namespace field_id

/// One field of a message. Numbers are in `number`, messages and texts in `bytes`.
struct Field {
  std::uint64_t id = 0;
  std::uint64_t number = 0;
  bool has_length = false;             ///< it is a message, a text, bytes or packed numbers
  std::span<const std::byte> bytes{};  ///< of the value
  std::span<const std::byte> whole{};  ///< with its head
};

/// Reads the fields of a message one after the other. Borrows: the message.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> message) : rest_(message) {}

  bool at_end() const { return rest_.empty(); }

  /// Errors: as Damaged.
  Result<Field> Next();

 private:
  Status Take(std::uint64_t length, Field& field);
  Result<std::uint64_t> TakeVarint();

  std::span<const std::byte> rest_;
};

/// What a field of a message leads to, if to anything that may have tensors.
std::optional<Message> Inner(Message message, const Field& field);

/// Where a tensor's values lie.
struct TensorPlace {
  std::string name;
  bool elsewhere = false;                 ///< in another file
  std::string location;                   ///< the path of that file, as it stands there
  std::uint64_t offset = 0;               ///< bytes
  std::optional<std::uint64_t> length{};  ///< bytes; none: up to the end of the file
};

/// Errors: as Damaged; kInvalidArgument naming the tensor whose offset or length is no number.
Result<TensorPlace> PlaceOf(std::span<const std::byte> tensor);

/// The file is not ONNX, or it is damaged.
std::unexpected<Error> Damaged();

}  // namespace intelliclinix::nn::onnx
