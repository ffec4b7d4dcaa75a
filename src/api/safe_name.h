// Names from users that become names of files on somebody's disk: entries of archives, nowhere else.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/file_name.h"

namespace intelliclinix::api {

/// `name` as a file or folder can be called on Windows, macOS and Linux: UTF-8, 1 to 255 bytes, no separators,
/// wildcards or control characters, no trailing dot or space, none of Windows' device names. What can stay, stays.
/// Source: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
std::string SafeFileName(std::string_view name);

/// The names of one folder, no two of which any file system takes for the same (FileNameKey).
/// Threads: one.
class UniqueNames {
 public:
  bool IsTaken(std::string_view name) const { return last_number_.contains(FileNameKey(name)); }
  /// Takes SafeFileName(name), or where that is taken, that with "_2", "_3", ... before its extension.
  std::string Take(std::string_view name);

 private:
  std::map<std::string, int> last_number_;  // by key: the number that was last tried for it
};

}  // namespace intelliclinix::api
