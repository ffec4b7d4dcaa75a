#include "runners/source_image.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iterator>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/digits.h"
#include "base/hashing.h"
#include "image/decode.h"
#include "image/preview.h"
#include "runners/plane_choice.h"

namespace intelliclinix::runners {
namespace {

using SteadyClock = std::chrono::steady_clock;

double MillisecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
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

/// "2.31 GB".
std::string Gigabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

/// Errors: kTooLarge, with the numbers.
Status CheckMemory(std::uint64_t bytes, const records::ImageFacts& image, const SourceLimits& limits) {
  if (limits.max_memory == 0 || bytes <= limits.max_memory) return {};
  return Fail(
      ErrorCode::kTooLarge,
      "The image, " + GroupDigits(static_cast<std::uint64_t>(image.width)) + " x " +
          GroupDigits(static_cast<std::uint64_t>(image.height)) + " pixels, would take about " + Gigabytes(bytes) +
          " of memory with these parameters; " + Gigabytes(limits.max_memory) +
          " are allowed (setting max_memory). Choose fewer outputs or planes, smaller tiles or fewer threads, crop or "
          "downscale it, give a larger diameter if the cells are large, or use a machine with more memory.");
}

/// "_z01": as many digits as the last plane needs, at least two, so that names are in the order of planes.
std::string PlaneSuffix(int z, int depth) {
  const std::string number = std::to_string(z + 1);
  const std::size_t digits = std::max<std::size_t>(2, std::to_string(depth).size());
  return "_z" + std::string(digits - number.size(), '0') + number;
}

/// One image file that is being run, plane by plane.
class SourceRunner {
 public:
  SourceRunner(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits, const RunContext& context)
      : runner_(runner), run_(run), source_limits_(limits), limits_(DecodeLimitsOf(limits)), context_(context) {}

  Result<RunOutput> Run() {
    IC_ASSIGN_OR_RETURN(image::ImageFile file, image::ImageFile::Open(run_.file, limits_, run_.axes));
    facts_ = FactsOf(file.header());
    if (run_.region) facts_.width = run_.region->width;
    if (run_.region) facts_.height = run_.region->height;
    IC_RETURN_IF_ERROR(runner_.CheckParams(run_.params, facts_));
    IC_RETURN_IF_ERROR(TakeMemory(runner_.EstimateBytes(run_.model, run_.params, facts_)));
    const ComputePool::Seat seat(context_.pool);
    return RunPlanes(file);
  }

 private:
  /// Waits for a share of `bytes`. A smaller one is given back before, so that no two wait for each other.
  Status TakeMemory(std::uint64_t bytes) {
    IC_RETURN_IF_ERROR(CheckMemory(bytes, facts_, source_limits_));
    if (context_.memory == nullptr || (memory_ && bytes <= memory_->bytes())) return {};
    const ComputePool::Standing standing;
    memory_.reset();
    memory_ = context_.memory->Take(bytes, context_.stop);
    if (!memory_) return Fail(ErrorCode::kCancelled, "The image was stopped before there was memory for it.");
    return {};
  }

  Result<RunOutput> RunPlanes(image::ImageFile& file) {
    const SteadyClock::time_point start = SteadyClock::now();
    IC_ASSIGN_OR_RETURN(chosen_, ChoosePlanes(run_.params, facts_));
    if (run_.region && chosen_.each) chosen_.planes = {chosen_.planes[chosen_.planes.size() / 2]};
    IC_ASSIGN_OR_RETURN(sha256_, HashSource(run_.file));
    output_.timings_ms["decode"] = 0.0;
    for (done_ = 0; done_ < chosen_.planes.size(); ++done_) IC_RETURN_IF_ERROR(RunPlane(file));
    output_.diameter /= static_cast<double>(chosen_.planes.size());
    output_.timings_ms["total"] = MillisecondsSince(start);
    return std::move(output_);
  }

  Status RunPlane(image::ImageFile& file) {
    const SteadyClock::time_point start = SteadyClock::now();
    const image::PlaneIndex plane = chosen_.planes[done_];
    IC_ASSIGN_OR_RETURN(const image::Image source, file.Decode({plane, chosen_.projection, run_.region}));
    AddTime("decode", MillisecondsSince(start));
    const std::string suffix = chosen_.each ? PlaneSuffix(plane.z, facts_.depth) : "";
    IC_ASSIGN_OR_RETURN(RunOutput output, runner_.Run({source, run_.params, run_.model, run_.stem + suffix, facts_,
                                                       run_.filename, sha256_ + suffix},
                                                      PlaneContext()));
    if (source.not_finite > 0) output.warnings.push_back(NotFiniteWarning(source.not_finite));
    Add(std::move(output), chosen_.each ? "z " + std::to_string(plane.z + 1) + ": " : "");
    return {};
  }

  static std::string NotFiniteWarning(std::uint64_t samples) {
    return GroupDigits(samples) + (samples == 1 ? " sample was" : " samples were") +
           " not a number (NaN or infinite), and 0 was taken instead.";
  }

  /// Progress over all planes, which have as many tiles each.
  RunContext PlaneContext() {
    RunContext context = context_;
    context.take_more = [this](std::uint64_t bytes) { return TakeMemory(bytes); };
    if (chosen_.planes.size() == 1 || !context_.progress) return context;
    context.progress = [this](int tiles_done, int tiles_total) {
      const auto planes = static_cast<int>(chosen_.planes.size());
      context_.progress(static_cast<int>(done_) * tiles_total + tiles_done, planes * tiles_total);
    };
    return context;
  }

  void AddTime(const std::string& stage, double milliseconds) {
    output_.timings_ms[stage] = output_.timings_ms.value(stage, 0.0) + milliseconds;
  }

  void Add(RunOutput plane, const std::string& prefix) {
    output_.engine = plane.engine;
    output_.objects += plane.objects;
    output_.diameter += plane.diameter;
    for (const std::string& warning : plane.warnings) output_.warnings.push_back(prefix + warning);
    for (const auto& [stage, milliseconds] : plane.timings_ms.items()) AddTime(stage, milliseconds.get<double>());
    std::ranges::move(plane.artifacts, std::back_inserter(output_.artifacts));
  }

  ModelRunner& runner_;
  const SourceRun& run_;
  const SourceLimits& source_limits_;
  const image::DecodeLimits limits_;
  const RunContext& context_;
  records::ImageFacts facts_;
  std::optional<MemoryBudget::Share> memory_;
  std::string sha256_;
  ChosenPlanes chosen_;
  std::size_t done_ = 0;  // planes
  RunOutput output_;
};

}  // namespace

image::DecodeLimits DecodeLimitsOf(const SourceLimits& limits) {
  return {.max_pixels = limits.max_pixels, .max_channels = limits.max_channels};
}

records::ImageFacts FactsOf(const image::ImageHeader& header) {
  const std::optional<image::PixelSizeUm>& size = header.pixel_size_um;
  return {.height = header.height,
          .width = header.width,
          .channels = header.channels - (header.has_alpha ? 1 : 0),
          .bit_depth = header.stored_bits,
          .content_type = ContentType(header.format),
          .browser_shows = BrowserShows(header),
          .axes = header.axes,
          .depth = header.depth,
          .times = header.times,
          .channel_names = header.channel_names,
          .pixel_size_um = size ? std::optional(records::PixelSizeUm{size->x, size->y}) : std::nullopt};
}

Status CheckAxes(std::string_view axes) { return image::CheckAxes(axes); }

Result<records::ImageFacts> CheckSourceImage(ByteSource& file, const SourceLimits& limits, std::string_view axes) {
  return Caught([&]() -> Result<records::ImageFacts> {
    IC_ASSIGN_OR_RETURN(const image::ImageHeader header, image::Check(file, DecodeLimitsOf(limits), axes));
    return FactsOf(header);
  });
}

Result<std::vector<std::byte>> MakePreview(ByteSource& file, const SourceLimits& limits, std::string_view axes) {
  return image::MakePreview(file, DecodeLimitsOf(limits), axes);
}

Status CheckRun(const ModelRunner& runner, const records::ModelEntry& model, const Json& params,
                const records::ImageFacts& image, const SourceLimits& limits) {
  IC_RETURN_IF_ERROR(runner.CheckParams(params, image));
  return CheckMemory(runner.EstimateBytes(model, params, image), image, limits);
}

Result<RunOutput> RunSourceImage(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                                 const RunContext& context) {
  return Caught([&] { return SourceRunner(runner, run, limits, context).Run(); });
}

}  // namespace intelliclinix::runners
