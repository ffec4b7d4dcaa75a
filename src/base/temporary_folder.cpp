#include "base/temporary_folder.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <stdlib.h>

#include "base/file.h"

namespace intelliclinix {

Result<TemporaryFolder> TemporaryFolder::Make(const std::string& parent) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  std::string name = parent + "/incoming.XXXXXX";
  if (error || mkdtemp(name.data()) == nullptr) {
    return std::unexpected(SystemError("A folder in '" + parent + "' cannot be made", error ? error.value() : errno));
  }
  return TemporaryFolder(std::move(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace intelliclinix
