#include "app/secret_file.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/object_id.h"
#include "base/random.h"

namespace intelliclinix::app {
namespace {

constexpr std::size_t kSecretBytes = 32;

/// Makes the file, unless another process does so first: then that one's secret holds.
Status MakeSecret(const std::string& path) {
  const auto bytes = RandomBytes<kSecretBytes>();
  const std::string own = path + "." + ObjectId::Generate().ToString();
  IC_RETURN_IF_ERROR(WriteFileAtomically(own, std::as_bytes(std::span(bytes)), kOwnersFileMode));
  const int failed = link(own.c_str(), path.c_str()) == 0 || errno == EEXIST ? 0 : errno;
  unlink(own.c_str());
  if (failed != 0) return std::unexpected(SystemError("Making '" + path + "' failed", failed));
  return SyncDirectory(path.substr(0, path.rfind('/') + 1));
}

}  // namespace

Result<std::string> ReadOrMakeSecret(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 && errno == ENOENT) IC_RETURN_IF_ERROR(MakeSecret(path));
  if (stat(path.c_str(), &status) != 0) {
    return std::unexpected(SystemError("Looking for '" + path + "' failed", errno));
  }
  if ((status.st_mode & 077) != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "Others may use '" + path + "', which signs tokens. Run: chmod 600 '" + path +
                    "'. If it may have been read, delete it instead: all users then sign in again.");
  }
  IC_ASSIGN_OR_RETURN(std::string secret, ReadTextFile(path));
  if (secret.size() != kSecretBytes) {
    return Fail(ErrorCode::kInvalidArgument, "'" + path + "' does not hold " + std::to_string(kSecretBytes) +
                                                 " bytes. Delete it: a new one is made, and all users sign in again.");
  }
  return secret;
}

}  // namespace intelliclinix::app
