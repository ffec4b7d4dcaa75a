// The records of a ZIP archive around its files' bytes.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace intelliclinix {

/// A file of an archive, stored without compression: images and masks are compressed already.
struct ZipEntry {
  std::string name;  ///< UTF-8, folders with "/"
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
};

/// A time as archives keep it.
struct DosTime {
  std::uint16_t time = 0;
  std::uint16_t date = 0;
};

/// In UTC, to two seconds; held within 1980 to 2107, which is all that the format can say.
DosTime ToDosTime(TimePoint time);

/// Where the central directory is and what it lists.
struct ZipDirectory {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// The bytes of each record, ZIP64 only where a value needs it. The sizes are told without making the bytes, because
/// an archive is laid out before it is read.
/// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
std::string LocalHeader(const ZipEntry& entry, DosTime time);
std::uint64_t LocalHeaderBytes(const ZipEntry& entry);
std::string CentralHeader(const ZipEntry& entry, DosTime time, std::uint64_t local_offset);
std::uint64_t CentralHeaderBytes(const ZipEntry& entry, std::uint64_t local_offset);
std::string EndRecords(const ZipDirectory& directory);

}  // namespace intelliclinix
