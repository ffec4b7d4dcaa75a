#include "image/exif.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace intelliclinix::image {
namespace {

constexpr std::uint8_t kApp1 = 0xe1;
constexpr std::uint8_t kStartOfScan = 0xda;
constexpr int kMaxMarkers = 64;  // EXIF stands first or second; nobody needs a longer search
constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;

/// Bytes of a TIFF structure in either byte order; 0 past the end.
class TiffBytes {
 public:
  explicit TiffBytes(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), big_(bytes.size() >= 2 && bytes[0] == 'M' && bytes[1] == 'M') {}

  std::uint16_t U16(std::size_t at) const {
    if (at + 2 > bytes_.size()) return 0;
    return big_ ? bytes_[at] << 8 | bytes_[at + 1] : bytes_[at + 1] << 8 | bytes_[at];
  }
  std::uint32_t U32(std::size_t at) const {
    std::uint32_t first = U16(at);
    std::uint32_t second = U16(at + 2);
    return big_ ? first << 16 | second : second << 16 | first;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_;
};

int OrientationOf(std::span<const std::uint8_t> exif) {
  TiffBytes tiff(exif);
  if (tiff.U16(2) != 42) return 1;
  std::size_t directory = tiff.U32(4);
  for (int entry = 0; entry < tiff.U16(directory); ++entry) {
    std::size_t at = directory + 2 + 12 * static_cast<std::size_t>(entry);
    if (tiff.U16(at) != kOrientationTag || tiff.U16(at + 2) != kShortType) continue;
    int orientation = tiff.U16(at + 8);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

Result<std::vector<std::uint8_t>> ReadSome(ByteSource& file, std::uint64_t offset, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  IC_ASSIGN_OR_RETURN(std::size_t got, file.ReadAt(offset, std::as_writable_bytes(std::span(bytes))));
  bytes.resize(got);
  return bytes;
}

}  // namespace

Result<int> JpegOrientation(ByteSource& file) {
  static constexpr std::array<std::uint8_t, 6> kExif = {'E', 'x', 'i', 'f', 0, 0};
  std::uint64_t at = 2;
  for (int marker = 0; marker < kMaxMarkers; ++marker) {
    IC_ASSIGN_OR_RETURN(std::vector<std::uint8_t> head, ReadSome(file, at, 4));
    if (head.size() < 4 || head[0] != 0xff || head[1] == kStartOfScan) return 1;
    std::size_t length = head[2] << 8 | head[3];
    if (length < 2) return 1;
    if (head[1] == kApp1) {
      IC_ASSIGN_OR_RETURN(std::vector<std::uint8_t> body, ReadSome(file, at + 4, length - 2));
      if (body.size() > kExif.size() && std::equal(kExif.begin(), kExif.end(), body.begin())) {
        return OrientationOf(std::span(body).subspan(kExif.size()));
      }
    }
    at += 2 + length;
  }
  return 1;
}

Placement PlaceUpright(int height, int width, int orientation) {
  bool transposed = orientation >= 5;
  bool rows_reversed = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  bool columns_reversed = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  Placement place;
  place.height = transposed ? width : height;
  place.width = transposed ? height : width;
  place.row_step = transposed ? 1 : place.width;
  place.column_step = transposed ? place.width : 1;
  if (rows_reversed) {
    place.origin += (height - 1) * place.row_step;
    place.row_step = -place.row_step;
  }
  if (columns_reversed) {
    place.origin += (width - 1) * place.column_step;
    place.column_step = -place.column_step;
  }
  return place;
}

}  // namespace intelliclinix::image
