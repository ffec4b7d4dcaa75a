#include "image/decode.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/digits.h"
#include "image/format_reader.h"
#include "image/image_sink.h"
#include "image/projection.h"

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

Result<std::unique_ptr<FormatReader>> OpenAny(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  if (file.size() == 0) return Fail(ErrorCode::kInvalidArgument, "The file is empty. Copy or export it again.");
  Head head{};
  IC_ASSIGN_OR_RETURN([[maybe_unused]] std::size_t count, file.ReadAt(0, std::as_writable_bytes(std::span(head))));
  if (StartsWith(head, Head{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})) return OpenPng(file, limits);
  if (StartsWith(head, std::array<std::uint8_t, 3>{0xff, 0xd8, 0xff})) return OpenJpeg(file, limits);
  if (IsTiff(head)) return OpenTiff(file, limits, axes);
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

Status CheckPlane(const PlaneIndex& plane, const ImageHeader& header) {
  bool there = plane.z >= 0 && plane.z < header.depth && plane.t >= 0 && plane.t < header.times;
  if (there) return {};
  return Fail(ErrorCode::kInvalidArgument, "The file has no such plane: there are " + GroupDigits(header.depth) +
                                               " in z and " + GroupDigits(header.times) + " in time.");
}

Result<Image> ReadImage(FormatReader& reader, const PlaneRequest& request) {
  const ImageHeader& header = reader.header();
  bool projected = request.projection != ZProjection::kNone;
  IC_RETURN_IF_ERROR(CheckPlane({projected ? 0 : request.plane.z, request.plane.t}, header));
  Image image = ImageFor(header);
  if (projected && header.depth > 1) {
    IC_RETURN_IF_ERROR(ReadProjection(reader, request, image));
  } else {
    ImageSink sink(image);
    IC_RETURN_IF_ERROR(reader.ReadPlane({projected ? 0 : request.plane.z, request.plane.t}, &sink));
  }
  image.not_finite = reader.not_finite();
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
  return WithMemory([&]() -> Result<ImageHeader> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    return reader->header();
  });
}

Result<Image> Decode(ByteSource& file, const DecodeLimits& limits, const PlaneRequest& request) {
  return WithMemory([&]() -> Result<Image> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, request.axes));
    return ReadImage(*reader, request);
  });
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
