#include <algorithm>
#include <string>
#include <vector>

#include "image/format_reader.h"
#include "image/tiff_file.h"
#include "image/tiff_layout.h"
#include "image/tiff_stack.h"

namespace intelliclinix::image {
namespace {

/// libtiff takes small blocks beside the strip or tile: directories, decoder tables.
constexpr std::uint64_t kSlackBytes = 4 << 20;

class TiffReader final : public FormatReader {
 public:
  TiffReader(ByteSource& file, const DecodeLimits& limits)
      : file_(file, limits.max_block_bytes + kSlackBytes), limits_(limits) {}

  Status Open(std::string_view axes);
  const ImageHeader& header() const override { return stack_.header; }
  Status ReadPlane(const PlaneIndex& plane, PixelSink* sink) override;
  std::uint64_t not_finite() const override { return not_finite_; }

 private:
  /// Where the channels of a page belong among those of the plane.
  struct Target {
    int first_channel = 0;
    PixelSink* sink = nullptr;
  };

  Status Enter(const TiffPage& page);
  Status ReadPage(const TiffPage& page, const Target& target);
  Status ReadBare(std::uint64_t offset, const Target& target);
  Status ReadStrips(int channel, const Target& target);
  Status ReadTiles(int channel, const Target& target);
  void Brighten(std::vector<std::byte>& block) const;
  void PutTile(const std::byte* tile, int y0, int x0, const Target& target);
  void PutRun(PixelRun run, const Target& target);

  TiffFile file_;
  const DecodeLimits limits_;
  TiffStack stack_;
  TiffLayout layout_;                 // of the page that is being read
  std::vector<std::byte> converted_;  // a run as 32-bit floats
  std::uint64_t not_finite_ = 0;
};

Status TiffReader::Open(std::string_view axes) {
  if (file_.handle() == nullptr) return std::unexpected(file_.Failure());
  IC_ASSIGN_OR_RETURN(stack_, ReadTiffStack(file_, limits_, axes));
  layout_ = stack_.layout;
  return {};
}

/// Strips, tiles and compression may differ from page to page.
Status TiffReader::Enter(const TiffPage& page) {
  if (page.directory == TIFFCurrentDirOffset(file_.handle())) return {};
  if (TIFFSetSubDirectory(file_.handle(), page.directory) != 1) return std::unexpected(file_.Failure());
  IC_ASSIGN_OR_RETURN(layout_, ReadTiffLayout(file_, limits_));
  return {};
}

/// Inverting every bit inverts unsigned samples of any size.
void TiffReader::Brighten(std::vector<std::byte>& block) const {
  if (!layout_.white_is_zero) return;
  for (std::byte& part : block) part = ~part;
}

void TiffReader::PutRun(PixelRun run, const Target& target) {
  if (layout_.header.type == PixelType::kFloat32) {
    auto count = static_cast<std::size_t>(run.pixels) * run.channels;
    converted_.resize(count * sizeof(float));
    ToFloat(layout_.stored, run.samples, count, converted_.data());
    if (layout_.stored.kind == StoredSample::Kind::kFloat) not_finite_ += ClearNotFinite(converted_.data(), count);
    run.samples = converted_.data();
  }
  run.first_channel += target.first_channel;
  if (target.sink != nullptr) target.sink->Put(run);
}

Status TiffReader::ReadStrips(int channel, const Target& target) {
  std::vector<std::byte> row(layout_.block_bytes);
  for (int y = 0; y < layout_.header.height; ++y) {
    int read = TIFFReadScanline(file_.handle(), row.data(), static_cast<std::uint32_t>(y),
                                static_cast<std::uint16_t>(channel));
    if (read != 1) return std::unexpected(file_.Failure());
    Brighten(row);
    PutRun({.samples = row.data(),
            .pixels = layout_.header.width,
            .y = y,
            .first_channel = channel,
            .channels = layout_.channels_per_block()},
           target);
  }
  return {};
}

void TiffReader::PutTile(const std::byte* tile, int y0, int x0, const Target& target) {
  std::size_t row_bytes = layout_.block_bytes / layout_.tile_height;
  int rows = std::min(layout_.tile_height, layout_.header.height - y0);
  int pixels = std::min(layout_.tile_width, layout_.header.width - x0);
  for (int y = 0; y < rows; ++y) {
    PutRun({.samples = tile + y * row_bytes,
            .pixels = pixels,
            .y = y0 + y,
            .x = x0,
            .channels = layout_.channels_per_block()},
           target);
  }
}

Status TiffReader::ReadTiles(int channel, const Target& target) {
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
      PutTile(tile.data(), static_cast<int>(y), static_cast<int>(x), {target.first_channel + channel, target.sink});
    }
  }
  return {};
}

Status TiffReader::ReadBare(std::uint64_t offset, const Target& target) {
  std::vector<std::byte> row(layout_.page_bytes() / layout_.header.height);
  for (int y = 0; y < layout_.header.height; ++y) {
    IC_RETURN_IF_ERROR(
        file_.ReadBare(offset + static_cast<std::uint64_t>(y) * row.size(), layout_.stored.bytes(), row));
    Brighten(row);
    PutRun({.samples = row.data(), .pixels = layout_.header.width, .y = y, .channels = layout_.header.channels},
           target);
  }
  return {};
}

Status TiffReader::ReadPage(const TiffPage& page, const Target& target) {
  IC_RETURN_IF_ERROR(Enter(page));
  if (page.bare != 0) return ReadBare(page.bare, target);
  int planes = layout_.separate ? layout_.header.channels : 1;
  for (int channel = 0; channel < planes; ++channel) {
    IC_RETURN_IF_ERROR(layout_.tiled ? ReadTiles(channel, target) : ReadStrips(channel, target));
  }
  return {};
}

Status TiffReader::ReadPlane(const PlaneIndex& plane, PixelSink* sink) {
  for (int channel = 0; channel < stack_.page_channels; ++channel) {
    IC_RETURN_IF_ERROR(ReadPage(stack_.PageOf(plane, channel), {channel * layout_.header.channels, sink}));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenTiff(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  auto reader = std::make_unique<TiffReader>(file, limits);
  IC_RETURN_IF_ERROR(reader->Open(axes));
  return reader;
}

}  // namespace intelliclinix::image
