#include "api/archive_file_test.h"

#include <cstdlib>
#include <fstream>

#include "base/object_id.h"

namespace intelliclinix::api::testing {

ArchiveFile::ArchiveFile()
    : folder_(std::filesystem::temp_directory_path() / ("archive." + ObjectId::Generate().ToString())),
      path_(folder_ / "a.zip") {
  std::filesystem::create_directories(folder_);
}

ArchiveFile::ArchiveFile(std::string_view bytes) : ArchiveFile() {
  std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

ArchiveFile::~ArchiveFile() { std::filesystem::remove_all(folder_); }

bool ArchiveFile::PythonAgrees(std::string_view script) const {
  std::ofstream(folder_ / "check.py") << "import hashlib, json, sys, zipfile\narchive = zipfile.ZipFile(sys.argv[1])\n"
                                      << script << "\n";
  const std::string command = "python3 '" + (folder_ / "check.py").string() + "' '" + path_.string() + "'";
  return std::system(command.c_str()) == 0;
}

bool ArchiveFile::UnzipAgrees() const { return std::system(("unzip -tqq '" + path_.string() + "'").c_str()) == 0; }

}  // namespace intelliclinix::api::testing
