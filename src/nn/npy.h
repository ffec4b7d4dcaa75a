// NumPy's array files.
#pragma once

#include <map>
#include <string>

#include "base/byte_source.h"
#include "base/result.h"
#include "nn/tensor.h"

namespace intelliclinix::nn {

/// Reads one `.npy` array of float16/32/64 or of an integer type, as float32, in C order.
/// Source: numpy.lib.format, versions 1 to 3.
/// Errors: kInvalidArgument (an object array is refused here: see ReadNpyDict), kTooLarge above `max_bytes`.
Result<Tensor> ReadNpy(ByteSource& file, std::uint64_t max_bytes = 2ULL << 30);

/// Reads the arrays and numbers of a `.npz` archive, or of a `.npy` file that holds one pickled dict of arrays (as
/// the reference stores a size model). Nothing is executed; globals other than numpy's array and scalar
/// reconstruction are refused by name. A number is a tensor of shape [].
/// Errors: kInvalidArgument, kTooLarge.
Result<std::map<std::string, Tensor>> ReadNpyDict(ByteSource& file, std::uint64_t max_bytes = 64 << 20);

/// The bytes of a `.npy` file (version 1.0, '<f4', C order) with `tensor`.
std::vector<std::byte> EncodeNpy(const Tensor& tensor);

}  // namespace intelliclinix::nn
