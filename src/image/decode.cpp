#include "image/decode.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

#include "base/digits.h"
#include "image/format_reader.h"

namespace intelliclinix::image {
namespace {

using Head = std::array<std::uint8_t, 8>;

template <std::size_t n>
bool StartsWith(const Head& head, const std::array<std::uint8_t, n>& magic) {
  return std::equal(magic.begin(), magic.end(), head.begin());
}

bool IsTiff(const Head& head) {
  using Magic = std::array<std::uint8_t, 4>;
  return StartsWith(head, Magic{'I', 'I', 42, 0}) || StartsWith(head, Magic{'M', 'M', 0, 42}) ||
         StartsWith(head, Magic{'I', 'I', 43, 0}) || StartsWith(head, Magic{'M', 'M', 0, 43});
}

Result<std::unique_ptr<FormatReader>> OpenAny(ByteSource& file, const DecodeLimits& limits) {
  if (file.size() == 0) return Fail(ErrorCode::kInvalidArgument, "The file is empty. Copy or export it again.");
  Head head{};
  IC_ASSIGN_OR_RETURN([[maybe_unused]] std::size_t count, file.ReadAt(0, std::as_writable_bytes(std::span(head))));
  if (StartsWith(head, Head{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})) return OpenPng(file, limits);
  if (StartsWith(head, std::array<std::uint8_t, 3>{0xff, 0xd8, 0xff})) return OpenJpeg(file, limits);
  if (IsTiff(head)) return OpenTiff(file, limits);
  return Fail(ErrorCode::kInvalidArgument,
              "The file is not an image that can be read: it is neither PNG, JPEG nor TIFF. Save it as one of them and "
              "try again.");
}

std::uint64_t DecodedBytes(const ImageHeader& header) {
  return static_cast<std::uint64_t>(header.height) * header.width * Colours(header) * BytesPerSample(header.type);
}

std::string SizeSentence(const ImageHeader& header) {
  return "The image is " + GroupDigits(header.width) + " x " + GroupDigits(header.height) + " pixels";
}

Status CheckLimits(const ImageHeader& header, const DecodeLimits& limits) {
  if (header.height < 1 || header.width < 1 || Colours(header) < 1) {
    return Fail(ErrorCode::kInvalidArgument, "The image has no pixels. Export it again.");
  }
  std::uint64_t pixels = static_cast<std::uint64_t>(header.height) * header.width;
  if (pixels > limits.max_pixels) {
    return Fail(ErrorCode::kTooLarge, SizeSentence(header) + ", " + GroupDigits(pixels) + " in all; at most " +
                                          GroupDigits(limits.max_pixels) +
                                          " can be read. Crop or downscale it and try again.");
  }
  if (std::max(header.height, header.width) > limits.max_side) {
    return Fail(ErrorCode::kTooLarge, SizeSentence(header) + "; a side can have at most " +
                                          GroupDigits(limits.max_side) + ". Crop or downscale it and try again.");
  }
  if (header.channels > limits.max_channels) {
    return Fail(ErrorCode::kTooLarge, "The image has " + GroupDigits(header.channels) + " channels; at most " +
                                          GroupDigits(limits.max_channels) +
                                          " can be read. Save only the channels that are needed and try again.");
  }
  if (DecodedBytes(header) > limits.max_bytes) {
    return Fail(ErrorCode::kTooLarge, SizeSentence(header) + " and takes " + GroupDigits(DecodedBytes(header)) +
                                          " bytes when decoded; at most " + GroupDigits(limits.max_bytes) +
                                          " can be read. Crop or downscale it, or save fewer channels.");
  }
  return {};
}

Image ImageFor(const ImageHeader& header) {
  Image image;
  image.height = header.height;
  image.width = header.width;
  image.channels = Colours(header);
  image.type = header.type;
  image.samples.resize(DecodedBytes(header));
  return image;
}

/// Fills an image that ImageFor made.
class ImageSink final : public PixelSink {
 public:
  explicit ImageSink(Image& image) : image_(image) {}
  void Put(const PixelRun& run) noexcept override;

 private:
  Image& image_;
};

void ImageSink::Put(const PixelRun& run) noexcept {
  int kept = std::min(run.channels, image_.channels - run.first_channel);
  if (kept <= 0) return;
  std::ptrdiff_t sample = BytesPerSample(image_.type);
  std::ptrdiff_t pixel = image_.channels * sample;
  std::ptrdiff_t width = image_.width;
  std::ptrdiff_t step = (run.y_step * width + run.x_step) * pixel;
  std::byte* target = image_.samples.data() + (run.y * width + run.x) * pixel + run.first_channel * sample;
  if (kept == run.channels && kept == image_.channels && step == pixel) {
    std::memcpy(target, run.samples, static_cast<std::size_t>(run.pixels * pixel));
    return;
  }
  for (std::ptrdiff_t i = 0; i < run.pixels; ++i) {
    std::memcpy(target + i * step, run.samples + i * run.channels * sample, static_cast<std::size_t>(kept * sample));
  }
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenImage(ByteSource& file, const DecodeLimits& limits) {
  IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenAny(file, limits));
  IC_RETURN_IF_ERROR(CheckLimits(reader->header(), limits));
  return reader;
}

Result<ImageHeader> ReadHeader(ByteSource& file, const DecodeLimits& limits) {
  return WithMemory([&]() -> Result<ImageHeader> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits));
    return reader->header();
  });
}

Result<Image> Decode(ByteSource& file, const DecodeLimits& limits) {
  return WithMemory([&]() -> Result<Image> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits));
    Image image = ImageFor(reader->header());
    ImageSink sink(image);
    IC_RETURN_IF_ERROR(reader->ReadPixels(&sink));
    return image;
  });
}

Result<ImageHeader> Check(ByteSource& file, const DecodeLimits& limits) {
  return WithMemory([&]() -> Result<ImageHeader> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits));
    IC_RETURN_IF_ERROR(reader->ReadPixels(nullptr));
    return reader->header();
  });
}

}  // namespace intelliclinix::image
