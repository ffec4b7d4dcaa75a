#include "base/zip_records.h"

#include <algorithm>
#include <chrono>

#include "base/zip_format.h"

namespace intelliclinix {
namespace {

// What stands in a field whose value is in the ZIP64 extra field or record.
using zip::kIn64;
constexpr std::uint16_t kIn64Count = 0xFFFF;

constexpr std::uint16_t kVersion = 20;  // folders in names
constexpr std::uint16_t kVersionZip64 = 45;
constexpr std::uint16_t kMadeByUnix = 3 << 8;  // so that the permissions below count
constexpr std::uint32_t kRegularFile = 0100644U << 16;
constexpr std::uint16_t kUtf8Names = 1 << 11;

constexpr std::uint64_t kLocalFixedBytes = 30;
constexpr std::uint64_t kCentralFixedBytes = 46;

bool Needs64(std::uint64_t value) { return value >= kIn64; }

std::uint32_t Low(std::uint64_t value) { return Needs64(value) ? kIn64 : static_cast<std::uint32_t>(value); }

/// Little-endian numbers, one after the other.
class Record {
 public:
  Record& U16(std::uint64_t value) { return Append(value, 2); }
  Record& U32(std::uint64_t value) { return Append(value, 4); }
  Record& U64(std::uint64_t value) { return Append(value, 8); }
  Record& Text(const std::string& text) {
    bytes_ += text;
    return *this;
  }
  std::string Take() { return std::move(bytes_); }

 private:
  Record& Append(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xFF);
    return *this;
  }

  std::string bytes_;
};

// A local header with ZIP64 has both sizes there; a central one, what does not fit.
std::uint64_t LocalExtraBytes(const ZipEntry& entry) { return Needs64(entry.bytes) ? 20 : 0; }

std::uint64_t CentralExtraBytes(const ZipEntry& entry, std::uint64_t local_offset) {
  const std::uint64_t values = (Needs64(entry.bytes) ? 16 : 0) + (Needs64(local_offset) ? 8 : 0);
  return values == 0 ? 0 : 4 + values;
}

// What local and central headers share, from the version needed to the length of the extra field.
void AppendCommon(Record& record, const ZipEntry& entry, DosTime time, std::uint64_t extra_bytes) {
  record.U16(extra_bytes > 0 ? kVersionZip64 : kVersion).U16(kUtf8Names).U16(0).U16(time.time).U16(time.date);
  record.U32(entry.crc32).U32(Low(entry.bytes)).U32(Low(entry.bytes)).U16(entry.name.size()).U16(extra_bytes);
}

}  // namespace

DosTime ToDosTime(TimePoint time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  const int year = static_cast<int>(date.year());
  if (year < 1980) return {0, 1 << 5 | 1};
  if (year > 2107) return {23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31};
  return {static_cast<std::uint16_t>(clock.hours().count() << 11 | clock.minutes().count() << 5 |
                                     clock.seconds().count() / 2),
          static_cast<std::uint16_t>((year - 1980) << 9 | static_cast<int>(static_cast<unsigned>(date.month())) << 5 |
                                     static_cast<int>(static_cast<unsigned>(date.day())))};
}

std::uint64_t LocalHeaderBytes(const ZipEntry& entry) {
  return kLocalFixedBytes + entry.name.size() + LocalExtraBytes(entry);
}

std::string LocalHeader(const ZipEntry& entry, DosTime time) {
  Record record;
  record.U32(0x04034b50);
  AppendCommon(record, entry, time, LocalExtraBytes(entry));
  record.Text(entry.name);
  if (Needs64(entry.bytes)) record.U16(1).U16(16).U64(entry.bytes).U64(entry.bytes);
  return record.Take();
}

std::uint64_t CentralHeaderBytes(const ZipEntry& entry, std::uint64_t local_offset) {
  return kCentralFixedBytes + entry.name.size() + CentralExtraBytes(entry, local_offset);
}

std::string CentralHeader(const ZipEntry& entry, DosTime time, std::uint64_t local_offset) {
  const std::uint64_t extra_bytes = CentralExtraBytes(entry, local_offset);
  Record record;
  record.U32(0x02014b50).U16(kMadeByUnix | kVersionZip64);
  AppendCommon(record, entry, time, extra_bytes);
  record.U16(0).U16(0).U16(0).U32(kRegularFile).U32(Low(local_offset)).Text(entry.name);
  if (extra_bytes == 0) return record.Take();
  record.U16(1).U16(extra_bytes - 4);
  if (Needs64(entry.bytes)) record.U64(entry.bytes).U64(entry.bytes);
  if (Needs64(local_offset)) record.U64(local_offset);
  return record.Take();
}

std::string EndRecords(const ZipDirectory& directory) {
  Record record;
  const std::uint64_t count = std::min<std::uint64_t>(directory.entries, kIn64Count);
  if (count == kIn64Count || Needs64(directory.offset) || Needs64(directory.bytes)) {
    record.U32(0x06064b50).U64(44).U16(kMadeByUnix | kVersionZip64).U16(kVersionZip64).U32(0).U32(0);
    record.U64(directory.entries).U64(directory.entries).U64(directory.bytes).U64(directory.offset);
    record.U32(0x07064b50).U32(0).U64(directory.offset + directory.bytes).U32(1);
  }
  record.U32(0x06054b50).U16(0).U16(0).U16(count).U16(count);
  record.U32(Low(directory.bytes)).U32(Low(directory.offset)).U16(0);
  return record.Take();
}

}  // namespace intelliclinix
