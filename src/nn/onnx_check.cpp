#include "nn/onnx_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "nn/element_type.h"
#include "nn/onnx/message.h"
#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

using onnx::Field;
using onnx::Fields;
using onnx::Message;

/// The floating-point types of TensorProto.DataType; none for others, which have no undefined numbers.
std::optional<ElementType> FloatType(std::uint64_t type) {
  switch (type) {
    case 1:
      return ElementType{.bytes = 4};
    case 10:
      return ElementType{.bytes = 2};
    case 11:
      return ElementType{.bytes = 8};
    case 16:
      return ElementType{.kind = ElementType::Kind::kBfloat, .bytes = 2};
    default:
      return std::nullopt;
  }
}

/// Whether an element is NaN. What is beyond the last whole element does not count.
bool HasUndefined(std::span<const std::byte> raw, ElementType type) {
  std::array<float, 4096> values{};
  const auto width = static_cast<std::size_t>(type.bytes);
  while (raw.size() >= width) {
    const std::size_t count = std::min(values.size(), raw.size() / width);
    const std::span<float> some = std::span(values).first(count);
    DecodeElements(raw.first(count * width), type, some);
    if (std::ranges::any_of(some, [](float value) { return std::isnan(value); })) return true;
    raw = raw.subspan(count * width);
  }
  return false;
}

Status CheckPlace(const onnx::TensorPlace& place) {
  if (!place.elsewhere) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "Tensor '" + place.name + "' of the ONNX file lies in another file, '" + Printable(place.location) +
                  "', which is not read. Save the network as one file (onnx.save_model without save_as_external_data, "
                  "torch.onnx.export with external_data=False), or import the folder that has both files from the "
                  "command line.");
}

Status CheckNumbers(std::span<const std::byte> tensor, const std::string& name) {
  std::uint64_t type = 0;
  std::span<const std::byte> raw;
  bool undefined = false;
  Fields fields(tensor);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    if (field.id == onnx::field_id::kTensorType) type = static_cast<std::uint32_t>(field.number);  // an int32
    if (field.id == onnx::field_id::kTensorRaw) raw = field.bytes;
    if (field.id == onnx::field_id::kTensorFloats) undefined = undefined || HasUndefined(field.bytes, {.bytes = 4});
    if (field.id == onnx::field_id::kTensorDoubles) undefined = undefined || HasUndefined(field.bytes, {.bytes = 8});
  }
  if (const auto float_type = FloatType(type)) undefined = undefined || HasUndefined(raw, *float_type);
  if (!undefined) return {};
  return Fail(
      ErrorCode::kInvalidArgument,
      "Tensor '" + name + "' of the ONNX file holds undefined numbers; its training failed. Choose another one.");
}

Status CheckTensor(std::span<const std::byte> tensor) {
  IC_ASSIGN_OR_RETURN(const onnx::TensorPlace place, onnx::PlaceOf(tensor));
  IC_RETURN_IF_ERROR(CheckPlace(place));
  return CheckNumbers(tensor, place.name);
}

Status CheckMessage(Message message, std::span<const std::byte> bytes, int depth) {
  if (depth > onnx::kMaxDepth) return onnx::Damaged();
  if (message == Message::kTensor) return CheckTensor(bytes);
  Fields fields(bytes);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    const std::optional<Message> inner = Inner(message, field);
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
    has_graph = has_graph || (field.id == onnx::field_id::kModelGraph && !field.bytes.empty());
  }
  if (!has_graph) return onnx::Damaged();
  return CheckMessage(Message::kModel, file, 0);
}

}  // namespace intelliclinix::nn
