// Compression for the wire.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace intelliclinix {

/// `bytes` as a gzip file (RFC 1952), packed quickly rather than small.
std::string Gzip(std::span<const std::byte> bytes);

}  // namespace intelliclinix
