#include "store/sqlite/data_folder.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

namespace intelliclinix::store::sqlite {
namespace {

// Images of patients are nobody else's business.
constexpr mode_t kFolderMode = 0700;

/// False when it is there already.
Result<bool> MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), kFolderMode) == 0) return true;
  if (errno == EEXIST) return false;
  return std::unexpected(SystemError("Making the folder '" + path + "' failed", errno));
}

/// Makes `folder`, and with ordinary rights the folders above it.
Status MakeDataFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  const std::filesystem::path parent = folder.parent_path();
  std::filesystem::create_directories(parent, error);
  if (error) {
    return std::unexpected(SystemError("Making the folder '" + parent.string() + "' failed", error.value()));
  }
  IC_RETURN_IF_ERROR(MakeFolder(folder.string()));
  return SyncDirectory(parent.string());
}

/// SQLite would give the database the rights of any file; its log and index take those of the database. A file that is
/// there is not opened: closing it would free the locks that another store of this process has on it.
Status MakeDatabaseFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnersFileMode);
  if (fd < 0 && errno == EEXIST) return {};
  if (fd < 0) return std::unexpected(SystemError("Making '" + path + "' failed", errno));
  close(fd);
  return {};
}

/// `path` from the root on and without a slash at its end.
Result<std::string> FullPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error).lexically_normal();
  if (error || path.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "'" + path + "' is no name of a data folder; choose another.");
  }
  return (full.has_filename() ? full : full.parent_path()).string();
}

std::unexpected<Error> InUse(const std::string& folder) {
  return Fail(ErrorCode::kConflict, "The data folder '" + folder +
                                        "' is in use by another IntelliClinix process of another version. Stop that "
                                        "one, or choose another data folder.");
}

/// Waits for those who open the folder at the same time.
Result<FileLock> TakeStarting(const std::string& folder) {
  constexpr int kTries = 500;
  constexpr std::chrono::milliseconds kPause{20};
  IC_ASSIGN_OR_RETURN(FileLock starting, FileLock::Open(folder + "/starting"));
  for (int i = 0; i < kTries; ++i) {
    if (starting.TryExclusive()) return starting;
    std::this_thread::sleep_for(kPause);
  }
  return Fail(ErrorCode::kUnavailable, "Another IntelliClinix process is opening the data folder '" + folder +
                                           "' and does not get done; try "
                                           "again, or stop that process.");
}

/// Calls body(path) for each entry of `folder`.
template <typename Body>
Status ForEachEntry(const std::string& folder, Body body) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    body(entries->path(), error);
    if (error) break;
  }
  if (error) return std::unexpected(SystemError("Reading '" + folder + "' failed", error.value()));
  return {};
}

}  // namespace

Result<IncomingFile> IncomingFile::Create(std::string path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnersFileMode);
  if (fd < 0) return std::unexpected(SystemError("Storing a file failed", errno));
  return IncomingFile(std::move(path), fd);
}

IncomingFile::IncomingFile(IncomingFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      bytes_(other.bytes_),
      crc32_(other.crc32_),
      sha256_(std::move(other.sha256_)),
      failure_(std::move(other.failure_)) {}

IncomingFile::~IncomingFile() {
  if (fd_ >= 0) close(fd_);
  if (!path_.empty()) unlink(path_.c_str());
}

Status IncomingFile::Write(std::span<const std::byte> bytes) {
  if (failure_) return std::unexpected(*failure_);
  sha256_.Update(bytes);
  crc32_ = Crc32(crc32_, bytes);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t put = write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      failure_ = SystemError("Storing a file failed", errno);
      return std::unexpected(*failure_);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::unique_ptr<ByteSource>> IncomingFile::Reader() const { return FileSource::Open(path_); }

Status IncomingFile::KeepAs(const std::string& path) {
  if (failure_) return std::unexpected(*failure_);
  if (fsync(fd_) != 0) return std::unexpected(SystemError("Storing a file failed", errno));
  if (rename(path_.c_str(), path.c_str()) != 0) return std::unexpected(SystemError("Storing a file failed", errno));
  path_.clear();
  return SyncDirectory(path.substr(0, path.rfind('/')));
}

Status DataFolder::CheckExists(const std::string& folder_path) {
  IC_ASSIGN_OR_RETURN(const std::string path, FullPath(folder_path));
  std::error_code error;
  if (std::filesystem::exists(path + kDatabaseName, error)) return {};
  return Fail(ErrorCode::kNotFound,
              "There is no store in '" + path + "': it has no intelliclinix.db. Name the data folder of a server.");
}

Result<std::unique_ptr<DataFolder>> DataFolder::Open(const std::string& folder_path) {
  IC_ASSIGN_OR_RETURN(const std::string path, FullPath(folder_path));
  IC_RETURN_IF_ERROR(MakeDataFolder(path));
  IC_ASSIGN_OR_RETURN(FileLock starting, TakeStarting(path));
  IC_ASSIGN_OR_RETURN(FileLock shared, FileLock::Open(path + "/lock"));
  if (!shared.TryShared()) return InUse(path);
  IC_RETURN_IF_ERROR(MakeFolder(path + "/processes"));
  IC_ASSIGN_OR_RETURN(Presence presence, Presence::Enter(path + "/processes"));
  std::unique_ptr<DataFolder> folder(new DataFolder(path, std::move(shared), std::move(starting), std::move(presence)));
  IC_RETURN_IF_ERROR(folder->MakeContents());
  IC_RETURN_IF_ERROR(folder->ClearIncoming());
  IC_RETURN_IF_ERROR(folder->ClearPresences());
  return folder;
}

bool DataFolder::IsAlone() const { return shared_.TryExclusive(); }

Status DataFolder::Started() {
  // In place of what IsAlone took or, where it failed, lost.
  if (!shared_.TryShared()) return InUse(path_);
  starting_.reset();
  return {};
}

Status DataFolder::MakeContents() const {
  IC_RETURN_IF_ERROR(MakeFolder(path_ + "/incoming"));
  IC_RETURN_IF_ERROR(MakeFolder(IncomingPath()));
  IC_RETURN_IF_ERROR(MakeFolder(path_ + "/blobs"));
  // For a folder that an earlier process made and had no time to sync.
  IC_RETURN_IF_ERROR(SyncDirectory(path_ + "/blobs"));
  IC_RETURN_IF_ERROR(MakeDatabaseFile(DatabasePath()));
  return SyncDirectory(path_);
}

Status DataFolder::ClearIncoming() const {
  return ForEachEntry(path_ + "/incoming", [this](const std::filesystem::path& path, std::error_code& error) {
    const Result<ObjectId> process = ObjectId::Parse(path.filename().string());
    if (!process || !IsPresent(*process)) std::filesystem::remove_all(path, error);
  });
}

Status DataFolder::ClearPresences() const {
  return ForEachEntry(path_ + "/processes", [this](const std::filesystem::path& path, std::error_code& error) {
    const Result<ObjectId> process = ObjectId::Parse(path.filename().string());
    if (process && !IsPresent(*process)) std::filesystem::remove(path, error);
  });
}

DataFolder::~DataFolder() { rmdir(IncomingPath().c_str()); }

Result<IncomingFile> DataFolder::CreateIncoming() const {
  return IncomingFile::Create(IncomingPath() + "/" + ObjectId::Generate().ToString());
}

Status DataFolder::Keep(IncomingFile& file, ObjectId id) const {
  const std::string path = BlobPath(id);
  IC_ASSIGN_OR_RETURN(const bool made, MakeFolder(path.substr(0, path.rfind('/'))));
  if (made) IC_RETURN_IF_ERROR(SyncDirectory(path_ + "/blobs"));
  return file.KeepAs(path);
}

std::string DataFolder::BlobPath(ObjectId id) const {
  const std::string name = id.ToString();
  return path_ + "/blobs/" + name.substr(22) + "/" + name;
}

std::optional<std::int64_t> DataFolder::BlobBytes(ObjectId id) const {
  struct stat status{};
  if (stat(BlobPath(id).c_str(), &status) != 0) return std::nullopt;
  return status.st_size;
}

Status DataFolder::ForEachBlobFolder(const std::function<Result<bool>(const std::vector<ObjectId>&)>& visit) const {
  Result<bool> more = true;
  IC_RETURN_IF_ERROR(ForEachEntry(path_ + "/blobs", [&](const std::filesystem::path& folder, std::error_code& error) {
    if (!more || !*more || !std::filesystem::is_directory(folder, error)) return;
    std::vector<ObjectId> ids;
    const Status listed = ForEachEntry(folder.string(), [&ids](const std::filesystem::path& file, std::error_code&) {
      if (const Result<ObjectId> id = ObjectId::Parse(file.filename().string())) ids.push_back(*id);
    });
    more = listed ? visit(ids) : Result<bool>(std::unexpected(listed.error()));
  }));
  if (!more) return std::unexpected(more.error());
  return {};
}

void DataFolder::RemoveBlob(ObjectId id) const {
  if (unlink(BlobPath(id).c_str()) == 0 || errno == ENOENT) return;
  log::Warning("blob_not_removed", {{"path", BlobPath(id)}, {"error", SystemError("Removing a file", errno).message}});
}

}  // namespace intelliclinix::store::sqlite
