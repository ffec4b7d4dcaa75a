// What an ONNX file holds, told without an engine.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"

namespace intelliclinix::nn {

/// Walks the file's messages: they must be whole, have a graph, keep every tensor in the file itself, since a tensor in
/// another file is a path that whoever wrote this one chose, and hold no undefined numbers, which an activation may
/// hide, among raw values, floats and doubles. Errors: kInvalidArgument naming the tensor that lies elsewhere and the
/// path that it names, or that holds such a number, or what is damaged.
Status CheckOnnx(std::span<const std::byte> file);

}  // namespace intelliclinix::nn
