#include "nn/npy.h"

#include <bit>
#include <cassert>
#include <cstring>

#include "base/zip_reader.h"
#include "nn/element_type.h"
#include "nn/npy_header.h"

namespace intelliclinix::nn {

Result<Tensor> ReadNpy(ByteSource& file, std::uint64_t max_bytes) {
  IC_ASSIGN_OR_RETURN(NpyHeader header, ReadNpyHeader(file));
  if (header.type_name.ends_with('O')) {
    return Fail(ErrorCode::kInvalidArgument, "The NumPy file holds Python objects, not numbers.");
  }
  const std::optional<ElementType> type = ParseNumpyType(header.type_name);
  if (!type.has_value()) {
    return Fail(ErrorCode::kInvalidArgument, "The NumPy file has elements of type '" + header.type_name +
                                                 "'. Convert the array to float32 and save it again.");
  }
  if (header.fortran_order && header.shape.size() > 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "The NumPy array is in Fortran order. Save numpy.ascontiguousarray of it.");
  }
  const std::optional<std::uint64_t> count = CountElements(header.shape, max_bytes / sizeof(float));
  if (!count.has_value()) {
    return Fail(ErrorCode::kTooLarge, "The NumPy array is larger than " + std::to_string(max_bytes) + " bytes.");
  }
  const std::uint64_t raw_bytes = *count * static_cast<std::uint64_t>(type->bytes);
  if (file.size() - header.bytes != raw_bytes) {
    return Fail(ErrorCode::kInvalidArgument, "The NumPy file is damaged: its header promises " +
                                                 std::to_string(raw_bytes) + " bytes of numbers, and there are " +
                                                 std::to_string(file.size() - header.bytes) + ".");
  }
  IC_ASSIGN_OR_RETURN(auto raw, ReadExactly(file, header.bytes, raw_bytes));
  Tensor tensor{.shape = std::move(header.shape), .values = std::vector<float>(*count)};
  DecodeElements(raw, *type, tensor.values);
  return tensor;
}

std::vector<std::byte> EncodeNpy(const Tensor& tensor) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (std::int64_t side : tensor.shape) header += std::to_string(side) + ", ";
  header += "), }";
  constexpr std::size_t kPrefixBytes = 10;
  constexpr std::size_t kAlignment = 64;
  header.append(kAlignment - 1 - (kPrefixBytes + header.size()) % kAlignment, ' ');
  header += '\n';
  assert(header.size() <= 0xffff);

  const auto length = static_cast<std::uint16_t>(header.size());
  std::string start = "\x93NUMPY\x01";
  start += '\0';
  start += static_cast<char>(length & 0xff);
  start += static_cast<char>(length >> 8);
  start += header;
  std::vector<std::byte> bytes(start.size() + tensor.values.size() * sizeof(float));
  std::memcpy(bytes.data(), start.data(), start.size());
  if (!tensor.values.empty()) {
    std::memcpy(bytes.data() + start.size(), tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  return bytes;
}

}  // namespace intelliclinix::nn
