// Source images on their way in: checked when they are uploaded, decoded when they are run.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "records/dataset.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Bounds on source images; configuration.
struct SourceLimits {
  std::uint64_t max_pixels = 400'000'000;
  int max_channels = 64;
};

/// Decodes the whole image in flat memory, so that what cannot be segmented later is refused now.
/// Errors: kInvalidArgument or kTooLarge saying what is wrong with the file.
Result<records::ImageFacts> CheckSourceImage(ByteSource& file, const SourceLimits& limits);

/// A PNG that every browser shows of a source that they cannot, made in flat memory (image/preview.h). Errors: as
/// CheckSourceImage.
Result<std::vector<std::byte>> MakePreview(ByteSource& file, const SourceLimits& limits);

/// What to run: an image file and how.
struct SourceRun {
  ByteSource& file;
  const records::ModelEntry& model;
  const Json& params;      ///< resolved by the runner's table
  std::string stem;        ///< to name artifacts by
  std::string filename{};  ///< without folders, for formats that name the source
};

/// Decodes the file and runs it; the decoding and total times are added to the output's. The dispatcher and the
/// command line both go through here.
/// Errors: those of the decoder and of ModelRunner::Run; kResourceExhausted when memory runs
/// out; kInternal for anything else that a runner throws.
Result<RunOutput> RunSourceImage(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                                 const RunContext& context);

}  // namespace intelliclinix::runners
