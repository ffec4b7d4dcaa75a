#include "base/file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/byte_source.h"
#include "base/object_id.h"

namespace intelliclinix {

Error SystemError(const std::string& what, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Error{
      full || error_number == EFBIG ? ErrorCode::kResourceExhausted : ErrorCode::kInternal,
      what + ": " + (full ? "the disk is full; free some space and try again" : std::strerror(error_number)) + ".",
      {}};
}

Status SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(SystemError("Opening a folder failed", errno));
  const int failed = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (failed != 0) return std::unexpected(SystemError("Syncing a folder failed", failed));
  return {};
}

Status WriteFileAtomically(const std::string& path, std::span<const std::byte> bytes, unsigned mode) {
  const std::string temporary = path + "." + ObjectId::Generate().ToString() + ".tmp";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return std::unexpected(SystemError("Creating '" + path + "' failed", errno));
  int failed = 0;
  while (!bytes.empty() && failed == 0) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      failed = errno;
    }
  }
  if (failed == 0 && fsync(fd) != 0) failed = errno;
  close(fd);
  if (failed == 0 && rename(temporary.c_str(), path.c_str()) != 0) failed = errno;
  if (failed != 0) {
    unlink(temporary.c_str());
    return std::unexpected(SystemError("Writing '" + path + "' failed", failed));
  }
  const std::size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

Result<std::string> ReadTextFile(const std::string& path, std::uint64_t max_bytes) {
  IC_ASSIGN_OR_RETURN(const auto file, FileSource::Open(path));
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, ReadAll(*file, max_bytes));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace intelliclinix
