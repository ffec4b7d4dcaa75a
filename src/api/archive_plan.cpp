#include "api/archive_plan.h"

#include <algorithm>
#include <map>

#include "api/archive_manifest.h"
#include "api/inference_document.h"
#include "base/hashing.h"
#include "base/log.h"

namespace intelliclinix::api {
namespace {

constexpr const char* kCorrectionsFolder = "corrections";

/// A file that is to go into a folder of the archive.
struct Wanted {
  ObjectId blob_id;
  std::string name;
  std::string kind;
};

using Corrections = std::vector<const records::Correction*>;

Json CorrectionFacts(const records::Correction& correction) {
  const records::CorrectionScores& scores = correction.scores;
  return {{"version", correction.version},
          {"note", correction.note},
          {"created_at", FormatTime(correction.created_at)},
          {"objects", scores.objects},
          {"machine_objects", scores.machine_objects},
          {"scores", {{"ap50", scores.ap50}, {"ap75", scores.ap75}, {"f1", scores.f1}}}};
}

std::string CorrectionName(const records::Correction& correction) {
  return std::string(SplitExtension(correction.source_filename).first) + "_correction_v" +
         std::to_string(correction.version) + (correction.file.content_type == "image/png" ? ".png" : ".tif");
}

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

  Status AddFolder(const std::string& folder, const records::ImageResult& result, const Corrections& corrections) {
    UniqueNames names;
    if (!corrections.empty()) names.Take(kCorrectionsFolder);
    for (const Wanted& file : FilesOf(result)) {
      IC_RETURN_IF_ERROR(Add(folder + "/" + names.Take(file.name), file, result.source_filename));
    }
    UniqueNames corrected;
    for (const records::Correction* const correction : corrections) {
      const Wanted file = {correction->file.blob_id, CorrectionName(*correction), correction->file.kind};
      const std::string path = folder + "/" + kCorrectionsFolder + "/" + corrected.Take(file.name);
      IC_RETURN_IF_ERROR(Add(path, file, result.source_filename));
      files_.back().update(CorrectionFacts(*correction));
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
  Status Add(const std::string& path, const Wanted& file, const std::string& source_filename) {
    IC_ASSIGN_OR_RETURN(const store::BlobRecord record, LookUp(blobs_, inference_.owner_id, file));
    plan_.entries.push_back({path, record.bytes, record.crc32});
    plan_.blobs.push_back(file.blob_id);
    files_.push_back({{"path", path},
                      {"kind", file.kind},
                      {"source_filename", source_filename},
                      {"content_type", record.content_type},
                      {"bytes", record.bytes},
                      {"sha256", record.sha256}});
    return {};
  }

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
  std::map<std::string, int> sharing;
  for (const records::ImageResult& result : results) ++sharing[FileNameKey(StemOf(result))];
  std::vector<std::string> folders;
  for (const records::ImageResult& result : results) {
    const std::string stem = StemOf(result);
    const bool alone = sharing[FileNameKey(stem)] == 1 && !names.IsTaken(stem);
    folders.push_back(names.Take(alone ? stem : result.source_filename));
  }
  return folders;
}

Result<ArchivePlan> PlanArchive(store::BlobStore& blobs, const records::Inference& inference,
                                const std::vector<records::Correction>& corrections) {
  std::map<ObjectId, Corrections> by_image;
  for (const records::Correction& correction : corrections) by_image[correction.source_id].push_back(&correction);
  for (auto& [id, list] : by_image) std::ranges::sort(list, {}, &records::Correction::version);
  Planner planner(blobs, inference);
  const std::vector<std::string> folders = ArchiveFolders(inference.results);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const records::ImageResult& result = inference.results[i];
    IC_RETURN_IF_ERROR(planner.AddFolder(folders[i], result, by_image[result.original_id]));
  }
  return std::move(planner).Finish();
}

}  // namespace intelliclinix::api
