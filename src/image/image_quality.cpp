#include "image/image_quality.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

namespace intelliclinix::image {
namespace {

constexpr int kBandRows = 16;
constexpr int kBlock = 4;
constexpr std::size_t kMeasuredPixels = 1 << 20;
constexpr double kBeyondNoise = 8;  // standard deviations; of millions of blocks of noise none gets so far

template <typename Sample>
void ReadRow(const Image& source, int channel, int y, float* out) {
  const Sample* pixel = source.As<Sample>() + static_cast<std::size_t>(y) * source.width * source.channels;
  for (int x = 0; x < source.width; ++x, pixel += source.channels) {
    if (channel > 0) {
      out[x] = static_cast<float>(pixel[channel - 1]);
    } else {
      float sum = 0;
      for (int c = 0; c < source.channels; ++c) sum += static_cast<float>(pixel[c]);
      out[x] = sum / static_cast<float>(source.channels);
    }
    if (std::isnan(out[x])) out[x] = 0;
  }
}

Plane ReadBand(const Image& source, int channel, int first_row) {
  Plane band(std::min(kBandRows, source.height - first_row), source.width);
  for (int y = 0; y < band.height; ++y) {
    switch (source.type) {
      case PixelType::kUint8:
        ReadRow<std::uint8_t>(source, channel, first_row + y, band.row(y));
        break;
      case PixelType::kUint16:
        ReadRow<std::uint16_t>(source, channel, first_row + y, band.row(y));
        break;
      case PixelType::kFloat32:
        ReadRow<float>(source, channel, first_row + y, band.row(y));
        break;
    }
  }
  return band;
}

/// Means of 3 x 3 pixels; two rows and columns fewer than `band`.
Plane Smoothed(const Plane& band) {
  Plane smooth(band.height - 2, band.width - 2);
  for (int y = 0; y < smooth.height; ++y) {
    const float* rows[] = {band.row(y), band.row(y + 1), band.row(y + 2)};
    float* out = smooth.row(y);
    for (int x = 0; x < smooth.width; ++x) {
      float sum = 0;
      for (const float* row : rows) sum += row[x] + row[x + 1] + row[x + 2];
      out[x] = sum / 9;
    }
  }
  return smooth;
}

/// The p-th part of the values in order; 0 where there are none.
double Quantile(std::vector<float>& values, double p) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

double Deviation(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  const double mean = sum / static_cast<double>(std::max<std::size_t>(1, values.size()));
  double squares = 0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, values.size())));
}

/// Calls `take` with the mean of each block.
template <typename Take>
void ForEachBlock(const Plane& band, const Take& take) {
  for (int y = 0; y + kBlock <= band.height; y += kBlock) {
    for (int x = 0; x + kBlock <= band.width; x += kBlock) {
      float sum = 0;
      for (int row = y; row < y + kBlock; ++row) {
        for (int column = x; column < x + kBlock; ++column) sum += band.row(row)[column];
      }
      take(sum / (kBlock * kBlock));
    }
  }
}

/// What the bands add up to.
class Measurement {
 public:
  void Add(const Plane& band) {
    AddPixels(band);
    AddNoise(band);
    AddBlocks(band);
    if (band.height >= 5 && band.width >= 5) AddEdges(Smoothed(band));
  }

  ImageQuality Take() {
    ImageQuality quality{.smallest = smallest_, .largest = largest_};
    quality.low = Quantile(smooth_, 0.01);
    quality.high = Quantile(smooth_, 0.99);
    quality.median = Quantile(smooth_, 0.5);
    quality.at_largest = static_cast<double>(at_largest_) / static_cast<double>(pixels_);
    quality.at_zero = static_cast<double>(at_zero_) / static_cast<double>(pixels_);
    const double noise = std::sqrt(std::numbers::pi / 2) / 6 * laplacians_ / std::max(1.0, laplacian_count_);
    quality.noise = noise;
    if (noise > 0) quality.structure = Deviation(blocks_) * kBlock / noise;
    const double steepest = Quantile(gradients_, 0.99);
    if (steepest > 0) quality.edge_width = (quality.high - quality.low) / steepest / std::sqrt(2 * std::numbers::pi);
    return quality;
  }

 private:
  void AddPixels(const Plane& band) {
    for (const float value : band.values) {
      if (pixels_ == 0) smallest_ = largest_ = value;
      ++pixels_;
      smallest_ = std::min(smallest_, value);
      if (value > largest_) largest_ = value, at_largest_ = 0;
      at_largest_ += static_cast<std::size_t>(value == largest_);
      at_zero_ += static_cast<std::size_t>(value == 0);
    }
  }

  void AddNoise(const Plane& band) {
    for (int y = 1; y + 1 < band.height; ++y) {
      const float* above = band.row(y - 1);
      const float* row = band.row(y);
      const float* below = band.row(y + 1);
      double sum = 0;
      for (int x = 1; x + 1 < band.width; ++x) {
        sum += std::abs(above[x - 1] - 2 * above[x] + above[x + 1] - 2 * row[x - 1] + 4 * row[x] - 2 * row[x + 1] +
                        below[x - 1] - 2 * below[x] + below[x + 1]);
      }
      laplacians_ += sum;
      laplacian_count_ += band.width - 2;
    }
  }

  void AddBlocks(const Plane& band) {
    ForEachBlock(band, [this](float mean) { blocks_.push_back(mean); });
  }

  void AddEdges(const Plane& smooth) {
    smooth_.insert(smooth_.end(), smooth.values.begin(), smooth.values.end());
    for (int y = 1; y + 1 < smooth.height; ++y) {
      for (int x = 1; x + 1 < smooth.width; ++x) {
        const float dy = smooth.row(y + 1)[x] - smooth.row(y - 1)[x];
        const float dx = smooth.row(y)[x + 1] - smooth.row(y)[x - 1];
        gradients_.push_back(std::sqrt(dy * dy + dx * dx) / 2);
      }
    }
  }

  std::vector<float> smooth_;
  std::vector<float> gradients_;
  std::vector<float> blocks_;
  float smallest_ = 0;
  float largest_ = 0;
  std::size_t pixels_ = 0;
  std::size_t at_largest_ = 0;
  std::size_t at_zero_ = 0;
  double laplacians_ = 0;
  double laplacian_count_ = 0;
};

}  // namespace

ImageQuality MeasureQuality(const Image& source, int channel) {
  assert(source.pixel_count() > 0 && channel <= source.channels);
  const auto bands = static_cast<int>((source.pixel_count() + kMeasuredPixels - 1) / kMeasuredPixels);
  Measurement measurement;
  for (int y = 0; y < source.height; y += kBandRows * bands) measurement.Add(ReadBand(source, channel, y));
  return measurement.Take();
}

std::size_t CountStandingOut(const Image& source, int channel, const ImageQuality& quality) {
  const double limit = kBeyondNoise * quality.noise / kBlock;
  std::size_t count = 0;
  for (int y = 0; y < source.height; y += kBandRows) {
    ForEachBlock(ReadBand(source, channel, y), [&](float mean) { count += std::abs(mean - quality.median) > limit; });
  }
  return count;
}

}  // namespace intelliclinix::image
