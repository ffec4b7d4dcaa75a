#include "app/secret_file.h"

#include <cerrno>

#include <sys/stat.h>

#include "base/file.h"
#include "base/random.h"

namespace intelliclinix::app {
namespace {

constexpr std::size_t kSecretBytes = 32;

Result<std::string> MakeSecret(const std::string& path) {
  const auto bytes = RandomBytes<kSecretBytes>();
  IC_RETURN_IF_ERROR(WriteFileAtomically(path, std::as_bytes(std::span(bytes)), 0600));
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

Result<std::string> ReadOrMakeSecret(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return MakeSecret(path);
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
