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

/// Fills the labels from the grey samples of a PNG.
class LabelSink final : public PixelSink {
 public:
  LabelSink(LabelImage& labels, PixelType type) : labels_(labels), type_(type) {}

  void Put(const PixelRun& run) noexcept override {
    const std::size_t bytes = static_cast<std::size_t>(BytesPerSample(type_));
    for (int i = 0; i < run.pixels; ++i) {
      std::uint16_t value = 0;
      std::memcpy(&value, run.samples + i * run.channels * bytes, bytes);  // the low bytes come first
      labels_.at(run.y + i * run.y_step, run.x + i * run.x_step) = value;
    }
  }

 private:
  LabelImage& labels_;
  const PixelType type_;
};

Result<LabelImage> DecodePng(ByteSource& file, const LabelLimits& limits) {
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<FormatReader> reader, OpenPng(file, {}));
  const ImageHeader& header = reader->header();
  IC_RETURN_IF_ERROR(CheckLabelSize(header.height, header.width, limits));
  if (header.channels != 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "The PNG has colours or transparency; in a label image a pixel has one number. Save it as a grey "
                "16-bit PNG.");
  }
  LabelImage labels(header.height, header.width);
  LabelSink sink(labels, header.type);
  IC_RETURN_IF_ERROR(reader->ReadPlane({}, &sink));
  return labels;
}

Result<LabelImage> DecodeAny(ByteSource& file, const LabelLimits& limits) {
  IC_ASSIGN_OR_RETURN(const std::optional<ImageHeader::Format> format, ReadFormat(file));
  if (format == ImageHeader::Format::kPng) return DecodePng(file, limits);
  if (format == ImageHeader::Format::kTiff) return DecodeLabelTiff(file, limits);
  return Fail(ErrorCode::kInvalidArgument,
              "The file is neither PNG nor TIFF. Save the label image as a grey 16-bit PNG, or as a TIFF of whole "
              "numbers.");
}

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

Result<LabelImage> DecodeLabels(ByteSource& file, const LabelLimits& limits) {
  return WithMemory([&] { return DecodeAny(file, limits); });
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
