// What the three decoders have in common.
#pragma once

#include <csetjmp>
#include <memory>
#include <new>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"
#include "image/stack.h"

namespace intelliclinix::image {

/// Some channels of pixels in a line, as a decoder gives them: a row, a part of one, every n-th pixel of one, or a
/// column when the image is turned. Pixel i belongs at row y + i * y_step, column x + i * x_step.
struct PixelRun {
  const std::byte* samples = nullptr;  ///< interleaved, native byte order
  int pixels = 0;
  int y = 0;
  int x = 0;
  int y_step = 0;
  int x_step = 1;
  int first_channel = 0;
  int channels = 1;  ///< of each pixel in `samples`; the alpha of a TIFF is among them
};

/// Takes the pixels of an image in any order, each channel of each pixel once.
class PixelSink {
 public:
  virtual ~PixelSink() = default;
  /// `run.samples` is valid during the call.
  virtual void Put(const PixelRun& run) noexcept = 0;
};

/// An opened file whose header has been read and whose pixels have not.
/// Threads: one.
class FormatReader {
 public:
  virtual ~FormatReader() = default;

  virtual const ImageHeader& header() const = 0;

  /// Decodes every pixel of a plane that header() tells of, into `sink` unless it is null. Call once for each plane.
  /// Errors: kInvalidArgument when the pixels are damaged; those of the source.
  virtual Status ReadPlane(const PlaneIndex& plane, PixelSink* sink) = 0;

  /// Samples so far that were NaN or infinite and were given as 0.
  virtual std::uint64_t not_finite() const { return 0; }
};

/// Each opens a file of its format. Borrows: `file`, for as long as the reader lives.
/// Errors: kInvalidArgument when the header is damaged or of a kind that is refused; kTooLarge when one block is over
/// limits.max_block_bytes; those of the source. The other limits are the caller's to check.
Result<std::unique_ptr<FormatReader>> OpenPng(ByteSource& file, const DecodeLimits& limits);
Result<std::unique_ptr<FormatReader>> OpenJpeg(ByteSource& file, const DecodeLimits& limits);
Result<std::unique_ptr<FormatReader>> OpenTiff(ByteSource& file, const DecodeLimits& limits, std::string_view axes);

/// Opens a file of any of the formats and holds its header to `limits`. Errors: as ReadHeader.
Result<std::unique_ptr<FormatReader>> OpenImage(ByteSource& file, const DecodeLimits& limits, std::string_view axes);

/// Channels without alpha.
inline int Colours(const ImageHeader& header) { return header.channels - (header.has_alpha ? 1 : 0); }

/// Runs `body`, turning lack of memory into an error.
template <typename Body>
auto WithMemory(const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted,
                "There is not enough memory to read the image. Try again later, or crop or downscale it.");
  }
}

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
