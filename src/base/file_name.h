// Names of files, without folders.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace intelliclinix {

/// The longest name of a file that every usual file system takes.
inline constexpr std::size_t kMaxFileNameBytes = 255;

/// The name without its extension, and the extension with its dot: {"a.b", ".png"}. A name that begins with its only
/// dot has no extension.
std::pair<std::string_view, std::string_view> SplitExtension(std::string_view name);

/// Two names have the same key where some file system takes them for one: those of Windows and macOS ignore case, and
/// macOS ignores whether "ä" is one character or an "a" and two dots. Bytes that are not UTF-8 are all alike.
/// Source: Unicode, canonical decomposition (UAX 15) and full case folding.
std::string FileNameKey(std::string_view name);

}  // namespace intelliclinix
