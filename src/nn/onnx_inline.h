// ONNX networks of several files as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::nn {

/// Gives the file that a tensor names as the place of its values. The path is as the ONNX file has it, whatever it
/// leads to: it is for whoever implements this to refuse what is not to be read.
using OpenTensorFile = std::function<Result<std::unique_ptr<ByteSource>>(const std::string& location)>;

/// The ONNX file with the values of all tensors in it, those that lay in other files too; all else stays as it is.
/// Errors: those of `open`, naming the tensor; kInvalidArgument for a place that is not in its file, and for a damaged
/// file; kTooLarge when the whole has more than `max_bytes`.
/// Source: onnx.proto3 (ONNX 1.x), external_data.
Result<std::vector<std::byte>> InlineTensors(std::span<const std::byte> file, const OpenTensorFile& open,
                                             std::uint64_t max_bytes);

}  // namespace intelliclinix::nn
