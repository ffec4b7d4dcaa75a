#include "runners/source_image.h"

#include <chrono>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "base/hashing.h"
#include "image/decode.h"
#include "image/preview.h"

namespace intelliclinix::runners {
namespace {

using SteadyClock = std::chrono::steady_clock;

double MillisecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

image::DecodeLimits ToDecodeLimits(const SourceLimits& limits) {
  return {.max_pixels = limits.max_pixels, .max_channels = limits.max_channels};
}

const char* ContentType(image::ImageHeader::Format format) {
  switch (format) {
    case image::ImageHeader::Format::kPng:
      return "image/png";
    case image::ImageHeader::Format::kJpeg:
      return "image/jpeg";
    case image::ImageHeader::Format::kTiff:
      return "image/tiff";
  }
  return "application/octet-stream";
}

/// Browsers show a 16-bit PNG by its upper byte, in which most microscope images are black.
bool BrowserShows(const image::ImageHeader& header) {
  return header.format == image::ImageHeader::Format::kJpeg ||
         (header.format == image::ImageHeader::Format::kPng && header.type == image::PixelType::kUint8);
}

records::ImageFacts FactsOf(const image::ImageHeader& header) {
  return {.height = header.height,
          .width = header.width,
          .channels = header.channels - (header.has_alpha ? 1 : 0),
          .bit_depth = 8 * image::BytesPerSample(header.type),
          .content_type = ContentType(header.format),
          .browser_shows = BrowserShows(header)};
}

Result<std::string> HashSource(ByteSource& file) {
  Sha256 hash;
  std::vector<std::byte> piece(1 << 20);
  for (std::uint64_t offset = 0; offset < file.size();) {
    IC_ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(offset, piece));
    if (got == 0) return Fail(ErrorCode::kInvalidArgument, "The file ends before its size says.");
    hash.Update(std::span(piece).first(got));
    offset += got;
  }
  return hash.FinishHex();
}

/// What `work` returns. Runners are many and some bring foreign libraries: what one throws is the image's error, not
/// the process's end.
template <typename Work>
auto Caught(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted,
                "There is not enough memory for this image. Crop it, run fewer jobs at once, or use a machine with "
                "more memory.");
  } catch (const std::exception& exception) {
    return Fail(ErrorCode::kInternal, std::string("The runner stopped with an exception (") + exception.what() + ").");
  } catch (...) {
    return Fail(ErrorCode::kInternal, "The runner stopped with an exception of unknown type.");
  }
}

}  // namespace

Result<records::ImageFacts> CheckSourceImage(ByteSource& file, const SourceLimits& limits) {
  return Caught([&]() -> Result<records::ImageFacts> {
    IC_ASSIGN_OR_RETURN(const image::ImageHeader header, image::Check(file, ToDecodeLimits(limits)));
    return FactsOf(header);
  });
}

Result<std::vector<std::byte>> MakePreview(ByteSource& file, const SourceLimits& limits) {
  return image::MakePreview(file, ToDecodeLimits(limits));
}

Result<RunOutput> RunSourceImage(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                                 const RunContext& context) {
  return Caught([&]() -> Result<RunOutput> {
    const SteadyClock::time_point start = SteadyClock::now();
    IC_ASSIGN_OR_RETURN(const image::ImageHeader header, image::ReadHeader(run.file, ToDecodeLimits(limits)));
    IC_ASSIGN_OR_RETURN(const image::Image source, image::Decode(run.file, ToDecodeLimits(limits)));
    const double decode_ms = MillisecondsSince(start);
    IC_ASSIGN_OR_RETURN(const std::string sha256, HashSource(run.file));
    IC_ASSIGN_OR_RETURN(
        RunOutput output,
        runner.Run({source, run.params, run.model, run.stem, FactsOf(header), run.filename, sha256}, context));
    Json timings = {{"decode", decode_ms}};
    timings.update(output.timings_ms);
    timings["total"] = MillisecondsSince(start);
    output.timings_ms = std::move(timings);
    return output;
  });
}

}  // namespace intelliclinix::runners
