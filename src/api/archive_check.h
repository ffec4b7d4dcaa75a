// Holds an archive's entries to its manifest.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/archive_manifest.h"
#include "base/byte_source.h"
#include "base/zip_reader.h"

namespace intelliclinix::api {

/// What can be wrong with an entry.
enum class EntryFault {
  kMissing,  ///< the manifest names it
  kExtra,    ///< the manifest does not know it
  kDiffers,  ///< it is another file than the one in the manifest
  kDamaged,  ///< its bytes are not those that were put into the archive
};

std::string_view EntryFaultName(EntryFault fault);  // "missing", ...

struct EntryProblem {
  std::string entry;
  EntryFault fault;
  std::string detail;  ///< a sentence
};

/// What a check found.
struct ArchiveCheck {
  std::uint64_t bytes = 0;  ///< of the entries that were read
  std::vector<EntryProblem> problems;
};

/// Refuses archives whose entries would become much larger than the archive is, before any is read. Those that a
/// server makes are stored without compression; compressed again they shrink by a few times.
/// Errors: kTooLarge with the numbers.
Status CheckExpansion(const ZipReader& archive, std::uint64_t archive_bytes);

/// Reads every entry once, in little memory whatever its size, and compares size and SHA-256.
/// Folders that other programs add as entries are no problem.
/// Errors: kCancelled after `stop`; those of the file that are not the entry's fault.
Result<ArchiveCheck> CheckArchive(const ZipReader& archive, const Manifest& manifest, const std::stop_token& stop);

}  // namespace intelliclinix::api
