#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include <tiffio.h>

#include "image/encode.h"

namespace intelliclinix::image {
namespace {

/// Larger strips compress no better, smaller ones cost a table entry each.
constexpr std::size_t kStripBytes = 1 << 20;
/// A classic TIFF has 32-bit offsets; what deflate adds to data that do not shrink is far below the difference.
constexpr std::uint64_t kMaxLabelBytes = 4'000'000'000;

/// A file in memory that libtiff writes to.
/// Threads: one.
class TiffMemory {
 public:
  /// Null when libtiff refuses.
  TIFF* Open() {
    std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
    if (options == nullptr) return nullptr;
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnMessage, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), OnMessage, nullptr);
    return TIFFClientOpenExt("labels", "w", this, OnRead, OnWrite, OnSeek, OnClose, OnSize, nullptr, nullptr,
                             options.get());
  }
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  static TiffMemory& Self(thandle_t self) { return *static_cast<TiffMemory*>(self); }
  static int OnMessage(TIFF*, void*, const char*, const char*, va_list) { return 1; }
  static int OnClose(thandle_t) { return 0; }
  static toff_t OnSize(thandle_t self) { return Self(self).bytes_.size(); }

  static tmsize_t OnRead(thandle_t self, void* out, tmsize_t count) {
    TiffMemory& file = Self(self);
    if (count <= 0 || file.position_ >= file.bytes_.size()) return 0;
    std::size_t got = std::min(static_cast<std::size_t>(count), file.bytes_.size() - file.position_);
    std::memcpy(out, file.bytes_.data() + file.position_, got);
    file.position_ += got;
    return static_cast<tmsize_t>(got);
  }

  static tmsize_t OnWrite(thandle_t self, void* from, tmsize_t count) {
    TiffMemory& file = Self(self);
    if (count <= 0) return 0;
    std::size_t end = file.position_ + static_cast<std::size_t>(count);
    try {
      if (end > file.bytes_.size()) file.bytes_.resize(end);
    } catch (const std::bad_alloc&) {
      return -1;
    }
    std::memcpy(file.bytes_.data() + file.position_, from, static_cast<std::size_t>(count));
    file.position_ = end;
    return count;
  }

  static toff_t OnSeek(thandle_t self, toff_t offset, int whence) {
    TiffMemory& file = Self(self);
    toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position_ : file.bytes_.size();
    return file.position_ = base + offset;
  }

  std::vector<std::byte> bytes_;
  std::size_t position_ = 0;
};

void Describe(TIFF* tiff, const LabelImage& labels, std::uint32_t rows_per_strip) {
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, labels.height);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, labels.width);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, 1);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip);
}

bool WriteStrips(TIFF* tiff, const LabelImage& labels, std::uint32_t rows_per_strip) {
  std::size_t row_bytes = static_cast<std::size_t>(labels.width) * sizeof(std::uint32_t);
  std::vector<std::uint32_t> strip;  // libtiff may work in place
  for (std::uint32_t y = 0, index = 0; y < static_cast<std::uint32_t>(labels.height); y += rows_per_strip, ++index) {
    std::uint32_t rows = std::min(rows_per_strip, labels.height - y);
    const std::uint32_t* first = labels.labels.data() + static_cast<std::size_t>(y) * labels.width;
    strip.assign(first, first + static_cast<std::size_t>(rows) * labels.width);
    auto bytes = static_cast<tmsize_t>(rows * row_bytes);
    if (TIFFWriteEncodedStrip(tiff, index, strip.data(), bytes) != bytes) return false;
  }
  return TIFFWriteDirectory(tiff) == 1;
}

}  // namespace

Result<std::vector<std::byte>> EncodeLabelTiff32(const LabelImage& labels) {
  if (labels.labels.empty()) return Fail(ErrorCode::kInvalidArgument, "The image has no pixels.");
  if (labels.labels.size() * sizeof(std::uint32_t) > kMaxLabelBytes) {
    return Fail(ErrorCode::kTooLarge, "The label image is over 4 GB, more than a TIFF holds. Crop the source image.");
  }
  std::size_t rows = kStripBytes / (static_cast<std::size_t>(labels.width) * sizeof(std::uint32_t));
  auto rows_per_strip = static_cast<std::uint32_t>(std::clamp<std::size_t>(rows, 1, labels.height));
  TiffMemory file;
  std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(file.Open(), TIFFClose);
  bool written = tiff != nullptr;
  if (written) {
    Describe(tiff.get(), labels, rows_per_strip);
    written = WriteStrips(tiff.get(), labels, rows_per_strip);
  }
  tiff.reset();
  if (!written) return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to write the label image.");
  return std::move(file.bytes());
}

}  // namespace intelliclinix::image
