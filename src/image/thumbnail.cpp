#include "image/thumbnail.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "image/encode.h"
#include "image/format_reader.h"
#include "image/shown.h"

namespace intelliclinix::image {
namespace {

/// Blocks of whole pixels come first, in sums that 256 x 256 of them fit: this many times the side is left of them.
constexpr int kOversize = 4;

/// The pixels that a pixel of the small image covers along one side, and how much of each.
struct Cover {
  int first = 0;
  std::vector<float> weights{};  ///< their sum is 1
};

std::vector<Cover> CoversOf(int from, int to) {
  std::vector<Cover> covers;
  const double step = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double begin = i * step;
    const double end = std::min(begin + step, static_cast<double>(from));
    Cover cover{.first = std::min(static_cast<int>(begin), from - 1)};
    for (int at = cover.first; at < from && at < end; ++at) {
      const double covered = std::min<double>(at + 1, end) - std::max<double>(at, begin);
      cover.weights.push_back(static_cast<float>(covered / step));
    }
    covers.push_back(std::move(cover));
  }
  return covers;
}

/// The mean of channel `c` over what both cover.
std::uint8_t MeanOf(const Image& image, const Cover& rows, const Cover& columns, int c) {
  float sum = 0;
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    const auto y = static_cast<std::size_t>(rows.first) + i;
    const std::uint8_t* const pixel =
        image.As<std::uint8_t>() + (y * image.width + static_cast<std::size_t>(columns.first)) * image.channels + c;
    float row = 0;
    for (std::size_t j = 0; j < columns.weights.size(); ++j) {
      row += columns.weights[j] * static_cast<float>(pixel[j * image.channels]);
    }
    sum += rows.weights[i] * row;
  }
  return static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L));
}

Image ShrinkToFit(Image image, int side) {
  const int longest = std::max(image.height, image.width);
  if (longest <= side) return image;
  const auto scaled = [&](int pixels) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(pixels) * side / longest)));
  };
  Image small{.height = scaled(image.height),
              .width = scaled(image.width),
              .channels = image.channels,
              .type = PixelType::kUint8,
              .samples = {}};
  small.samples.resize(small.pixel_count() * small.channels);
  const std::vector<Cover> rows = CoversOf(image.height, small.height);
  const std::vector<Cover> columns = CoversOf(image.width, small.width);
  auto* to = small.As<std::uint8_t>();
  for (const Cover& row : rows) {
    for (const Cover& column : columns) {
      for (int c = 0; c < image.channels; ++c) *to++ = MeanOf(image, row, column, c);
    }
  }
  return small;
}

}  // namespace

Result<std::vector<std::byte>> MakeThumbnail(ByteSource& file, int side, const DecodeLimits& limits,
                                             std::string_view axes) {
  return WithMemory([&]() -> Result<std::vector<std::byte>> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    const std::int64_t most = static_cast<std::int64_t>(kOversize) * std::max(side, 256);
    IC_ASSIGN_OR_RETURN(Image shown, ReadShown(*reader, {static_cast<int>(most), 3 * most * most}));
    reader.reset();
    return EncodePng(ShrinkToFit(std::move(shown), side), PngContent::kPhotograph);
  });
}

}  // namespace intelliclinix::image
