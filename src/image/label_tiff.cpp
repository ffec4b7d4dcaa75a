#include "image/label_tiff.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "image/tiff_file.h"
#include "image/tiff_layout.h"

namespace intelliclinix::image {
namespace {

constexpr std::uint64_t kMaxBlockBytes = 256ULL << 20;

/// `count` samples become labels. False when one is negative or no whole number.
using Convert = bool (*)(const std::byte* samples, std::size_t count, std::uint32_t* labels);

template <typename T>
bool ConvertFrom(const std::byte* samples, std::size_t count, std::uint32_t* labels) {
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, samples + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      constexpr T kMaxExact = 1 << std::numeric_limits<T>::digits;  // beyond, whole numbers are left out
      if (!(value >= 0 && value <= kMaxExact && value == std::floor(value))) return false;
    } else if constexpr (std::is_signed_v<T>) {
      if (value < 0) return false;
    }
    labels[i] = static_cast<std::uint32_t>(value);
  }
  return true;
}

Convert ConvertOf(int bits, int format) {
  if (format == SAMPLEFORMAT_IEEEFP) return bits == 32 ? ConvertFrom<float> : nullptr;
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_INT && format != SAMPLEFORMAT_VOID) return nullptr;
  const bool is_signed = format == SAMPLEFORMAT_INT;
  if (bits == 8) return is_signed ? ConvertFrom<std::int8_t> : ConvertFrom<std::uint8_t>;
  if (bits == 16) return is_signed ? ConvertFrom<std::int16_t> : ConvertFrom<std::uint16_t>;
  if (bits == 32) return is_signed ? ConvertFrom<std::int32_t> : ConvertFrom<std::uint32_t>;
  return nullptr;
}

/// Reads the first page of an opened file.
class LabelTiff final : public LabelReader {
 public:
  explicit LabelTiff(ByteSource& file) : file_(file, kMaxBlockBytes) {}

  Status Open(const LabelLimits& limits);
  int height() const override { return height_; }
  int width() const override { return width_; }
  Status Read(LabelSink& sink) override;

 private:
  Status CheckPages() const;
  Status CheckSamples();
  Status CheckBlock(std::uint64_t block_bytes, std::uint64_t least_bytes) const;
  Status ReadStrips(LabelSink& sink);
  Status ReadTiles(LabelSink& sink);
  /// `count` samples to row y, from column x on.
  Status Put(const std::byte* samples, int count, LabelSink& sink, int y, int x);

  TiffFile file_;
  int height_ = 0;
  int width_ = 0;
  std::size_t sample_bytes_ = 0;
  Convert convert_ = nullptr;
  std::vector<std::uint32_t> labels_;  // of the piece that is being read
};

Status LabelTiff::Open(const LabelLimits& limits) {
  if (file_.handle() == nullptr) return std::unexpected(file_.Failure());
  const auto height = file_.Get<std::uint32_t>(TIFFTAG_IMAGELENGTH).value_or(0);
  const auto width = file_.Get<std::uint32_t>(TIFFTAG_IMAGEWIDTH).value_or(0);
  IC_RETURN_IF_ERROR(CheckLabelSize(height, width, limits));
  height_ = static_cast<int>(height);
  width_ = static_cast<int>(width);
  IC_RETURN_IF_ERROR(CheckPages());
  return CheckSamples();
}

Status LabelTiff::CheckPages() const {
  const std::string_view description = file_.Get<const char*>(TIFFTAG_IMAGEDESCRIPTION).value_or("");
  const bool is_stack = description.starts_with("ImageJ=") && description.contains("\nimages=");
  if (TIFFLastDirectory(file_.handle()) != 0 && !is_stack) return {};
  return Invalid("The TIFF has several pages; a label image has one. Save the one that belongs to the image.");
}

Status LabelTiff::CheckSamples() {
  if (file_.Get<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL).value_or(1) != 1) {
    return Invalid("The TIFF has several channels; in a label image a pixel has one number. Save it with one channel.");
  }
  const int photometric = file_.Get<std::uint16_t>(TIFFTAG_PHOTOMETRIC).value_or(PHOTOMETRIC_MINISBLACK);
  if (photometric != PHOTOMETRIC_MINISBLACK && photometric != PHOTOMETRIC_PALETTE) {
    return Invalid(
        "The TIFF shows 0 as white or has colours; a label image is grey. Save it with a grey lookup table.");
  }
  IC_RETURN_IF_ERROR(CheckTiffCompression(file_));
  const int bits = file_.Get<std::uint16_t>(TIFFTAG_BITSPERSAMPLE).value_or(1);
  convert_ = ConvertOf(bits, file_.Get<std::uint16_t>(TIFFTAG_SAMPLEFORMAT).value_or(SAMPLEFORMAT_UINT));
  sample_bytes_ = static_cast<std::size_t>(bits) / 8;
  if (convert_ != nullptr) return {};
  return Invalid("The TIFF has samples of " + std::to_string(bits) +
                 " bits of a kind that labels are not read from. Save it with whole numbers of 8, 16 or 32 bits.");
}

Status LabelTiff::CheckBlock(std::uint64_t block_bytes, std::uint64_t least_bytes) const {
  if (block_bytes >= least_bytes && block_bytes > 0 && block_bytes <= kMaxBlockBytes) return {};
  return Invalid("The TIFF is damaged or keeps its pixels in blocks that are too large. Save it again.");
}

Status LabelTiff::Put(const std::byte* samples, int count, LabelSink& sink, int y, int x) {
  labels_.resize(static_cast<std::size_t>(count));
  if (convert_(samples, labels_.size(), labels_.data())) {
    sink.Put(y, x, labels_);
    return {};
  }
  return Invalid("The label image has a negative number, or one that is not whole, in row " + std::to_string(y + 1) +
                 ". Labels are 0 for the ground and 1, 2, 3, ... for the objects.");
}

Status LabelTiff::ReadStrips(LabelSink& sink) {
  const std::uint64_t row_bytes = TIFFScanlineSize64(file_.handle());
  IC_RETURN_IF_ERROR(CheckBlock(row_bytes, width_ * sample_bytes_));
  std::vector<std::byte> row(row_bytes);
  for (int y = 0; y < height_; ++y) {
    if (TIFFReadScanline(file_.handle(), row.data(), static_cast<std::uint32_t>(y), 0) != 1) {
      return std::unexpected(file_.Failure());
    }
    IC_RETURN_IF_ERROR(Put(row.data(), width_, sink, y, 0));
  }
  return {};
}

Status LabelTiff::ReadTiles(LabelSink& sink) {
  const auto tile_height = file_.Get<std::uint32_t>(TIFFTAG_TILELENGTH).value_or(0);
  const auto tile_width = file_.Get<std::uint32_t>(TIFFTAG_TILEWIDTH).value_or(0);
  const std::uint64_t tile_bytes = TIFFTileSize64(file_.handle());
  const std::uint64_t row_bytes = tile_width * sample_bytes_;
  IC_RETURN_IF_ERROR(CheckBlock(tile_bytes, std::max<std::uint64_t>(tile_height * row_bytes, 1)));
  if (tile_height == 0 || tile_width == 0) return CheckBlock(0, 1);
  std::vector<std::byte> tile(tile_bytes);
  for (std::uint64_t y = 0; y < static_cast<std::uint64_t>(height_); y += tile_height) {
    for (std::uint64_t x = 0; x < static_cast<std::uint64_t>(width_); x += tile_width) {
      const std::uint32_t index =
          TIFFComputeTile(file_.handle(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
      const auto size = static_cast<tmsize_t>(tile_bytes);
      if (TIFFReadEncodedTile(file_.handle(), index, tile.data(), size) != size) {
        return std::unexpected(file_.Failure());
      }
      const auto rows = static_cast<int>(std::min<std::uint64_t>(tile_height, height_ - y));
      const auto columns = static_cast<int>(std::min<std::uint64_t>(tile_width, width_ - x));
      for (int i = 0; i < rows; ++i) {
        IC_RETURN_IF_ERROR(
            Put(tile.data() + i * row_bytes, columns, sink, static_cast<int>(y) + i, static_cast<int>(x)));
      }
    }
  }
  return {};
}

Status LabelTiff::Read(LabelSink& sink) {
  return TIFFIsTiled(file_.handle()) != 0 ? ReadTiles(sink) : ReadStrips(sink);
}

}  // namespace

Result<std::unique_ptr<LabelReader>> OpenLabelTiff(ByteSource& file, const LabelLimits& limits) {
  auto tiff = std::make_unique<LabelTiff>(file);
  IC_RETURN_IF_ERROR(tiff->Open(limits));
  return tiff;
}

}  // namespace intelliclinix::image
