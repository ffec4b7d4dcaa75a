#include "image/decode.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/digits.h"
#include "image/crop.h"
#include "image/format.h"
#include "image/format_reader.h"
#include "image/image_sink.h"
#include "image/projection.h"

namespace intelliclinix::image {
namespace {

Result<std::unique_ptr<FormatReader>> OpenAny(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  if (file.size() == 0) return Fail(ErrorCode::kInvalidArgument, "The file is empty. Copy or export it again.");
  IC_ASSIGN_OR_RETURN(const std::optional<ImageHeader::Format> format, ReadFormat(file));
  if (format == ImageHeader::Format::kPng) return OpenPng(file, limits);
  if (format == ImageHeader::Format::kJpeg) return OpenJpeg(file, limits);
  if (format == ImageHeader::Format::kTiff) return OpenTiff(file, limits, axes);
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

Image ImageFor(const ImageHeader& header, const Rectangle& region) {
  Image image;
  image.height = region.height;
  image.width = region.width;
  image.channels = Colours(header);
  image.type = header.type;
  image.samples.resize(image.pixel_count() * image.channels * BytesPerSample(image.type));
  return image;
}

Status CheckRegion(const Rectangle& region, const ImageHeader& header) {
  const bool there = region.x >= 0 && region.y >= 0 && region.width >= 1 && region.height >= 1 &&
                     region.width <= header.width && region.x <= header.width - region.width &&
                     region.height <= header.height && region.y <= header.height - region.height;
  if (there) return {};
  return Fail(ErrorCode::kInvalidArgument, SizeSentence(header) + ", and the region is not within it.");
}

Status CheckPlane(const PlaneIndex& plane, const ImageHeader& header) {
  bool there = plane.z >= 0 && plane.z < header.depth && plane.t >= 0 && plane.t < header.times;
  if (there) return {};
  return Fail(ErrorCode::kInvalidArgument, "The file has no such plane: there are " + GroupDigits(header.depth) +
                                               " in z and " + GroupDigits(header.times) + " in time.");
}

Result<Image> ReadImage(FormatReader& reader, const PlaneChoice& request) {
  const ImageHeader& header = reader.header();
  const std::uint64_t not_finite_before = reader.not_finite();
  bool projected = request.projection != ZProjection::kNone;
  IC_RETURN_IF_ERROR(CheckPlane({projected ? 0 : request.plane.z, request.plane.t}, header));
  const Rectangle region = request.region.value_or(Rectangle{.width = header.width, .height = header.height});
  IC_RETURN_IF_ERROR(CheckRegion(region, header));
  Image image = ImageFor(header, region);
  if (projected && header.depth > 1) {
    IC_RETURN_IF_ERROR(ReadProjection(reader, request, image));
  } else {
    ImageSink sink(image);
    CropSink crop(region, header.type, sink);
    PixelSink* const whole = &sink;
    IC_RETURN_IF_ERROR(
        reader.ReadPlane({projected ? 0 : request.plane.z, request.plane.t}, request.region ? &crop : whole));
  }
  image.not_finite = reader.not_finite() - not_finite_before;
  return image;
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenImage(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  if (!axes.empty()) IC_RETURN_IF_ERROR(CheckAxes(axes));
  IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenAny(file, limits, axes));
  IC_RETURN_IF_ERROR(CheckLimits(reader->header(), limits));
  return reader;
}

Result<ImageHeader> ReadHeader(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  IC_ASSIGN_OR_RETURN(const ImageFile opened, ImageFile::Open(file, limits, axes));
  return opened.header();
}

ImageFile::ImageFile(std::unique_ptr<FormatReader> reader) : reader_(std::move(reader)) {}
ImageFile::ImageFile(ImageFile&&) noexcept = default;
ImageFile& ImageFile::operator=(ImageFile&&) noexcept = default;
ImageFile::~ImageFile() = default;

Result<ImageFile> ImageFile::Open(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  return WithMemory([&]() -> Result<ImageFile> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    return ImageFile(std::move(reader));
  });
}

const ImageHeader& ImageFile::header() const { return reader_->header(); }

Result<Image> ImageFile::Decode(const PlaneChoice& choice) {
  return WithMemory([&] { return ReadImage(*reader_, choice); });
}

Result<Image> Decode(ByteSource& file, const DecodeLimits& limits, const PlaneRequest& request) {
  IC_ASSIGN_OR_RETURN(ImageFile opened, ImageFile::Open(file, limits, request.axes));
  return opened.Decode({request.plane, request.projection, request.region});
}

Result<ImageHeader> Check(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  return WithMemory([&]() -> Result<ImageHeader> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    const ImageHeader& header = reader->header();
    for (PlaneIndex plane; plane.t < header.times; ++plane.t) {
      for (plane.z = 0; plane.z < header.depth; ++plane.z) {
        IC_RETURN_IF_ERROR(reader->ReadPlane(plane, nullptr));
      }
    }
    return header;
  });
}

}  // namespace intelliclinix::image
