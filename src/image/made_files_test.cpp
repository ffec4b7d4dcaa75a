#include "image/made_files_test.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>
#include <png.h>
#include <sys/mman.h>
#include <tiffio.h>
#include <unistd.h>

namespace intelliclinix::image::testing {
namespace {

void AppendPng(png_structp png, png_bytep bytes, std::size_t count) {
  auto& out = *static_cast<Bytes*>(png_get_io_ptr(png));
  const auto* first = reinterpret_cast<const std::byte*>(bytes);
  out.insert(out.end(), first, first + count);
}

void DescribePng(png_structp png, png_infop info, const PngFile& file) {
  png_set_IHDR(png, info, static_cast<png_uint_32>(file.width), static_cast<png_uint_32>(file.height), file.bit_depth,
               file.colour_type, file.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (const Rgb& colour : file.palette) palette.push_back({colour.red, colour.green, colour.blue});
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  if (!file.palette_alpha.empty()) {
    png_set_tRNS(png, info, file.palette_alpha.data(), static_cast<int>(file.palette_alpha.size()), nullptr);
  }
  png_color_16 black{};
  if (file.transparent_black) png_set_tRNS(png, info, nullptr, 0, &black);
}

/// An APP1 block with one entry, the orientation.
std::vector<JOCTET> Exif(int orientation, bool big_endian) {
  const auto value = static_cast<JOCTET>(orientation);
  if (big_endian) {
    return {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0};
  }
  return {'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0};
}

void DescribeJpeg(jpeg_compress_struct& jpeg, const JpegFile& file) {
  jpeg.image_height = static_cast<JDIMENSION>(file.height);
  jpeg.image_width = static_cast<JDIMENSION>(file.width);
  jpeg.input_components = file.channels;
  jpeg.in_color_space = file.channels == 1 ? JCS_GRAYSCALE : file.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  for (int c = 0; c < file.channels; ++c) jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
  if (file.progressive) jpeg_simple_progression(&jpeg);
}

void DescribeTiff(TIFF* tiff, const TiffFileSpec& file, int page) {
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, file.height);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, file.width);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, file.channels);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, file.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, file.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, file.photometric);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, file.planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, file.compression);
  if (file.predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, file.predictor);
  if (!file.extra_samples.empty()) {
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, file.extra_samples.size(), file.extra_samples.data());
  }
  if (file.resolution > 0) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, file.resolution);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, file.resolution);
  }
  if (page == 0 && !file.description.empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, file.description.c_str());
  if (page > 0 && file.reduced_pages) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
  if (file.photometric == PHOTOMETRIC_PALETTE) {
    static std::uint16_t map[256] = {};
    TIFFSetField(tiff, TIFFTAG_COLORMAP, map, map, map);
  }
  if (file.tile_side > 0) {
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, file.tile_side);
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, file.tile_side);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, file.rows_per_strip);
  }
}

/// The samples of rows y0..y0+rows-1 and columns x0..x0+columns-1, of one channel or (-1) of all; zeros outside.
Bytes Cut(const TiffFileSpec& file, const Bytes& samples, int y0, int x0, int rows, int columns, int channel) {
  const std::size_t sample = file.bits / 8;
  const int first = channel < 0 ? 0 : channel;
  const int count = channel < 0 ? file.channels : 1;
  Bytes cut(static_cast<std::size_t>(rows) * columns * count * sample);
  for (int y = 0; y < rows && y0 + y < file.height; ++y) {
    for (int x = 0; x < columns && x0 + x < file.width; ++x) {
      const std::size_t from = (static_cast<std::size_t>(y0 + y) * file.width + x0 + x) * file.channels + first;
      std::memcpy(cut.data() + (static_cast<std::size_t>(y) * columns + x) * count * sample,
                  samples.data() + from * sample, count * sample);
    }
  }
  return cut;
}

void WriteTiles(TIFF* tiff, const TiffFileSpec& file, const Bytes& samples, int channel) {
  for (int y = 0; y < file.height; y += file.tile_side) {
    for (int x = 0; x < file.width; x += file.tile_side) {
      Bytes tile = Cut(file, samples, y, x, file.tile_side, file.tile_side, channel);
      EXPECT_GT(TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                              static_cast<std::uint16_t>(channel < 0 ? 0 : channel)),
                0);
    }
  }
}

void WriteRows(TIFF* tiff, const TiffFileSpec& file, const Bytes& samples, int channel) {
  for (int y = 0; y < file.height; ++y) {
    Bytes row = Cut(file, samples, y, 0, 1, file.width, channel);
    EXPECT_EQ(1, TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y),
                                   static_cast<std::uint16_t>(channel < 0 ? 0 : channel)));
  }
}

Bytes ReadBack(int fd) {
  Bytes bytes(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)));
  EXPECT_EQ(static_cast<ssize_t>(bytes.size()), pread(fd, bytes.data(), bytes.size(), 0));
  return bytes;
}

}  // namespace

Bytes MakePng(const PngFile& file, std::vector<std::uint8_t> rows) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  Bytes out;
  png_set_write_fn(png, &out, AppendPng, nullptr);
  DescribePng(png, info, file);
  png_write_info(png, info);
  const std::size_t stride = png_get_rowbytes(png, info);
  EXPECT_EQ(stride * static_cast<std::size_t>(file.height), rows.size());
  std::vector<png_bytep> pointers;
  for (int y = 0; y < file.height; ++y) pointers.push_back(rows.data() + stride * static_cast<std::size_t>(y));
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

Bytes MakeJpeg(const JpegFile& file, std::vector<std::uint8_t> samples) {
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &memory, &size);
  DescribeJpeg(jpeg, file);
  jpeg_start_compress(&jpeg, TRUE);
  if (file.orientation != 0) {
    const std::vector<JOCTET> exif = Exif(file.orientation, file.big_endian);
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
  }
  for (int y = 0; y < file.height; ++y) {
    JSAMPROW row = samples.data() + static_cast<std::size_t>(y) * file.width * file.channels;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const auto* first = reinterpret_cast<const std::byte*>(memory);
  Bytes out(first, first + size);
  std::free(memory);
  return out;
}

Bytes MakeTiff(const TiffFileSpec& file, const Bytes& samples) {
  TIFFSetWarningHandler(nullptr);  // the older of two numbers for deflate is meant
  const int fd = memfd_create("tiff", 0);
  TIFF* tiff = TIFFFdOpen(dup(fd), "tiff", file.mode.c_str());
  const auto page_bytes = static_cast<std::ptrdiff_t>(file.height) * file.width * file.channels * (file.bits / 8);
  const bool one_each = file.pages > 1 && static_cast<std::ptrdiff_t>(samples.size()) == page_bytes * file.pages;
  for (int page = 0; page < file.pages; ++page) {
    DescribeTiff(tiff, file, page);
    const auto first = samples.begin() + (one_each ? page * page_bytes : 0);
    const Bytes own(first, first + page_bytes);
    for (int channel = file.planes ? 0 : -1; channel < (file.planes ? file.channels : 0); ++channel) {
      if (file.tile_side > 0) {
        WriteTiles(tiff, file, own, channel);
      } else {
        WriteRows(tiff, file, own, channel);
      }
    }
    EXPECT_EQ(1, TIFFWriteDirectory(tiff));
  }
  TIFFClose(tiff);
  Bytes bytes = ReadBack(fd);
  close(fd);
  return bytes;
}

Image DecodeGood(const Bytes& bytes, const DecodeLimits& limits, const PlaneRequest& request) {
  MemorySource file(bytes);
  Result<Image> image = Decode(file, limits, request);
  Result<ImageHeader> header = ReadHeader(file, limits, request.axes);
  Result<ImageHeader> checked = Check(file, limits, request.axes);
  EXPECT_TRUE(image.has_value()) << image.error().message;
  EXPECT_TRUE(header.has_value() && checked.has_value());
  if (!image || !header || !checked) return {};
  EXPECT_EQ(header->height, image->height);
  EXPECT_EQ(header->width, image->width);
  EXPECT_EQ(header->channels - (header->has_alpha ? 1 : 0), image->channels);
  EXPECT_EQ(header->type, image->type);
  EXPECT_EQ(header->height, checked->height);
  EXPECT_EQ(header->channels, checked->channels);
  EXPECT_EQ(image->pixel_count() * image->channels * BytesPerSample(image->type), image->samples.size());
  return *std::move(image);
}

Error DecodeBad(const Bytes& bytes, const DecodeLimits& limits, const PlaneRequest& request) {
  MemorySource file(bytes);
  const Result<Image> image = Decode(file, limits, request);
  const Result<ImageHeader> checked = Check(file, limits, request.axes);
  EXPECT_FALSE(image.has_value());
  EXPECT_FALSE(checked.has_value());
  if (image || checked) return {};
  EXPECT_EQ(image.error().message, checked.error().message);
  EXPECT_EQ(image.error().code, checked.error().code);
  return image.error();
}

std::vector<double> Samples(const Image& image) {
  std::vector<double> values(image.pixel_count() * image.channels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = image.type == PixelType::kUint8    ? image.As<std::uint8_t>()[i]
                : image.type == PixelType::kUint16 ? image.As<std::uint16_t>()[i]
                                                   : image.As<float>()[i];
  }
  return values;
}

}  // namespace intelliclinix::image::testing
