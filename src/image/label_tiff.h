// The TIFF side of DecodeLabels.
#pragma once

#include <cstdint>
#include <memory>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode_labels.h"

namespace intelliclinix::image {

/// Errors: kInvalidArgument naming both sizes where they differ; kTooLarge.
Status CheckLabelSize(std::uint32_t height, std::uint32_t width, const LabelLimits& limits);

/// As OpenLabels, of a file that begins as a TIFF does. Floating-point samples are taken where all are whole numbers,
/// because ImageJ has no other 32-bit images.
Result<std::unique_ptr<LabelReader>> OpenLabelTiff(ByteSource& file, const LabelLimits& limits);

}  // namespace intelliclinix::image
