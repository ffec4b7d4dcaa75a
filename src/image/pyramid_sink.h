// Pixels in any order into the largest level of a pyramid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "base/scratch_file.h"
#include "image/decode_labels.h"
#include "image/format_reader.h"
#include "image/pyramid.h"

namespace intelliclinix::image {

/// Writes one channel's level 0, samples of T, and lets go of memory now and then.
template <typename T>
class LevelWriter {
 public:
  /// Borrows: both.
  LevelWriter(const PyramidLayout& layout, ScratchFile& file) : layout_(layout), file_(file) {}

  /// Calls `take(samples of the file, index of the first among the run)` for each piece of `pixels` pixels from (y, x)
  /// on that lies in one tile.
  template <typename Take>
  void ForEachPiece(int channel, int y, int x, int pixels, const Take& take) {
    constexpr int kSide = PyramidLayout::kTileSide;
    for (int done = 0; done < pixels;) {
      const TileIndex tile{0, (x + done) / kSide, y / kSide};
      const TileSize size = layout_.SizeOf(tile);
      const int column = (x + done) % kSide;
      const int count = std::min(pixels - done, size.width - column);
      T* const samples = reinterpret_cast<T*>(file_.bytes().data() + layout_.OffsetOf(tile, channel));
      take(std::span(samples + static_cast<std::ptrdiff_t>(y % kSide) * size.width + column,
                     static_cast<std::size_t>(count)),
           done);
      done += count;
    }
  }

  /// After each run: `samples` were written.
  void Wrote(std::size_t samples) {
    written_ += samples * sizeof(T);
    if (written_ < kReleaseBytes) return;
    written_ = 0;
    file_.Release();
  }

 private:
  static constexpr std::size_t kReleaseBytes = 32 << 20;

  const PyramidLayout& layout_;
  ScratchFile& file_;
  std::size_t written_ = 0;
};

/// What becomes of a pixel's sample when one of a plane comes: that one, the larger, or the sum.
struct PutSample {
  template <typename T, typename Sample>
  void operator()(T& there, Sample sample) const noexcept {
    there = sample;
  }
};
struct PutLarger {
  template <typename T, typename Sample>
  void operator()(T& there, Sample sample) const noexcept {
    there = std::max(there, sample);
  }
};
struct AddSample {
  template <typename T, typename Sample>
  void operator()(T& there, Sample sample) const noexcept {
    there += sample;
  }
};

/// Samples of a file as they are stored: integers as they are, floats as 16 bits over the range of their channel.
template <typename From, typename To, typename Combine = PutSample>
class PyramidSink final : public PixelSink {
 public:
  /// Borrows: layout and file.
  PyramidSink(const PyramidLayout& layout, ScratchFile& file, std::vector<SampleRange> float_ranges)
      : channels_(layout.shape().channels), writer_(layout, file), ranges_(std::move(float_ranges)) {}

  void Put(const PixelRun& run) noexcept override {
    const int kept = std::min(run.channels, channels_ - run.first_channel);
    for (int c = 0; c < kept; ++c) PutChannel(run, c);
    if (kept > 0) writer_.Wrote(static_cast<std::size_t>(run.pixels) * static_cast<std::size_t>(kept));
  }

 private:
  void PutChannel(const PixelRun& run, int c) {
    const int channel = run.first_channel + c;
    const From* const samples = reinterpret_cast<const From*>(run.samples) + c;
    const auto put = [&](std::span<To> piece, int first) {
      for (std::size_t i = 0; i < piece.size(); ++i) {
        Combine()(piece[i], Stored(samples[(static_cast<std::size_t>(first) + i) * run.channels], channel));
      }
    };
    if (run.x_step == 1 && run.y_step == 0) return writer_.ForEachPiece(channel, run.y, run.x, run.pixels, put);
    for (int i = 0; i < run.pixels; ++i) {
      writer_.ForEachPiece(channel, run.y + i * run.y_step, run.x + i * run.x_step, 1,
                           [&](std::span<To> piece, int) { put(piece, i); });
    }
  }

  using Sample = std::conditional_t<std::is_integral_v<From>, From, std::uint16_t>;

  Sample Stored(From sample, int channel) const {
    if constexpr (std::is_integral_v<From>) {
      static_cast<void>(channel);
      return sample;
    } else {
      const SampleRange& range = ranges_[static_cast<std::size_t>(channel)];
      if (!(range.maximum > range.minimum)) return 0;
      const double part = (sample - range.minimum) / (range.maximum - range.minimum);
      return static_cast<Sample>(std::lround(std::clamp(part, 0.0, 1.0) * 65'535));
    }
  }

  const int channels_;
  LevelWriter<To> writer_;
  const std::vector<SampleRange> ranges_;
};

/// Labels, and the largest of them.
class LabelPyramidSink final : public LabelSink {
 public:
  /// Borrows: both.
  LabelPyramidSink(const PyramidLayout& layout, ScratchFile& file) : writer_(layout, file) {}

  void Put(int y, int x, std::span<const std::uint32_t> labels) noexcept override {
    writer_.ForEachPiece(0, y, x, static_cast<int>(labels.size()), [&](std::span<std::uint32_t> piece, int first) {
      for (std::size_t i = 0; i < piece.size(); ++i) {
        piece[i] = labels[static_cast<std::size_t>(first) + i];
        largest_ = std::max(largest_, piece[i]);
      }
    });
    writer_.Wrote(labels.size());
  }
  std::uint32_t largest() const { return largest_; }

 private:
  LevelWriter<std::uint32_t> writer_;
  std::uint32_t largest_ = 0;
};

}  // namespace intelliclinix::image
