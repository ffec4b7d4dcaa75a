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
constexpr std::uint64_t kMaxBytes = 4'000'000'000;

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
    return TIFFClientOpenExt("result", "w", this, OnRead, OnWrite, OnSeek, OnClose, OnSize, nullptr, nullptr,
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

/// What differs between pages.
struct Page {
  int height = 0;
  int width = 0;
  int format = SAMPLEFORMAT_UINT;
  int compression = COMPRESSION_NONE;
  std::uint32_t rows_per_strip = 1;
};

/// All samples have 32 bits.
void Describe(TIFF* tiff, const Page& page) {
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.height);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.width);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, page.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  if (page.compression == COMPRESSION_ADOBE_DEFLATE) TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, 1);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.rows_per_strip);
}

/// Writes a page of samples of 4 bytes.
template <typename Sample>
bool WritePage(TIFF* tiff, const Page& page, const std::vector<Sample>& samples) {
  static_assert(sizeof(Sample) == 4);
  Describe(tiff, page);
  const auto width = static_cast<std::size_t>(page.width);
  std::vector<Sample> strip;  // libtiff may work in place
  for (std::uint32_t y = 0, index = 0; y < static_cast<std::uint32_t>(page.height); y += page.rows_per_strip, ++index) {
    const std::uint32_t rows = std::min(page.rows_per_strip, page.height - y);
    const auto first = samples.begin() + static_cast<std::ptrdiff_t>(y * width);
    strip.assign(first, first + static_cast<std::ptrdiff_t>(rows * width));
    const auto bytes = static_cast<tmsize_t>(strip.size() * sizeof(Sample));
    if (TIFFWriteEncodedStrip(tiff, index, strip.data(), bytes) != bytes) return false;
  }
  return TIFFWriteDirectory(tiff) == 1;
}

std::uint32_t RowsPerStrip(int height, int width) {
  const std::size_t rows = kStripBytes / (static_cast<std::size_t>(width) * 4);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(rows, 1, static_cast<std::size_t>(height)));
}

/// The file that `write` makes.
template <typename Write>
Result<std::vector<std::byte>> WriteFile(const Write& write) {
  TiffMemory file;
  std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(file.Open(), TIFFClose);
  const bool written = tiff != nullptr && write(tiff.get());
  tiff.reset();
  if (!written) return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to write the TIFF.");
  return std::move(file.bytes());
}

Status CheckSize(std::size_t samples) {
  if (samples == 0) return Fail(ErrorCode::kInvalidArgument, "The image has no pixels.");
  if (samples * 4 <= kMaxBytes) return {};
  return Fail(ErrorCode::kTooLarge, "The result is over 4 GB, more than a TIFF holds. Crop the source image.");
}

}  // namespace

Result<std::vector<std::byte>> EncodeLabelTiff32(const LabelImage& labels) {
  IC_RETURN_IF_ERROR(CheckSize(labels.labels.size()));
  const Page page{.height = labels.height,
                  .width = labels.width,
                  .compression = COMPRESSION_ADOBE_DEFLATE,
                  .rows_per_strip = RowsPerStrip(labels.height, labels.width)};
  return WriteFile([&](TIFF* tiff) { return WritePage(tiff, page, labels.labels); });
}

Result<std::vector<std::byte>> EncodePlanesTiff(std::span<const NamedPlane> planes) {
  std::size_t samples = 0;
  for (const NamedPlane& named : planes) samples += named.plane.values.size();
  IC_RETURN_IF_ERROR(CheckSize(samples));
  return WriteFile([&](TIFF* tiff) {
    return std::ranges::all_of(planes, [&](const NamedPlane& named) {
      const Plane& plane = named.plane;
      TIFFSetField(tiff, TIFFTAG_PAGENAME, named.name);
      return WritePage(tiff,
                       {.height = plane.height,
                        .width = plane.width,
                        .format = SAMPLEFORMAT_IEEEFP,
                        .rows_per_strip = RowsPerStrip(plane.height, plane.width)},
                       plane.values);
    });
  });
}

}  // namespace intelliclinix::image
