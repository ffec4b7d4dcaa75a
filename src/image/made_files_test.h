// Image files made with the libraries themselves, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "image/decode.h"
#include "image/image.h"
#include "image/render.h"

namespace intelliclinix::image::testing {

using Bytes = std::vector<std::byte>;

/// Any samples in native byte order, as bytes.
template <typename T>
Bytes BytesOf(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  return Bytes(first, first + values.size() * sizeof(T));
}

struct PngFile {
  int height = 1, width = 1;
  int bit_depth = 8;
  int colour_type = 0;  ///< of PNG: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
  bool interlaced = false;
  std::vector<Rgb> palette = {};
  std::vector<std::uint8_t> palette_alpha = {};  ///< a tRNS chunk for the palette
  bool transparent_black = false;                ///< a tRNS chunk that makes grey 0, or RGB 0, transparent
};
/// `rows` as PNG has them: 16 bit big-endian, fewer than 8 bits packed, first pixel in the high bits.
Bytes MakePng(const PngFile& file, std::vector<std::uint8_t> rows);

struct JpegFile {
  int height = 1, width = 1;
  int channels = 1;  ///< 1 grey, 3 RGB, 4 CMYK
  bool progressive = false;
  int orientation = 0;     ///< of an EXIF block; 0: none
  bool big_endian = true;  ///< the EXIF block
};
/// Quality 100, no subsampling: constant blocks of 8 x 8 px come back within 2 grey values.
Bytes MakeJpeg(const JpegFile& file, std::vector<std::uint8_t> samples);

struct TiffFileSpec {
  int height = 1, width = 1, channels = 1;
  int bits = 8;
  int format = 1;       ///< 1 unsigned, 2 signed, 3 float
  int photometric = 1;  ///< 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK
  int compression = 1;  ///< 1 none, 5 LZW, 7 JPEG, 8 deflate, 32773 PackBits
  int predictor = 1;
  int rows_per_strip = 3;
  int tile_side = 0;                              ///< a multiple of 16; 0: strips
  bool planes = false;                            ///< channels stored apart
  std::string mode = "w";                         ///< of libtiff: "wb" big-endian, "wl" little-endian, "w8" BigTIFF
  std::vector<std::uint16_t> extra_samples = {};  ///< kinds: 0 unspecified, 2 alpha
  int pages = 1;
  bool reduced_pages = false;    ///< the pages after the first are smaller copies
  std::string description = {};  ///< of the first page
  float resolution = 0;          ///< samples a unit; 0: not told
};
/// `samples` interleaved, native byte order; those of all pages one after the other, or the same for each.
Bytes MakeTiff(const TiffFileSpec& file, const Bytes& samples);

/// The decoded image; a failed test, and no pixels, where it does not decode. Expects that ReadHeader and Check agree.
Image DecodeGood(const Bytes& bytes, const DecodeLimits& limits = {}, const PlaneRequest& request = {});
/// The error of a file that must not decode. Expects that Check gives the same.
Error DecodeBad(const Bytes& bytes, const DecodeLimits& limits = {}, const PlaneRequest& request = {});

/// The samples as numbers.
std::vector<double> Samples(const Image& image);

}  // namespace intelliclinix::image::testing
