#include "image/format.h"

#include <string_view>

namespace intelliclinix::image {

std::optional<ImageHeader::Format> FormatOf(const FileHead& head) {
  using namespace std::string_view_literals;
  using enum ImageHeader::Format;
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text == "\x89PNG\r\n\x1a\n"sv) return kPng;
  if (text.starts_with("\xff\xd8\xff"sv)) return kJpeg;
  for (const std::string_view tiff : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (text.starts_with(tiff)) return kTiff;
  }
  return std::nullopt;
}

Result<std::optional<ImageHeader::Format>> ReadFormat(ByteSource& file) {
  FileHead head{};
  IC_RETURN_IF_ERROR(file.ReadAt(0, head));
  return FormatOf(head);
}

}  // namespace intelliclinix::image
