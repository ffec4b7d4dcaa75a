// Any bytes as a JPEG's markers: the orientation is one of the eight that there are.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/byte_source.h"
#include "image/exif.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  const Result<int> orientation = image::JpegOrientation(file);
  if (!orientation || *orientation < 1 || *orientation > 8) std::abort();
  return 0;
}
