// Images made byte by byte, where the examples have none of the kind.
#pragma once

#include <cstdint>
#include <string>

namespace intelliclinix::api::testing {

/// A grey 16-bit TIFF in one strip, without compression.
std::string Tiff16(std::uint32_t width, std::uint32_t height);

/// A PNG that says it has so many 8-bit grey pixels, and has none.
std::string PngThatClaims(std::uint32_t width, std::uint32_t height);

}  // namespace intelliclinix::api::testing
