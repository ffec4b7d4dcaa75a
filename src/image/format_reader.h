// What the three decoders have in common.
#pragma once

#include <csetjmp>
#include <memory>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"

namespace intelliclinix::image {

/// An opened file whose header has been read and whose pixels have not.
/// Threads: one.
class FormatReader {
 public:
  virtual ~FormatReader() = default;

  virtual const ImageHeader& header() const = 0;

  /// Decodes every pixel, into `image` unless it is null. `image` has the header's size and type, and its channels
  /// without alpha. Call once.
  /// Errors: kInvalidArgument when the pixels are damaged; those of the source.
  virtual Status ReadPixels(Image* image) = 0;
};

/// Each opens a file of its format. Borrows: `file`, for as long as the reader lives.
/// Errors: kInvalidArgument when the header is damaged or of a kind that is refused; kTooLarge when one block is over
/// limits.max_block_bytes; those of the source. The other limits are the caller's to check.
Result<std::unique_ptr<FormatReader>> OpenPng(ByteSource& file, const DecodeLimits& limits);
Result<std::unique_ptr<FormatReader>> OpenJpeg(ByteSource& file, const DecodeLimits& limits);
Result<std::unique_ptr<FormatReader>> OpenTiff(ByteSource& file, const DecodeLimits& limits);

/// "1,234,567".
std::string GroupDigits(std::uint64_t number);

/// Where the error handler of libpng and libjpeg jumps to, and what it has to say.
struct JumpTarget {
  std::jmp_buf buffer;
  char message[200] = "";
};

/// Runs `body`; false when the library's error handler jumped out of it. No object with a destructor may be alive in a
/// frame of `body` or of a callback while the library is called: jumping would skip it.
template <typename Body>
bool RunGuarded(JumpTarget& target, const Body& body) {
  if (setjmp(target.buffer) != 0) return false;
  body();
  return true;
}

}  // namespace intelliclinix::image
