#include "api/zip_stream.h"

#include <algorithm>
#include <cstring>

namespace intelliclinix::api {
namespace {

// The entry within which `offset` lies.
std::size_t IndexAt(const std::vector<std::uint64_t>& offsets, std::uint64_t offset) {
  return static_cast<std::size_t>(std::ranges::upper_bound(offsets, offset) - offsets.begin()) - 1;
}

std::size_t CopyFrom(const std::string& text, std::uint64_t offset, std::span<std::byte> out) {
  const std::size_t count = std::min<std::uint64_t>(out.size(), text.size() - offset);
  std::memcpy(out.data(), text.data() + offset, count);
  return count;
}

}  // namespace

ZipStream::ZipStream(std::vector<ZipEntry> entries, TimePoint modified, OpenEntry open)
    : entries_(std::move(entries)), time_(ToDosTime(modified)), open_(std::move(open)) {
  std::uint64_t offset = 0;
  for (const ZipEntry& entry : entries_) {
    local_offsets_.push_back(offset);
    offset += LocalHeaderBytes(entry) + entry.bytes;
  }
  local_offsets_.push_back(offset);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    central_offsets_.push_back(offset);
    offset += CentralHeaderBytes(entries_[i], local_offsets_[i]);
  }
  central_offsets_.push_back(offset);
  end_offset_ = offset;
  end_ = EndRecords({entries_.size(), local_offsets_.back(), end_offset_ - local_offsets_.back()});
}

Result<std::size_t> ZipStream::ReadAt(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size() && offset + filled < size()) {
    IC_ASSIGN_OR_RETURN(const std::size_t got, ReadPiece(offset + filled, out.subspan(filled)));
    filled += got;
  }
  return filled;
}

Result<std::size_t> ZipStream::ReadPiece(std::uint64_t offset, std::span<std::byte> out) {
  if (offset >= end_offset_) return CopyFrom(end_, offset - end_offset_, out);
  if (offset >= local_offsets_.back()) {
    const std::size_t index = IndexAt(central_offsets_, offset);
    const std::string header = CentralHeader(entries_[index], time_, local_offsets_[index]);
    return CopyFrom(header, offset - central_offsets_[index], out);
  }
  const std::size_t index = IndexAt(local_offsets_, offset);
  const std::uint64_t within = offset - local_offsets_[index];
  const std::uint64_t header_bytes = LocalHeaderBytes(entries_[index]);
  if (within < header_bytes) return CopyFrom(LocalHeader(entries_[index], time_), within, out);
  return ReadFile(index, within - header_bytes, out);
}

Result<std::size_t> ZipStream::ReadFile(std::size_t index, std::uint64_t offset, std::span<std::byte> out) {
  if (open_file_ == nullptr || open_index_ != index) {
    open_file_.reset();
    IC_ASSIGN_OR_RETURN(open_file_, open_(index));
    open_index_ = index;
  }
  const std::size_t wanted = std::min<std::uint64_t>(out.size(), entries_[index].bytes - offset);
  IC_ASSIGN_OR_RETURN(const std::size_t got, open_file_->ReadAt(offset, out.first(wanted)));
  if (got == wanted) return got;
  return Fail(ErrorCode::kInternal, "'" + entries_[index].name + "' is shorter than it was when it was stored.");
}

}  // namespace intelliclinix::api
