#include "base/scratch_file.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

namespace intelliclinix {
namespace {

/// A new file in `folder` that has lost its name again.
int OpenUnnamed(const std::string& folder) {
  std::string path = folder + "/scratch-XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) unlink(path.c_str());
  return fd;
}

}  // namespace

Result<ScratchFile> ScratchFile::Create(const std::string& folder, std::uint64_t bytes) {
  const int fd = OpenUnnamed(folder);
  if (fd < 0) return std::unexpected(SystemError("Creating a file in '" + folder + "' failed", errno));
  ScratchFile file(fd, bytes);
  if (const int failed = posix_fallocate(fd, 0, static_cast<off_t>(bytes)); failed != 0) {
    return std::unexpected(SystemError("Taking room in '" + folder + "' failed", failed));
  }
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return std::unexpected(SystemError("Mapping a file in '" + folder + "' failed", errno));
  file.mapped_ = {static_cast<std::byte*>(memory), bytes};
  return file;
}

ScratchFile::~ScratchFile() {
  Seal();
  if (fd_ >= 0) close(fd_);
}

void ScratchFile::Release() {
  if (!mapped_.empty()) madvise(mapped_.data(), mapped_.size(), MADV_DONTNEED);
}

void ScratchFile::Seal() {
  if (!mapped_.empty()) munmap(mapped_.data(), mapped_.size());
  mapped_ = {};
}

Status ScratchFile::ReadAt(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(SystemError("Reading a scratch file failed", errno));
    if (got == 0) return Fail(ErrorCode::kInternal, "A scratch file ends too early.");
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace intelliclinix
