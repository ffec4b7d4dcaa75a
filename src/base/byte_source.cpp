#include "base/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intelliclinix {

Result<std::size_t> MemorySource::ReadAt(std::uint64_t offset, std::span<std::byte> out) {
  if (offset >= bytes_.size()) return 0;
  const std::size_t count = std::min<std::uint64_t>(out.size(), bytes_.size() - offset);
  if (count > 0) std::memcpy(out.data(), bytes_.data() + offset, count);
  return count;
}

Result<std::unique_ptr<FileSource>> FileSource::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument;
    return Fail(code, "Cannot open '" + path + "': " + std::strerror(errno) + ".");
  }
  struct stat facts;
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    close(fd);
    return Fail(ErrorCode::kInvalidArgument, "'" + path + "' is not a regular file.");
  }
  return std::unique_ptr<FileSource>(new FileSource(fd, static_cast<std::uint64_t>(facts.st_size)));
}

FileSource::~FileSource() { close(fd_); }

Result<std::size_t> FileSource::ReadAt(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = pread(fd_, out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(ErrorCode::kInternal, std::string("Reading a file failed: ") + std::strerror(errno) + ".");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Result<std::vector<std::byte>> ReadAll(ByteSource& source, std::uint64_t max_bytes) {
  if (source.size() > max_bytes) {
    return Fail(ErrorCode::kTooLarge, "The file has " + std::to_string(source.size()) + " bytes; at most " +
                                          std::to_string(max_bytes) + " are read.");
  }
  std::vector<std::byte> bytes(source.size());
  IC_ASSIGN_OR_RETURN(const std::size_t got, source.ReadAt(0, bytes));
  if (got != bytes.size()) return Fail(ErrorCode::kInternal, "The file became shorter while it was read.");
  return bytes;
}

}  // namespace intelliclinix
