// Any text: it is read or refused, and what is read has sizes and legible names.
#include <cstdint>
#include <cstdlib>

#include "base/utf8.h"
#include "image/ome_pages.h"
#include "image/ome_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix::image;
  if (size == 0) return 0;
  const auto image = ReadOmeXml({reinterpret_cast<const char*>(bytes), size});
  if (!image) return 0;
  if (image->width < 1 || image->height < 1 || image->order.size() != 3) std::abort();
  for (const OmeChannel& channel : image->listed) {
    if (!intelliclinix::IsUtf8(channel.name)) std::abort();
  }
  TiffLayout layout;
  layout.header.width = image->width;
  layout.header.height = image->height;
  layout.header.channels = 1;
  const std::size_t pages = bytes[0] % 16 + 1;
  const auto matched = MatchOmePages(*image, layout, pages);
  if (matched && matched->pages.size() != pages) std::abort();
  return 0;
}
