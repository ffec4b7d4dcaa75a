#include "image/drawing_png.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "base/hashing.h"
#include "image/run_deflate.h"

namespace intelliclinix::image {
namespace {

constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::uint8_t kUp = 2;  // the filter that leaves of a pixel what it differs from the one above

using Bytes = std::vector<std::byte>;

void AppendBigEndian(std::uint32_t number, Bytes& bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(number >> shift & 0xFF));
}

void AppendChunk(std::string_view type, std::span<const std::byte> content, Bytes& png) {
  AppendBigEndian(static_cast<std::uint32_t>(content.size()), png);
  const std::span<const std::byte> name = std::as_bytes(std::span(type));
  png.insert(png.end(), name.begin(), name.end());
  png.insert(png.end(), content.begin(), content.end());
  AppendBigEndian(Crc32(Crc32(0, name), content), png);
}

Bytes HeaderOf(const PngShape& shape) {
  constexpr std::byte kGrey{0};
  constexpr std::byte kRgb{2};
  constexpr std::byte kRgba{6};
  Bytes header;
  AppendBigEndian(static_cast<std::uint32_t>(shape.width), header);
  AppendBigEndian(static_cast<std::uint32_t>(shape.height), header);
  header.push_back(static_cast<std::byte>(shape.bit_depth));
  header.push_back(shape.channels == 1 ? kGrey : shape.channels == 3 ? kRgb : kRgba);
  header.insert(header.end(), 3, std::byte{0});  // deflate, the five filters, not interlaced
  return header;
}

/// Each byte of `row` less that of `above`, eight at a time, which compilers do not do by themselves.
void Subtract(std::span<const std::uint8_t> row, const std::uint8_t* above, std::uint8_t* difference) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;  // they keep one byte from borrowing of the next
  std::size_t i = 0;
  for (std::uint64_t a = 0, b = 0; i + 8 <= row.size(); i += 8) {
    std::memcpy(&a, row.data() + i, 8);
    std::memcpy(&b, above + i, 8);
    const std::uint64_t eight = ((a | kHighBits) - (b & ~kHighBits)) ^ ((a ^ ~b) & kHighBits);
    std::memcpy(difference + i, &eight, 8);
  }
  for (; i < row.size(); ++i) difference[i] = static_cast<std::uint8_t>(row[i] - above[i]);
}

/// Every row with its filter before it, compressed.
Bytes Compress(const PngShape& shape, PngRows& rows) {
  const int pixel_bytes = shape.channels * shape.bit_depth / 8;
  const std::size_t row_bytes = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(pixel_bytes);
  RunDeflate deflate(pixel_bytes);
  std::vector<std::uint8_t> above(row_bytes, 0);
  std::vector<std::uint8_t> filtered(row_bytes + 1, kUp);
  for (int y = 0; y < shape.height; ++y) {
    const auto* const row = reinterpret_cast<const std::uint8_t*>(rows.Row(y));
    Subtract({row, row_bytes}, above.data(), filtered.data() + 1);
    std::copy_n(row, row_bytes, above.data());
    deflate.Add(filtered);
  }
  return deflate.Finish();
}

}  // namespace

Result<Bytes> WriteDrawingPng(const PngShape& shape, PngRows& rows) {
  try {
    const Bytes pixels = Compress(shape, rows);
    const std::span<const std::byte> signature = std::as_bytes(std::span(std::string_view("\x89PNG\r\n\x1a\n")));
    Bytes png(signature.begin(), signature.end());
    png.reserve(pixels.size() + 12 * (pixels.size() / kChunkBytes + 4) + 64);
    AppendChunk("IHDR", HeaderOf(shape), png);
    for (std::size_t at = 0; at < pixels.size(); at += kChunkBytes) {
      AppendChunk("IDAT", std::span(pixels).subspan(at, std::min(kChunkBytes, pixels.size() - at)), png);
    }
    AppendChunk("IEND", {}, png);
    return png;
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to write the PNG.");
  }
}

}  // namespace intelliclinix::image
