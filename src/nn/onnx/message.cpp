#include "nn/onnx/message.h"

#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

#include "nn/pickle.h"

namespace intelliclinix::nn::onnx {
namespace {

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One entry of what is said of where a tensor lies.
struct PlaceEntry {
  std::string key;
  std::string value;
};

Result<PlaceEntry> ReadEntry(std::span<const std::byte> bytes) {
  PlaceEntry entry;
  Fields fields(bytes);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    if (field.id == 1) entry.key = Text(field.bytes);
    if (field.id == 2) entry.value = Text(field.bytes);
  }
  return entry;
}

std::optional<std::uint64_t> NumberFrom(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// False for a number that is none.
bool Note(const PlaceEntry& entry, TensorPlace& place) {
  if (entry.key == "location") place.location = entry.value;
  if (entry.key != "offset" && entry.key != "length") return true;
  const std::optional<std::uint64_t> number = NumberFrom(entry.value);
  if (number && entry.key == "offset") place.offset = *number;
  if (number && entry.key == "length") place.length = number;
  return number.has_value();
}

}  // namespace

std::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kInvalidArgument,
              "The file is not an ONNX model, or it is damaged: its messages do not fit into each other. Export the "
              "network again.");
}

Result<Field> Fields::Next() {
  const std::span<const std::byte> start = rest_;
  IC_ASSIGN_OR_RETURN(const std::uint64_t tag, TakeVarint());
  // Other readers take the low 32 bits of a tag, and so another field than would be seen here.
  if (tag > std::numeric_limits<std::uint32_t>::max() || tag >> 3U == 0) return Damaged();
  Field field{.id = tag >> 3U};
  switch (tag & 7U) {
    case 0: {
      IC_ASSIGN_OR_RETURN(field.number, TakeVarint());
      break;
    }
    case 1:
      IC_RETURN_IF_ERROR(Take(8, field));
      break;
    case 2: {
      IC_ASSIGN_OR_RETURN(const std::uint64_t length, TakeVarint());
      IC_RETURN_IF_ERROR(Take(length, field));
      field.has_length = true;
      break;
    }
    case 5:
      IC_RETURN_IF_ERROR(Take(4, field));
      break;
    default:
      return Damaged();
  }
  field.whole = start.first(start.size() - rest_.size());
  return field;
}

Status Fields::Take(std::uint64_t length, Field& field) {
  if (length > rest_.size()) return Damaged();
  field.bytes = rest_.first(length);
  rest_ = rest_.subspan(length);
  return {};
}

Result<std::uint64_t> Fields::TakeVarint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return Damaged();
    const auto byte = std::to_integer<std::uint64_t>(rest_.front());
    rest_ = rest_.subspan(1);
    value |= (byte & 0x7fU) << shift;
    if (byte < 0x80U) return value;
  }
  return Damaged();
}

std::optional<Message> Inner(Message message, const Field& field) {
  if (!field.has_length) return std::nullopt;
  const std::uint64_t id = field.id;
  switch (message) {
    case Message::kModel:
      if (id == field_id::kModelGraph) return Message::kGraph;
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

Result<TensorPlace> PlaceOf(std::span<const std::byte> tensor) {
  TensorPlace place;
  bool numbers = true;
  Fields fields(tensor);
  while (!fields.at_end()) {
    IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
    if (field.id == field_id::kTensorName) place.name = Printable(Text(field.bytes));
    if (field.id == field_id::kTensorLocation) place.elsewhere = place.elsewhere || field.number != 0;
    if (field.id != field_id::kTensorElsewhere) continue;
    place.elsewhere = true;
    IC_ASSIGN_OR_RETURN(const PlaceEntry entry, ReadEntry(field.bytes));
    numbers = Note(entry, place) && numbers;
  }
  if (numbers) return place;
  return Fail(ErrorCode::kInvalidArgument, "Tensor '" + place.name +
                                               "' of the ONNX file lies in another file, at a place that is no number. "
                                               "Export the network again.");
}

}  // namespace intelliclinix::nn::onnx
