// What stands before the numbers of a NumPy file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::nn {

struct NpyHeader {
  std::string type_name;  ///< "<f4"; "|O" for Python objects
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::uint64_t bytes = 0;  ///< length of the header, after which the numbers begin
};

/// Reads the header of a `.npy` file. Errors: kInvalidArgument.
/// Source: numpy.lib.format, versions 1 to 3.
Result<NpyHeader> ReadNpyHeader(ByteSource& file);

}  // namespace intelliclinix::nn
