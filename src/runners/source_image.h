// Source images on their way in: checked when they are uploaded, decoded when they are run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "base/json.h"
#include "base/result.h"
#include "image/decode.h"
#include "records/dataset.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Bounds on source images; configuration.
struct SourceLimits {
  std::uint64_t max_pixels = 400'000'000;
  int max_channels = 64;
  std::uint64_t max_memory = 0;  ///< that images may take which are run at once; 0: no limit. Units: bytes
};

inline Json ToJson(const SourceLimits& limits) {
  return {{"max_pixels", limits.max_pixels}, {"max_channels", limits.max_channels}, {"max_memory", limits.max_memory}};
}

image::DecodeLimits DecodeLimitsOf(const SourceLimits& limits);

/// What a file's header tells of it.
records::ImageFacts FactsOf(const image::ImageHeader& header);

/// Whether `axes` can be what the pages of a file are. Errors: as image::CheckAxes.
Status CheckAxes(std::string_view axes);

/// Decodes the whole image in flat memory, so that what cannot be segmented later is refused now. `axes`: what a person
/// says that the pages are (image/stack.h), or empty.
/// Errors: kInvalidArgument or kTooLarge saying what is wrong with the file, with field "axes" where the answer is
/// there.
Result<records::ImageFacts> CheckSourceImage(ByteSource& file, const SourceLimits& limits, std::string_view axes = {});

/// A PNG that every browser shows of a source that they cannot, made in flat memory (image/preview.h). Errors: as
/// CheckSourceImage.
Result<std::vector<std::byte>> MakePreview(ByteSource& file, const SourceLimits& limits, std::string_view axes = {});

/// Whether `runner` can run `params` (resolved) on an image like `image` within `limits`, told before a job is started.
/// Errors: those of ModelRunner::CheckParams; kTooLarge, with the numbers, for what takes more memory than it may.
Status CheckRun(const ModelRunner& runner, const records::ModelEntry& model, const Json& params,
                const records::ImageFacts& image, const SourceLimits& limits);

/// What to run: an image file and how.
struct SourceRun {
  ByteSource& file;
  const records::ModelEntry& model;
  const Json& params;      ///< resolved by the runner's table
  std::string stem;        ///< to name artifacts by
  std::string filename{};  ///< without folders, for formats that name the source
  std::string axes{};      ///< of the file, as CheckSourceImage told them or a person does; may be empty
  /// Only this part of the image is run; of a stack of which each plane would be run, only the plane in the middle.
  std::optional<image::Rectangle> region{};
};

/// Decodes the plane that the parameters choose and runs it; the decoding and total times are added to the output's.
/// Where each plane is run on its own, one after the other is in memory; the artifacts are of all of them, with "_z01"
/// and so on behind the stem, objects and times are sums, the diameter is the mean. The dispatcher and the command line
/// both go through here. It waits for its share of `context.memory` first.
/// Errors: those of the decoder, of CheckRun and of ModelRunner::Run; kCancelled after a stop; kResourceExhausted when
/// memory runs out; kInternal for anything else that a runner throws.
Result<RunOutput> RunSourceImage(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                                 const RunContext& context);

}  // namespace intelliclinix::runners
