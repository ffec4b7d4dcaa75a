#include "store/mongo/grid_file.h"

#include <algorithm>

#include "base/log.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"

namespace intelliclinix::store::mongo {
namespace {

/// The most chunks that are read by one command, where a reader asks for much at once.
constexpr std::uint64_t kMostTogether = 16;

/// Of a file whose document does not say, as clients that only know GridFS write them.
std::string ContentTypeOf(std::string_view filename) {
  for (const auto& [ending, type] : {std::pair{".png", "image/png"},
                                     {".jpg", "image/jpeg"},
                                     {".jpeg", "image/jpeg"},
                                     {".tif", "image/tiff"},
                                     {".tiff", "image/tiff"}}) {
    if (filename.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

Document ToDocument(const BlobRecord& record, const GridFile& file) {
  const Document metadata =
      Make("owner_id", record.owner_id, "inference_id", record.inference_id, "source_image_id", record.source_id,
           "content_type", record.content_type, "sha256", record.sha256, "crc32", record.crc32);
  return Make("_id", record.id, "length", record.bytes, "chunkSize", file.chunk_bytes, "uploadDate", record.created_at,
              "filename", record.filename, "metadata", metadata);
}

}  // namespace

GridFile GridFileFrom(View document) {
  GridFile file;
  file.id = document.Id("_id").value_or(ObjectId());
  file.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(document.Int("length"), 0));
  const std::int64_t chunk_bytes = document.Int("chunkSize");
  if (chunk_bytes > 0) file.chunk_bytes = static_cast<std::uint64_t>(chunk_bytes);
  return file;
}

BlobRecord BlobFrom(View document) {
  BlobRecord record;
  const GridFile file = GridFileFrom(document);
  record.id = file.id;
  record.bytes = file.bytes;
  record.owner_id = document.Id("metadata.owner_id").value_or(ObjectId());
  record.filename = document.Text("filename");
  record.content_type = document.Text("metadata.content_type", document.Text("contentType"));
  if (record.content_type.empty()) record.content_type = ContentTypeOf(record.filename);
  record.inference_id = document.Id("metadata.inference_id");
  record.source_id = document.Id("metadata.source_image_id");
  record.sha256 = document.Text("metadata.sha256");
  record.crc32 = static_cast<std::uint32_t>(document.Int("metadata.crc32"));
  record.created_at = document.Time("uploadDate").value_or(TimePoint());
  return record;
}

std::span<const std::byte> GridSource::Held(std::uint64_t offset) const {
  if (offset >= file_.bytes) return tail_.subspan(std::min<std::uint64_t>(offset - file_.bytes, tail_.size()));
  if (offset < window_begin_ || offset - window_begin_ >= window_.size()) return {};
  return std::span(window_).subspan(offset - window_begin_);
}

Status GridSource::Fill(std::uint64_t offset, std::uint64_t bytes) {
  const std::uint64_t first = offset / file_.chunk_bytes;
  window_begin_ = first * file_.chunk_bytes;
  window_.clear();
  const std::uint64_t end =
      std::clamp((offset + bytes - 1) / file_.chunk_bytes + 1, first + kChunksTogether, first + kMostTogether);
  std::uint64_t next = first;
  IC_RETURN_IF_ERROR(connection_.Find(
      collection::kChunks, Make("files_id", file_.id, "n", Make("$gte", first, "$lt", end)),
      {.projection = Make("n", 1, "data", 1), .sort = Make("n", 1)}, [&](View chunk) -> Result<bool> {
        const std::span<const std::byte> data = chunk.Bytes("data");
        const std::uint64_t expected = std::min(file_.chunk_bytes, file_.bytes - next * file_.chunk_bytes);
        if (chunk.Int("n", -1) != static_cast<std::int64_t>(next) || data.size() != expected) return false;
        window_.insert(window_.end(), data.begin(), data.end());
        ++next;
        return next * file_.chunk_bytes < file_.bytes;
      }));
  if (!Held(offset).empty()) return {};
  return Fail(ErrorCode::kUnavailable,
              "The file " + file_.id.ToString() + " was deleted, or is damaged: a part of it is missing.");
}

Result<std::size_t> GridSource::ReadAt(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size() && offset + done < size()) {
    if (Held(offset + done).empty()) IC_RETURN_IF_ERROR(Fill(offset + done, out.size() - done));
    const std::span<const std::byte> held = Held(offset + done);
    const std::size_t count = std::min(held.size(), out.size() - done);
    std::copy_n(held.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

GridWriter::GridWriter(Connection& connection, const Clock& clock, const NewBlob& blob)
    : connection_(connection), clock_(clock) {
  static_cast<NewBlob&>(record_) = blob;
  record_.id = file_.id = ObjectId::Generate();
}

GridWriter::~GridWriter() {
  if (committed_ || !wrote_) return;
  // What stays is swept away.
  const Status deleted = DeleteBlobs(connection_, {record_.id});
  if (!deleted) log::Warning("blob_not_removed", {{"id", record_.id.ToString()}, {"reason", deleted.error().message}});
}

Status GridWriter::Write(std::span<const std::byte> bytes) {
  sha256_.Update(bytes);
  record_.crc32 = Crc32(record_.crc32, bytes);
  const std::size_t together = static_cast<std::size_t>(kChunksTogether * file_.chunk_bytes);
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), together - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (pending_.size() == together) IC_RETURN_IF_ERROR(StoreChunks());
  }
  return {};
}

Status GridWriter::StoreChunks() {
  std::vector<Document> chunks;
  std::span<const std::byte> rest = pending_;
  std::uint64_t n = file_.bytes / file_.chunk_bytes;
  while (!rest.empty()) {
    const auto data = rest.first(std::min<std::size_t>(rest.size(), file_.chunk_bytes));
    chunks.push_back(Make("_id", ObjectId::Generate(), "files_id", file_.id, "n", n++, "data", data));
    rest = rest.subspan(data.size());
  }
  if (chunks.empty()) return {};
  wrote_ = true;  // also where the answer is lost
  IC_RETURN_IF_ERROR(connection_.InsertMissing(collection::kChunks, chunks));
  file_.bytes += pending_.size();
  pending_.clear();
  return {};
}

Result<std::unique_ptr<ByteSource>> GridWriter::Reader() {
  return std::make_unique<GridSource>(connection_, file_, std::span<const std::byte>(pending_));
}

Result<BlobRecord> GridWriter::Commit() {
  IC_RETURN_IF_ERROR(StoreChunks());
  record_.bytes = file_.bytes;
  record_.sha256 = sha256_.FinishHex();
  record_.created_at = clock_.Now();
  IC_RETURN_IF_ERROR(connection_.Insert(collection::kFiles, ToDocument(record_, file_)));
  committed_ = true;
  return record_;
}

}  // namespace intelliclinix::store::mongo
