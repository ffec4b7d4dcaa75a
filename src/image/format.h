// Which format a file has, told by its first bytes and never by its name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/image.h"

namespace intelliclinix::image {

/// The first bytes of a file, zeros behind the end of one that is shorter.
using FileHead = std::array<std::byte, 8>;

/// Nothing where it is none of the formats that are read.
std::optional<ImageHeader::Format> FormatOf(const FileHead& head);

/// FormatOf a file. Errors: those of `file`.
Result<std::optional<ImageHeader::Format>> ReadFormat(ByteSource& file);

}  // namespace intelliclinix::image
