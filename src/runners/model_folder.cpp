#include "runners/model_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "nn/pickle.h"

namespace intelliclinix::runners {
namespace {

namespace fs = std::filesystem;

bool IsIn(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenInFolder(const std::string& folder, const std::string& path) {
  const std::string shown = "'" + nn::Printable(path) + "'";
  std::error_code error;
  const fs::path inside = fs::canonical(folder, error);
  if (error) return Fail(ErrorCode::kInvalidArgument, "The folder '" + folder + "' cannot be read.");
  const bool relative = !path.empty() && path.find('\0') == std::string::npos && fs::path(path).is_relative();
  const fs::path file = relative ? fs::weakly_canonical(inside / path, error) : fs::path();
  if (!relative || error || !IsIn(inside, file)) {
    return Fail(ErrorCode::kInvalidArgument,
                shown +
                    " is outside of the folder of the model, and what is there is not read. Put the file into "
                    "that folder and name it without a path, or save the network as one file.");
  }
  Result<std::unique_ptr<FileSource>> opened = FileSource::Open(file);
  if (opened) return *std::move(opened);
  return Fail(ErrorCode::kInvalidArgument, shown + " is not in the folder of the model. Put the file there.");
}

}  // namespace intelliclinix::runners
