#include "dispatch/model_keeper.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/hashing.h"
#include "base/log.h"
#include "store/rules.h"

namespace intelliclinix::dispatch {
namespace {

/// Blobs of a model that is not stored yet; they go with this, unless Release is called.
class NewFiles {
 public:
  explicit NewFiles(store::Store& store) : store_(store) {}
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    for (const auto& [role, blob] : blobs_) {
      const Status deleted = store_.DeleteBlob(blob);
      if (!deleted)
        log::Warning("blob_left_behind", {{"blob_id", blob.ToString()}, {"reason", deleted.error().message}});
    }
  }

  /// Errors: kConflict when the file is no longer the one that was checked.
  Status Add(const std::string& role, const records::ModelFile& file, const std::string& name) {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> source, FileSource::Open(file.path));
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<store::BlobWriter> writer,
                        store_.CreateBlob({.owner_id = {},
                                           .filename = name,
                                           .content_type = "application/octet-stream",
                                           .inference_id = {},
                                           .source_id = {}}));
    std::vector<std::byte> piece(1U << 20);
    for (std::uint64_t offset = 0; offset < source->size();) {
      IC_ASSIGN_OR_RETURN(const std::size_t count, source->ReadAt(offset, piece));
      if (count == 0) break;
      IC_RETURN_IF_ERROR(writer->Write(std::span(piece).first(count)));
      offset += count;
    }
    IC_ASSIGN_OR_RETURN(const store::BlobRecord blob, writer->Commit());
    blobs_[role] = blob.id;
    if (blob.sha256 == file.sha256) return {};
    return Fail(ErrorCode::kConflict, "'" + name + "' was changed while it was imported. Import it again.", role);
  }

  const std::map<std::string, ObjectId>& blobs() const { return blobs_; }
  void Release() { blobs_.clear(); }

 private:
  store::Store& store_;
  std::map<std::string, ObjectId> blobs_;
};

/// The name of a file in the store: as it was given, or for one that the import made, that of its `path`.
std::string NameOf(const runners::ImportRequest& request, const std::string& role, const std::string& path) {
  const auto named = request.names.find(role);
  if (named != request.names.end()) return named->second;
  const auto given = request.files.find(role);
  return std::filesystem::path(given != request.files.end() ? given->second : path).filename();
}

Status Keep(const ModelKeeperParts& parts, const runners::ImportRequest& request, const records::ModelEntry& entry) {
  records::StoredModel model{.entry = entry, .blobs = {}, .imported_at = parts.clock.Now()};
  NewFiles files(parts.store);
  for (auto& [role, file] : model.entry.files) {
    const std::string name = NameOf(request, role, file.path);
    IC_RETURN_IF_ERROR(files.Add(role, file, name));
    file.path = name;
  }
  model.blobs = files.blobs();
  const Status inserted = parts.store.InsertModel(model);
  // A store that did not answer may have the model all the same: its files stay, and are swept if it has not.
  if (inserted || inserted.error().code == ErrorCode::kUnavailable) files.Release();
  return inserted;
}

}  // namespace

Result<runners::Import> ImportModel(const ModelKeeperParts& parts, const runners::ImportRequest& request,
                                    const runners::ImportLimits& limits) {
  IC_RETURN_IF_ERROR(runners::CheckModelId(request.id));
  if (parts.catalogue.Find(request.id) != nullptr) return store::ModelIdTaken(request.id);
  IC_ASSIGN_OR_RETURN(runners::Import checked, runners::CheckImport(request, parts.registry, limits));
  IC_RETURN_IF_ERROR(Keep(parts, request, checked.entry));
  parts.catalogue.Refresh();
  return checked;
}

Status RemoveModel(const ModelKeeperParts& parts, const std::string& id) {
  if (parts.catalogue.Ships(id)) {
    return Fail(ErrorCode::kConflict, "The model '" + id +
                                          "' is not imported but stands in the catalogue of the program. Take it out "
                                          "there.");
  }
  IC_RETURN_IF_ERROR(parts.store.DeleteModel(id));
  parts.catalogue.Refresh();
  return {};
}

}  // namespace intelliclinix::dispatch
