#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "image/format_reader.h"
#include "image/tiff_file.h"
#include "image/tiff_layout.h"

namespace intelliclinix::image {
namespace {

/// libtiff takes small blocks beside the strip or tile: directories, decoder tables.
constexpr std::uint64_t kSlackBytes = 4 << 20;

/// Pixels of one row, as they come out of a strip or tile.
struct Run {
  std::byte* samples;
  int y;
  int x;
  int pixels;
  int channel;   ///< the first of them
  int channels;  ///< a pixel
};

template <typename T>
void Invert(T* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<T>(~samples[i]);
}

class TiffReader final : public FormatReader {
 public:
  TiffReader(ByteSource& file, const DecodeLimits& limits) : file_(file, limits.max_block_bytes + kSlackBytes) {}

  Status Open(const DecodeLimits& limits);
  const ImageHeader& header() const override { return layout_.header; }
  Status ReadPixels(Image* image) override;

 private:
  Status ReadStrips(int channel, Image* image);
  Status ReadTiles(int channel, Image* image);
  Status PutTile(std::byte* tile, int y0, int x0, int channel, Image* image) const;
  Status PutRun(const Run& run, Image* image) const;
  Status CheckFinite(const Run& run) const;

  TiffFile file_;
  TiffLayout layout_;
};

Status TiffReader::Open(const DecodeLimits& limits) {
  if (file_.handle() == nullptr) return std::unexpected(file_.Failure());
  IC_ASSIGN_OR_RETURN(layout_, ReadTiffLayout(file_, limits));
  return {};
}

Status TiffReader::CheckFinite(const Run& run) const {
  auto count = static_cast<std::size_t>(run.pixels) * run.channels;
  for (std::size_t i = 0; i < count; ++i) {
    float value;
    std::memcpy(&value, run.samples + i * sizeof value, sizeof value);
    if (std::isfinite(value)) continue;
    return Fail(ErrorCode::kInvalidArgument,
                "The image has pixels that are not numbers (NaN or infinite), one at row " + std::to_string(run.y + 1) +
                    ", column " + std::to_string(run.x + i / run.channels + 1) +
                    ". Replace them, for example by 0, and save it again.");
  }
  return {};
}

Status TiffReader::PutRun(const Run& run, Image* image) const {
  auto count = static_cast<std::size_t>(run.pixels) * run.channels;
  if (layout_.header.type == PixelType::kFloat32) IC_RETURN_IF_ERROR(CheckFinite(run));
  if (image == nullptr || run.channel >= image->channels) return {};
  if (layout_.white_is_zero) {
    if (image->type == PixelType::kUint8) Invert(reinterpret_cast<std::uint8_t*>(run.samples), count);
    if (image->type == PixelType::kUint16) Invert(reinterpret_cast<std::uint16_t*>(run.samples), count);
  }
  int kept = std::min(run.channels, image->channels - run.channel);
  std::size_t sample = BytesPerSample(image->type);
  std::size_t first = (static_cast<std::size_t>(run.y) * image->width + run.x) * image->channels + run.channel;
  std::byte* target = image->samples.data() + first * sample;
  if (kept == run.channels && kept == image->channels) {
    std::memcpy(target, run.samples, count * sample);
    return {};
  }
  for (int i = 0; i < run.pixels; ++i) {
    std::memcpy(target + i * image->channels * sample, run.samples + i * run.channels * sample, kept * sample);
  }
  return {};
}

Status TiffReader::ReadStrips(int channel, Image* image) {
  std::vector<std::byte> row(layout_.block_bytes);
  for (int y = 0; y < layout_.header.height; ++y) {
    int read = TIFFReadScanline(file_.handle(), row.data(), static_cast<std::uint32_t>(y),
                                static_cast<std::uint16_t>(channel));
    if (read != 1) return std::unexpected(file_.Failure());
    Run run{row.data(), y, 0, layout_.header.width, channel, layout_.channels_per_block()};
    IC_RETURN_IF_ERROR(PutRun(run, image));
  }
  return {};
}

Status TiffReader::PutTile(std::byte* tile, int y0, int x0, int channel, Image* image) const {
  std::size_t row_bytes = layout_.block_bytes / layout_.tile_height;
  int rows = std::min(layout_.tile_height, layout_.header.height - y0);
  int pixels = std::min(layout_.tile_width, layout_.header.width - x0);
  for (int y = 0; y < rows; ++y) {
    Run run{tile + y * row_bytes, y0 + y, x0, pixels, channel, layout_.channels_per_block()};
    IC_RETURN_IF_ERROR(PutRun(run, image));
  }
  return {};
}

Status TiffReader::ReadTiles(int channel, Image* image) {
  std::vector<std::byte> tile(layout_.block_bytes);
  for (std::int64_t y = 0; y < layout_.header.height; y += layout_.tile_height) {
    for (std::int64_t x = 0; x < layout_.header.width; x += layout_.tile_width) {
      std::uint32_t index = TIFFComputeTile(file_.handle(), static_cast<std::uint32_t>(x),
                                            static_cast<std::uint32_t>(y), 0, static_cast<std::uint16_t>(channel));
      auto size = static_cast<tmsize_t>(tile.size());
      if (TIFFReadEncodedTile(file_.handle(), index, tile.data(), size) != size) {
        return std::unexpected(file_.Failure());
      }
      IC_RETURN_IF_ERROR(PutTile(tile.data(), static_cast<int>(y), static_cast<int>(x), channel, image));
    }
  }
  return {};
}

Status TiffReader::ReadPixels(Image* image) {
  int planes = layout_.separate ? layout_.header.channels : 1;
  for (int channel = 0; channel < planes; ++channel) {
    IC_RETURN_IF_ERROR(layout_.tiled ? ReadTiles(channel, image) : ReadStrips(channel, image));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenTiff(ByteSource& file, const DecodeLimits& limits) {
  auto reader = std::make_unique<TiffReader>(file, limits);
  IC_RETURN_IF_ERROR(reader->Open(limits));
  return reader;
}

}  // namespace intelliclinix::image
