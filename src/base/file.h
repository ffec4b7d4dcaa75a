// Files that are whole or not there: written under another name, synced, renamed.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace intelliclinix {

/// The mode of files that nobody else may read.
inline constexpr unsigned kOwnersFileMode = 0600;

/// Writes `bytes` to `path` so that a crash leaves the old content or the new, never a part. `mode` as for open(2).
/// Errors: kResourceExhausted when the disk is full, kInternal for anything else.
Status WriteFileAtomically(const std::string& path, std::span<const std::byte> bytes, unsigned mode = 0644);

/// Makes a rename or unlink in `directory` survive a power cut. Errors: kInternal.
Status SyncDirectory(const std::string& directory);

/// The whole file as text. Errors: as FileSource::Open; kTooLarge above `max_bytes`.
Result<std::string> ReadTextFile(const std::string& path, std::uint64_t max_bytes = 16 << 20);

/// The error for a failed system call: kResourceExhausted for a full disk or quota, else kInternal. `what` begins the
/// sentence.
Error SystemError(const std::string& what, int error_number);

}  // namespace intelliclinix
