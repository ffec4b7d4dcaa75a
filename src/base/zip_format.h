// Fields of ZIP archives that the directory and the members have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/zip_reader.h"

namespace intelliclinix::zip {

inline constexpr std::uint32_t kLocalSignature = 0x04034b50;
inline constexpr std::size_t kLocalBytes = 30;
inline constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  ///< "see the ZIP64 field"

/// The error for an archive that contradicts itself. `what` ends the sentence.
std::unexpected<Error> Damaged(const std::string& what);

/// Takes those of size, compressed size and offset that did not fit 32 bits from a header's extra fields.
void ReadExtra64(std::span<const std::byte> extra, ZipMember& member);

/// Where the member's content begins: checks that the header before it says what the directory says.
/// Errors: kInvalidArgument when it does not, or the member is encrypted.
Result<std::uint64_t> LocateContent(ByteSource& file, const std::string& name, const ZipMember& member);

}  // namespace intelliclinix::zip
