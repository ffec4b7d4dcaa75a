// Archives read by somebody else's reader: Python's.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace intelliclinix::api::testing {

/// A ZIP file in a folder of its own, which goes with it.
class ArchiveFile {
 public:
  ArchiveFile();
  explicit ArchiveFile(std::string_view bytes);
  ~ArchiveFile();
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Whether `script` ends without an exception; in it, `archive` is the file as a zipfile.ZipFile.
  bool PythonAgrees(std::string_view script) const;
  /// Whether unzip finds nothing wrong.
  bool UnzipAgrees() const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

}  // namespace intelliclinix::api::testing
