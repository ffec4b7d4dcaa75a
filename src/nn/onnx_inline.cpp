#include "nn/onnx_inline.h"

#include <optional>
#include <utility>

#include "nn/onnx/message.h"
#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

using onnx::Field;
using onnx::Fields;
using onnx::Message;
using Bytes = std::vector<std::byte>;

void Append(std::span<const std::byte> bytes, Bytes& to) { to.insert(to.end(), bytes.begin(), bytes.end()); }

void AppendVarint(std::uint64_t value, Bytes& to) {
  for (; value >= 0x80U; value >>= 7U) to.push_back(static_cast<std::byte>(value | 0x80U));
  to.push_back(static_cast<std::byte>(value));
}

/// A message, text or bytes under the number `id`.
void AppendField(std::uint64_t id, std::span<const std::byte> value, Bytes& to) {
  AppendVarint(id << 3U | 2U, to);
  AppendVarint(value.size(), to);
  Append(value, to);
}

/// Writes a file anew, message by message.
class Inliner {
 public:
  Inliner(const OpenTensorFile& open, std::uint64_t max_bytes) : open_(open), bytes_left_(max_bytes) {}

  Status Write(Message message, std::span<const std::byte> bytes, int depth, Bytes& to) {
    if (depth > onnx::kMaxDepth) return onnx::Damaged();
    if (message == Message::kTensor) return WriteTensor(bytes, to);
    Fields fields(bytes);
    while (!fields.at_end()) {
      IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
      const std::optional<Message> inner = Inner(message, field);
      if (!inner) {
        Append(field.whole, to);
        continue;
      }
      Bytes written;
      IC_RETURN_IF_ERROR(Write(*inner, field.bytes, depth + 1, written));
      AppendField(field.id, written, to);
    }
    return {};
  }

 private:
  Status WriteTensor(std::span<const std::byte> bytes, Bytes& to) {
    IC_ASSIGN_OR_RETURN(const onnx::TensorPlace place, onnx::PlaceOf(bytes));
    if (!place.elsewhere) {
      Append(bytes, to);
      return {};
    }
    Fields fields(bytes);
    while (!fields.at_end()) {
      IC_ASSIGN_OR_RETURN(const Field field, fields.Next());
      const bool of_place = field.id == onnx::field_id::kTensorElsewhere ||
                            field.id == onnx::field_id::kTensorLocation || field.id == onnx::field_id::kTensorRaw;
      if (!of_place) Append(field.whole, to);
    }
    Result<Bytes> values = Read(place);
    if (!values) {
      values.error().message = "Tensor '" + place.name + "' of the ONNX file: " + values.error().message;
      return std::unexpected(std::move(values).error());
    }
    AppendField(onnx::field_id::kTensorRaw, *values, to);
    return {};
  }

  Result<Bytes> Read(const onnx::TensorPlace& place) {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file, open_(place.location));
    const std::uint64_t rest = place.offset <= file->size() ? file->size() - place.offset : 0;
    const std::uint64_t length = place.length.value_or(rest);
    if (place.offset > file->size() || length > rest) {
      return Fail(ErrorCode::kInvalidArgument, "its values reach beyond the end of '" + Printable(place.location) +
                                                   "', which has " + std::to_string(file->size()) +
                                                   " bytes. Export the network again.");
    }
    if (length > bytes_left_) {
      return Fail(ErrorCode::kTooLarge, "with it the network has more bytes than are read. Choose a smaller model.");
    }
    bytes_left_ -= length;
    Bytes values(length);
    IC_ASSIGN_OR_RETURN(const std::size_t count, file->ReadAt(place.offset, values));
    if (count == values.size()) return values;
    return Fail(ErrorCode::kConflict, "'" + Printable(place.location) + "' was changed while it was read. Try again.");
  }

  const OpenTensorFile& open_;
  std::uint64_t bytes_left_;
};

}  // namespace

Result<std::vector<std::byte>> InlineTensors(std::span<const std::byte> file, const OpenTensorFile& open,
                                             std::uint64_t max_bytes) {
  if (file.size() > max_bytes) return Fail(ErrorCode::kTooLarge, "The ONNX file has more bytes than are read.");
  Bytes written;
  IC_RETURN_IF_ERROR(Inliner(open, max_bytes - file.size()).Write(Message::kModel, file, 0, written));
  return written;
}

}  // namespace intelliclinix::nn
