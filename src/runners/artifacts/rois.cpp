#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "base/zip_records.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {
namespace {

constexpr std::uint16_t kVersion = 227;
constexpr std::uint8_t kRectangle = 1;  // of a composite: the box
constexpr std::uint8_t kTraced = 8;     // a polygon along the edges of pixels
constexpr std::uint16_t kSubPixel = 128;
constexpr std::size_t kRoiHeaderBytes = 64;
/// Coordinates of a polygon are signed shorts; beyond, floats stand behind them.
constexpr int kLargestShort = 32'767;

// Kinds of segments of a composite.
constexpr float kMoveTo = 0;
constexpr float kLineTo = 1;
constexpr float kClose = 4;

/// Big-endian numbers, one after the other.
class Record {
 public:
  Record& Bytes(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  Record& U8(std::uint32_t value) { return Append(value, 1); }
  Record& U16(std::uint32_t value) { return Append(value, 2); }
  Record& U32(std::uint32_t value) { return Append(value, 4); }
  Record& Float(float value) { return Append(std::bit_cast<std::uint32_t>(value), 4); }
  Record& Zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  std::string Take() { return std::move(bytes_); }

 private:
  Record& Append(std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bytes_ += static_cast<char>(value >> (8 * i) & 0xFF);
    return *this;
  }

  std::string bytes_;
};

/// A ROI's fields that differ.
struct Header {
  std::uint8_t type = kTraced;
  std::uint32_t points = 0;
  std::uint32_t composite_floats = 0;
  std::uint16_t options = 0;
  std::size_t coordinate_bytes = 0;
};

/// From "Iout" to the offset of the second header, which stands behind the coordinates.
void AppendHeader(Record& record, const image::Region& region, const Header& header) {
  record.Bytes("Iout").U16(kVersion).U8(header.type).U8(0);
  for (const int edge : {region.y0, region.x0, region.y1, region.x1}) record.U16(static_cast<std::uint32_t>(edge));
  const bool many = header.points > std::numeric_limits<std::uint16_t>::max();
  record.U16(many ? 0 : header.points).U32(many ? header.points : 0).Zeros(12).U16(0).U32(header.composite_floats);
  record.Zeros(8).U16(0).U16(header.options).Zeros(4).U32(0);
  record.U32(static_cast<std::uint32_t>(kRoiHeaderBytes + header.coordinate_bytes));
}

/// The second header, for the name, and the name in UTF-16.
void AppendName(Record& record, const std::string& name) {
  const std::size_t start = record.size();
  record.Zeros(16)
      .U32(static_cast<std::uint32_t>(start + kRoiHeaderBytes))
      .U32(static_cast<std::uint32_t>(name.size()));
  record.Zeros(kRoiHeaderBytes - (record.size() - start));
  for (const char letter : name) record.U16(static_cast<std::uint8_t>(letter));
}

std::string PolygonRoi(const image::Region& region, const image::Ring& ring, const std::string& name) {
  const bool large = std::max(region.y1, region.x1) > kLargestShort;
  Record record;
  AppendHeader(record, region,
               {.points = static_cast<std::uint32_t>(ring.size()),
                .options = large ? kSubPixel : std::uint16_t{0},
                .coordinate_bytes = ring.size() * (large ? 12 : 4)});
  for (const image::Point& corner : ring) record.U16(static_cast<std::uint32_t>(corner.x - region.x0));
  for (const image::Point& corner : ring) record.U16(static_cast<std::uint32_t>(corner.y - region.y0));
  if (large) {
    for (const image::Point& corner : ring) record.Float(static_cast<float>(corner.x));
    for (const image::Point& corner : ring) record.Float(static_cast<float>(corner.y));
  }
  AppendName(record, name);
  return record.Take();
}

void AppendSegments(Record& record, const image::Ring& ring) {
  float segment = kMoveTo;
  for (const image::Point& corner : ring) {
    record.Float(segment).Float(static_cast<float>(corner.x)).Float(static_cast<float>(corner.y));
    segment = kLineTo;
  }
  record.Float(kClose);
}

std::string CompositeRoi(const Cell& cell, const std::string& name) {
  Record segments;
  for (const image::Polygon& piece : cell.pieces) {
    AppendSegments(segments, piece.outer);
    for (const image::Ring& hole : piece.holes) AppendSegments(segments, hole);
  }
  const std::string floats = segments.Take();
  Record record;
  AppendHeader(record, cell.region,
               {.type = kRectangle,
                .composite_floats = static_cast<std::uint32_t>(floats.size() / sizeof(float)),
                .coordinate_bytes = floats.size()});
  record.Bytes(floats);
  AppendName(record, name);
  return record.Take();
}

std::string RoiOf(const Cell& cell, const std::string& name) {
  const bool simple = cell.pieces.size() == 1 && cell.pieces[0].holes.empty();
  return simple ? PolygonRoi(cell.region, cell.pieces[0].outer, name) : CompositeRoi(cell, name);
}

/// Labels with zeros before them, so that a list by name is a list by label.
std::string NameOf(std::uint32_t label, std::size_t digits) {
  const std::string number = std::to_string(label);
  return std::string(digits - std::min(digits, number.size()), '0') + number;
}

}  // namespace

Result<ArtifactBytes> MakeRois(const Findings& findings) {
  const std::vector<Cell>& cells = findings.cells;
  const std::size_t digits =
      cells.empty() ? 0 : std::max<std::size_t>(4, std::to_string(cells.back().region.label).size());
  // The same labels give the same bytes, so no time is told.
  const DosTime time = ToDosTime({});
  std::string file;
  std::string directory;
  for (const Cell& cell : cells) {
    const std::string name = NameOf(cell.region.label, digits);
    const std::string roi = RoiOf(cell, name);
    const ZipEntry entry{.name = name + ".roi", .bytes = roi.size(), .crc32 = Crc32(0, AsBytes(roi))};
    directory += CentralHeader(entry, time, file.size());
    file += LocalHeader(entry, time);
    file += roi;
  }
  const std::uint64_t offset = file.size();
  file += directory;
  file += EndRecords({.entries = cells.size(), .offset = offset, .bytes = directory.size()});
  const std::span<const std::byte> bytes = AsBytes(file);
  return ArtifactBytes{.kind = std::string(records::artifact_kind::kRois),
                       .filename = findings.labelling.stem + "_rois.zip",
                       .content_type = "application/zip",
                       .bytes = {bytes.begin(), bytes.end()}};
}

}  // namespace intelliclinix::runners
