// The pixels of artifacts, for tests.
#pragma once

#include <span>

#include "base/byte_source.h"
#include "image/decode.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Of an artifact that is a picture or a label image; without its alpha.
inline image::Image DecodedArtifact(const ArtifactBytes& artifact) {
  MemorySource file{std::span<const std::byte>(artifact.bytes)};
  return image::Decode(file).value();
}

}  // namespace intelliclinix::runners
