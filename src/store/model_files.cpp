#include "store/model_files.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/file.h"
#include "base/hashing.h"
#include "base/log.h"

namespace intelliclinix::store {
namespace {

namespace fs = std::filesystem;

}  // namespace

Result<std::vector<records::ModelEntry>> ModelFiles::List() {
  IC_ASSIGN_OR_RETURN(const std::vector<records::StoredModel> models, store_.ListModels());
  std::vector<records::ModelEntry> entries;
  for (const records::StoredModel& model : models) {
    Result<records::ModelEntry> entry = Fetch(model);
    if (entry) {
      entries.push_back(*std::move(entry));
    } else {
      log::Error("model_not_fetched", {{"model_id", model.entry.id}, {"reason", entry.error().message}});
    }
  }
  RemoveOthers(models);
  return entries;
}

Result<records::ModelEntry> ModelFiles::Fetch(const records::StoredModel& model) {
  records::ModelEntry entry = model.entry;
  for (auto& [role, file] : entry.files) {
    const auto blob = model.blobs.find(role);
    if (blob == model.blobs.end()) return Fail(ErrorCode::kInternal, "It has no file for the role '" + role + "'.");
    IC_RETURN_IF_ERROR(FetchFile(file, blob->second));
    file.path = folder_ + "/" + file.sha256;
  }
  return entry;
}

Status ModelFiles::FetchFile(const records::ModelFile& file, ObjectId blob) {
  if (HasCopy(file)) return {};
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, store_.OpenBlob(blob));
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, ReadAll(*source, file.bytes));
  if (Sha256Hex(bytes) != file.sha256) {
    return Fail(ErrorCode::kInternal, "The store's file '" + file.path + "' is not the one that was imported.");
  }
  std::error_code ignored;  // it is told where the file cannot be written
  fs::create_directories(folder_, ignored);
  return WriteFileAtomically(folder_ + "/" + file.sha256, bytes, kOwnersFileMode);
}

bool ModelFiles::HasCopy(const records::ModelFile& file) {
  const auto copy = FileSource::Open(folder_ + "/" + file.sha256);
  if (!copy || (*copy)->size() != file.bytes) return false;
  const std::lock_guard lock(mutex_);
  if (checked_.contains(file.sha256)) return true;
  const auto bytes = ReadAll(**copy, file.bytes);
  if (!bytes || Sha256Hex(*bytes) != file.sha256) return false;
  checked_.insert(file.sha256);
  return true;
}

void ModelFiles::RemoveOthers(const std::vector<records::StoredModel>& models) {
  constexpr std::size_t kHashDigits = 64;
  std::set<std::string> named;
  for (const records::StoredModel& model : models) {
    for (const auto& [role, file] : model.entry.files) named.insert(file.sha256);
  }
  std::error_code error;
  for (const fs::directory_entry& copy : fs::directory_iterator(folder_, error)) {
    const std::string name = copy.path().filename();
    std::error_code ignored;  // another process was faster
    if (name.size() == kHashDigits && !named.contains(name)) fs::remove(copy.path(), ignored);
  }
}

}  // namespace intelliclinix::store
