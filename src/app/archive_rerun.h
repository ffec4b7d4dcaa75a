// Makes the masks of an archive again.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/archive_manifest.h"
#include "app/installation.h"
#include "base/json.h"
#include "base/result.h"
#include "base/zip_reader.h"
#include "runners/label_agreement.h"

namespace intelliclinix::app {

/// What became of one image that was run again.
struct RerunImage {
  enum class Outcome {
    kSame,       ///< the same label image
    kSimilar,    ///< not the same, but nearly, with another engine, precision or version, which explains it
    kDifferent,  ///< anything else
    kFailed,     ///< it could not be run
  };
  std::string source_filename;
  Outcome outcome = Outcome::kFailed;
  std::uint32_t objects_recorded = 0;
  std::uint32_t objects = 0;
  std::optional<runners::LabelAgreement> agreement;  ///< of the label images that differ most; none where none differ
  std::string detail;                                ///< what is another than it was, or why it failed; may be empty

  bool is_good() const { return outcome == Outcome::kSame || outcome == Outcome::kSimilar; }
};

/// "same 'a.png': ...", one line.
std::string RerunText(const RerunImage& image);
Json RerunJson(const RerunImage& image);

/// Runs every image that was completed, one after the other, with the model and parameters of the manifest.
/// Errors: kNotFound when this machine does not have the model or has other weights for it; kInvalidArgument when the
/// manifest's parameters are none of the model; kCancelled after `stop`. What is wrong with one image is its outcome.
Result<std::vector<RerunImage>> RerunArchive(const ZipReader& archive, const api::Manifest& manifest,
                                             Installation& installation, const Settings& settings,
                                             const std::stop_token& stop);

}  // namespace intelliclinix::app
