#include "api/sample_images_test.h"

#include <string_view>

#include "base/byte_source.h"
#include "base/hashing.h"

namespace intelliclinix::api::testing {
namespace {

void AppendLittle(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

void AppendBig32(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

// One value of type LONG.
void AppendTag(std::string& bytes, std::uint32_t tag, std::uint32_t value) {
  AppendLittle(bytes, tag, 2);
  AppendLittle(bytes, 4, 2);
  AppendLittle(bytes, 1, 4);
  AppendLittle(bytes, value, 4);
}

void AppendChunk(std::string& png, std::string_view type, const std::string& content) {
  AppendBig32(png, static_cast<std::uint32_t>(content.size()));
  const std::string checked = std::string(type) + content;
  png += checked;
  AppendBig32(png, Crc32(0, AsBytes(checked)));
}

}  // namespace

std::string Tiff16(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint32_t kTags = 8;
  const std::uint32_t pixels_at = 8 + 2 + kTags * 12 + 4;
  std::string tiff("II\x2a\0\x08\0\0\0", 8);
  AppendLittle(tiff, kTags, 2);
  AppendTag(tiff, 256, width);
  AppendTag(tiff, 257, height);
  AppendTag(tiff, 258, 16);                  // BitsPerSample
  AppendTag(tiff, 259, 1);                   // Compression: none
  AppendTag(tiff, 262, 1);                   // Photometric: black is zero
  AppendTag(tiff, 273, pixels_at);           // StripOffsets
  AppendTag(tiff, 278, height);              // RowsPerStrip
  AppendTag(tiff, 279, 2 * width * height);  // StripByteCounts
  AppendLittle(tiff, 0, 4);
  for (std::uint32_t i = 0; i < width * height; ++i) AppendLittle(tiff, i * 257 % 65536, 2);
  return tiff;
}

std::string PngThatClaims(std::uint32_t width, std::uint32_t height) {
  std::string head;
  AppendBig32(head, width);
  AppendBig32(head, height);
  head += std::string("\x08\0\0\0\0", 5);
  std::string png("\x89PNG\r\n\x1a\n", 8);
  AppendChunk(png, "IHDR", head);
  AppendChunk(png, "IDAT", std::string(100, '\0'));
  AppendChunk(png, "IEND", "");
  return png;
}

}  // namespace intelliclinix::api::testing
