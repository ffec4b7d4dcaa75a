#include "image/decode_labels.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/digits.h"
#include "image/format.h"
#include "image/format_reader.h"
#include "image/label_tiff.h"

namespace intelliclinix::image {
namespace {

/// The grey samples of a PNG.
class LabelPng final : public LabelReader {
 public:
  explicit LabelPng(std::unique_ptr<FormatReader> reader) : reader_(std::move(reader)) {}

  int height() const override { return reader_->header().height; }
  int width() const override { return reader_->header().width; }
  Status Read(LabelSink& sink) override;

 private:
  const std::unique_ptr<FormatReader> reader_;
};

/// Makes labels of samples.
class SampleLabels final : public PixelSink {
 public:
  SampleLabels(LabelSink& sink, const ImageHeader& header)
      : sink_(sink), bytes_(static_cast<std::size_t>(BytesPerSample(header.type))), labels_(header.width) {}

  void Put(const PixelRun& run) noexcept override {
    const auto count = static_cast<std::size_t>(run.pixels);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t value = 0;
      std::memcpy(&value, run.samples + i * run.channels * bytes_, bytes_);  // the low bytes come first
      labels_[i] = value;
    }
    const std::span<const std::uint32_t> labels = std::span(labels_).first(count);
    if (run.x_step == 1) return sink_.Put(run.y, run.x, labels);
    // Of an interlaced file, every n-th pixel of a row.
    for (std::size_t i = 0; i < count; ++i) {
      sink_.Put(run.y, run.x + static_cast<int>(i) * run.x_step, labels.subspan(i, 1));
    }
  }

 private:
  LabelSink& sink_;
  const std::size_t bytes_;
  std::vector<std::uint32_t> labels_;
};

Status LabelPng::Read(LabelSink& sink) {
  SampleLabels labels(sink, reader_->header());
  return reader_->ReadPlane({}, &labels);
}

Result<std::unique_ptr<LabelReader>> OpenLabelPng(ByteSource& file, const LabelLimits& limits) {
  IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenPng(file, {}));
  const ImageHeader& header = reader->header();
  IC_RETURN_IF_ERROR(CheckLabelSize(header.height, header.width, limits));
  if (header.channels != 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "The PNG has colours or transparency; in a label image a pixel has one number. Save it as a grey "
                "16-bit PNG.");
  }
  return std::make_unique<LabelPng>(std::move(reader));
}

Result<std::unique_ptr<LabelReader>> OpenAny(ByteSource& file, const LabelLimits& limits) {
  IC_ASSIGN_OR_RETURN(const std::optional<ImageHeader::Format> format, ReadFormat(file));
  if (format == ImageHeader::Format::kPng) return OpenLabelPng(file, limits);
  if (format == ImageHeader::Format::kTiff) return OpenLabelTiff(file, limits);
  return Fail(ErrorCode::kInvalidArgument,
              "The file is neither PNG nor TIFF. Save the label image as a grey 16-bit PNG, or as a TIFF of whole "
              "numbers.");
}

/// Fills a label image.
class LabelImageSink final : public LabelSink {
 public:
  explicit LabelImageSink(LabelImage& image) : image_(image) {}
  void Put(int y, int x, std::span<const std::uint32_t> labels) noexcept override {
    std::ranges::copy(labels, &image_.at(y, x));
  }

 private:
  LabelImage& image_;
};

}  // namespace

Status CheckLabelSize(std::uint32_t height, std::uint32_t width, const LabelLimits& limits) {
  const std::string sentence =
      "The label image is " + GroupDigits(height) + " x " + GroupDigits(width) + " pixels (rows x columns)";
  if (limits.size &&
      (std::cmp_not_equal(limits.size->first, height) || std::cmp_not_equal(limits.size->second, width))) {
    return Fail(ErrorCode::kInvalidArgument,
                sentence + ", and the image is " + GroupDigits(static_cast<std::uint64_t>(limits.size->first)) + " x " +
                    GroupDigits(static_cast<std::uint64_t>(limits.size->second)) + ". Both must be of one size.");
  }
  if (height == 0 || width == 0) return Fail(ErrorCode::kInvalidArgument, "The label image has no pixels.");
  constexpr std::uint32_t kMaxSide = std::numeric_limits<int>::max();
  if (height <= kMaxSide && width <= kMaxSide && height <= limits.max_pixels / width) return {};
  return Fail(ErrorCode::kTooLarge, sentence + "; at most " + GroupDigits(limits.max_pixels) + " can be read.");
}

Result<std::unique_ptr<LabelReader>> OpenLabels(ByteSource& file, const LabelLimits& limits) {
  return WithMemory([&] { return OpenAny(file, limits); });
}

Result<LabelImage> DecodeLabels(ByteSource& file, const LabelLimits& limits) {
  return WithMemory([&]() -> Result<LabelImage> {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<LabelReader> reader, OpenAny(file, limits));
    LabelImage labels(reader->height(), reader->width());
    LabelImageSink sink(labels);
    IC_RETURN_IF_ERROR(reader->Read(sink));
    return labels;
  });
}

std::optional<std::uint32_t> FirstMissingLabel(const LabelImage& labels) {
  // Of n pixels, no more than n labels are dense: the first that is missing is at most n + 1.
  std::vector<bool> there(labels.labels.size() + 1, false);
  std::uint32_t largest = 0;
  for (const std::uint32_t label : labels.labels) {
    largest = std::max(largest, label);
    if (label < there.size()) there[label] = true;
  }
  for (std::size_t label = 1; label < there.size() && label <= largest; ++label) {
    if (!there[label]) return static_cast<std::uint32_t>(label);
  }
  if (largest < there.size()) return std::nullopt;
  return static_cast<std::uint32_t>(there.size());
}

}  // namespace intelliclinix::image
