// Names from users that become names of files on somebody's disk: entries of archives, nowhere else.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <locale.h>

namespace intelliclinix::api {

/// The name without its extension, and the extension with its dot: {"a.b", ".png"}. A name that begins with its only
/// dot has no extension.
std::pair<std::string_view, std::string_view> SplitExtension(std::string_view name);

/// `name` as a file or folder can be called on Windows, macOS and Linux: UTF-8, 1 to 255 bytes, no separators,
/// wildcards or control characters, no trailing dot or space, none of Windows' device names. What can stay, stays.
/// Source: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
std::string SafeFileName(std::string_view name);

/// The names of one folder, no two of which a file system that ignores case takes for the same.
/// Threads: one.
class UniqueNames {
 public:
  UniqueNames();
  ~UniqueNames();
  UniqueNames(const UniqueNames&) = delete;
  UniqueNames& operator=(const UniqueNames&) = delete;

  /// What names are compared by.
  std::u32string Key(std::string_view name) const;
  bool IsTaken(std::string_view name) const { return last_number_.contains(Key(name)); }
  /// Takes SafeFileName(name), or where that is taken, that with "_2", "_3", ... before its extension.
  std::string Take(std::string_view name);

 private:
  locale_t locale_;
  std::map<std::u32string, int> last_number_;  // by key: the number that was last tried for it
};

}  // namespace intelliclinix::api
