#include "api/archive_plan.h"

#include <map>

#include "api/archive_manifest.h"
#include "api/inference_document.h"
#include "base/hashing.h"
#include "base/log.h"

namespace intelliclinix::api {
namespace {

/// A file that is to go into a folder of the archive.
struct Wanted {
  ObjectId blob_id;
  std::string name;
  std::string kind;
};

std::vector<Wanted> FilesOf(const records::ImageResult& result) {
  std::vector<Wanted> files = {{result.original_id, result.source_filename, "original"}};
  for (const records::Artifact& artifact : result.artifacts) {
    files.push_back({artifact.blob_id, artifact.filename, artifact.kind});
  }
  return files;
}

std::unexpected<Error> Lost(const Wanted& file, const Error& error) {
  log::Error("blob_lost", {{"blob_id", file.blob_id.ToString()}, {"reason", error.message}});
  return Fail(ErrorCode::kNotFound, "'" + file.name +
                                        "' is missing in the server's storage. Start the inference again, or ask the "
                                        "operator to restore it from a backup.");
}

// Its record, and whether its bytes are there: what is found missing later would cut the archive off.
Result<store::BlobRecord> LookUp(store::BlobStore& blobs, ObjectId owner, const Wanted& file) {
  Result<store::BlobRecord> record = blobs.GetBlob(owner, file.blob_id);
  if (!record && record.error().code == ErrorCode::kNotFound) return Lost(file, record.error());
  if (!record) return record;
  const auto opened = blobs.OpenBlob(file.blob_id);
  if (!opened && opened.error().code != ErrorCode::kUnavailable) return Lost(file, opened.error());
  if (!opened) return std::unexpected(opened.error());
  return record;
}

/// Adds folder after folder to a plan and its manifest.
class Planner {
 public:
  Planner(store::BlobStore& blobs, const records::Inference& inference) : blobs_(blobs), inference_(inference) {
    plan_.entries.emplace_back();
  }

  Status AddFolder(const std::string& folder, const records::ImageResult& result) {
    UniqueNames names;
    for (const Wanted& file : FilesOf(result)) {
      IC_ASSIGN_OR_RETURN(const store::BlobRecord record, LookUp(blobs_, inference_.owner_id, file));
      const std::string path = folder + "/" + names.Take(file.name);
      plan_.entries.push_back({path, record.bytes, record.crc32});
      plan_.blobs.push_back(file.blob_id);
      files_.push_back({{"path", path},
                        {"kind", file.kind},
                        {"source_filename", result.source_filename},
                        {"content_type", record.content_type},
                        {"bytes", record.bytes},
                        {"sha256", record.sha256}});
    }
    return {};
  }

  ArchivePlan Finish() && {
    Json document = InferenceDocument(inference_);
    AddResults(document, {.results = inference_.results, .next = std::nullopt});
    document["files"] = std::move(files_);
    plan_.manifest = DumpJson(document) + "\n";
    plan_.entries.front() = {std::string(kManifestName), plan_.manifest.size(), Crc32(0, AsBytes(plan_.manifest))};
    return std::move(plan_);
  }

 private:
  store::BlobStore& blobs_;
  const records::Inference& inference_;
  ArchivePlan plan_;
  Json files_ = Json::array();
};

std::string StemOf(const records::ImageResult& result) {
  return SafeFileName(SplitExtension(result.source_filename).first);
}

}  // namespace

std::vector<std::string> ArchiveFolders(const std::vector<records::ImageResult>& results) {
  UniqueNames names;
  names.Take(kManifestName);
  std::map<std::u32string, int> sharing;
  for (const records::ImageResult& result : results) ++sharing[names.Key(StemOf(result))];
  std::vector<std::string> folders;
  for (const records::ImageResult& result : results) {
    const std::string stem = StemOf(result);
    const bool alone = sharing[names.Key(stem)] == 1 && !names.IsTaken(stem);
    folders.push_back(names.Take(alone ? stem : result.source_filename));
  }
  return folders;
}

Result<ArchivePlan> PlanArchive(store::BlobStore& blobs, const records::Inference& inference) {
  Planner planner(blobs, inference);
  const std::vector<std::string> folders = ArchiveFolders(inference.results);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    IC_RETURN_IF_ERROR(planner.AddFolder(folders[i], inference.results[i]));
  }
  return std::move(planner).Finish();
}

}  // namespace intelliclinix::api
