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

class TiffReader final : public FormatReader {
 public:
  TiffReader(ByteSource& file, const DecodeLimits& limits) : file_(file, limits.max_block_bytes + kSlackBytes) {}

  Status Open(const DecodeLimits& limits);
  const ImageHeader& header() const override { return layout_.header; }
  Status ReadPixels(PixelSink* sink) override;

 private:
  Status ReadStrips(int channel, PixelSink* sink);
  Status ReadTiles(int channel, PixelSink* sink);
  void Brighten(std::vector<std::byte>& block) const;
  Status PutTile(const std::byte* tile, int y0, int x0, int channel, PixelSink* sink) const;
  Status PutRun(const PixelRun& run, PixelSink* sink) const;
  Status CheckFinite(const PixelRun& run) const;

  TiffFile file_;
  TiffLayout layout_;
};

Status TiffReader::Open(const DecodeLimits& limits) {
  if (file_.handle() == nullptr) return std::unexpected(file_.Failure());
  IC_ASSIGN_OR_RETURN(layout_, ReadTiffLayout(file_, limits));
  return {};
}

Status TiffReader::CheckFinite(const PixelRun& run) const {
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

/// Inverting every bit inverts samples of 8 and of 16 bits alike.
void TiffReader::Brighten(std::vector<std::byte>& block) const {
  if (!layout_.white_is_zero) return;
  for (std::byte& part : block) part = ~part;
}

Status TiffReader::PutRun(const PixelRun& run, PixelSink* sink) const {
  if (layout_.header.type == PixelType::kFloat32) IC_RETURN_IF_ERROR(CheckFinite(run));
  if (sink != nullptr) sink->Put(run);
  return {};
}

Status TiffReader::ReadStrips(int channel, PixelSink* sink) {
  std::vector<std::byte> row(layout_.block_bytes);
  for (int y = 0; y < layout_.header.height; ++y) {
    int read = TIFFReadScanline(file_.handle(), row.data(), static_cast<std::uint32_t>(y),
                                static_cast<std::uint16_t>(channel));
    if (read != 1) return std::unexpected(file_.Failure());
    Brighten(row);
    IC_RETURN_IF_ERROR(PutRun({.samples = row.data(),
                               .pixels = layout_.header.width,
                               .y = y,
                               .first_channel = channel,
                               .channels = layout_.channels_per_block()},
                              sink));
  }
  return {};
}

Status TiffReader::PutTile(const std::byte* tile, int y0, int x0, int channel, PixelSink* sink) const {
  std::size_t row_bytes = layout_.block_bytes / layout_.tile_height;
  int rows = std::min(layout_.tile_height, layout_.header.height - y0);
  int pixels = std::min(layout_.tile_width, layout_.header.width - x0);
  for (int y = 0; y < rows; ++y) {
    IC_RETURN_IF_ERROR(PutRun({.samples = tile + y * row_bytes,
                               .pixels = pixels,
                               .y = y0 + y,
                               .x = x0,
                               .first_channel = channel,
                               .channels = layout_.channels_per_block()},
                              sink));
  }
  return {};
}

Status TiffReader::ReadTiles(int channel, PixelSink* sink) {
  std::vector<std::byte> tile(layout_.block_bytes);
  for (std::int64_t y = 0; y < layout_.header.height; y += layout_.tile_height) {
    for (std::int64_t x = 0; x < layout_.header.width; x += layout_.tile_width) {
      std::uint32_t index = TIFFComputeTile(file_.handle(), static_cast<std::uint32_t>(x),
                                            static_cast<std::uint32_t>(y), 0, static_cast<std::uint16_t>(channel));
      auto size = static_cast<tmsize_t>(tile.size());
      if (TIFFReadEncodedTile(file_.handle(), index, tile.data(), size) != size) {
        return std::unexpected(file_.Failure());
      }
      Brighten(tile);
      IC_RETURN_IF_ERROR(PutTile(tile.data(), static_cast<int>(y), static_cast<int>(x), channel, sink));
    }
  }
  return {};
}

Status TiffReader::ReadPixels(PixelSink* sink) {
  int planes = layout_.separate ? layout_.header.channels : 1;
  for (int channel = 0; channel < planes; ++channel) {
    IC_RETURN_IF_ERROR(layout_.tiled ? ReadTiles(channel, sink) : ReadStrips(channel, sink));
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
