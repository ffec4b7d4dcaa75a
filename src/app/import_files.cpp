#include "app/import_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/byte_source.h"
#include "base/file.h"
#include "runners/onnx_description.h"

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

std::unexpected<Error> Refuse(const std::string& message) {
  return Fail(ErrorCode::kInvalidArgument, message, "weights");
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The role of a file of a folder; empty for one that is none of a model.
std::string RoleOf(const fs::path& path) {
  const std::string name = Lower(path.filename());
  const std::string extension = Lower(path.extension());
  for (const char* const word : {"license", "licence", "copying"}) {
    if (name.starts_with(word)) return "license";
  }
  if (extension == ".toml") return "description";
  if (extension == ".npy" || extension == ".npz") return name.starts_with("size") ? "size_model" : "";
  const bool text = extension == ".md" || extension == ".txt" || extension == ".json" || name.front() == '.';
  return text ? "" : "weights";
}

bool IsOnnx(const fs::path& path) { return Lower(path.extension()) == ".onnx"; }

/// Beside an ONNX file, others that could be weights are those in which it has its tensors.
void LeaveTensorFilesOut(std::vector<fs::path>& weights) {
  if (std::ranges::any_of(weights, IsOnnx)) std::erase_if(weights, [](const fs::path& path) { return !IsOnnx(path); });
}

Result<Files> FromFolder(const fs::path& folder) {
  std::map<std::string, std::vector<fs::path>> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    const std::string role = RoleOf(entry.path());
    if (!role.empty() && entry.is_regular_file(ignored)) found[role].push_back(entry.path());
  }
  if (error) return Refuse("The folder '" + folder.string() + "' cannot be read: " + error.message() + ".");
  if (!found.contains("weights")) {
    return Refuse("The folder '" + folder.string() + "' has no file of a model. Name the file instead.");
  }
  LeaveTensorFilesOut(found["weights"]);
  Files files;
  for (const auto& [role, paths] : found) {
    if (paths.size() > 1) {
      return Refuse("The folder '" + folder.string() + "' has several files that could be the " + role + ": '" +
                    paths[0].filename().string() + "' and '" + paths[1].filename().string() +
                    "'. Name the file of the model instead.");
    }
    files[role] = paths.front();
  }
  return files;
}

/// What the description names; whether it is there is asked for later, by name.
void AddTestFiles(Files& files) {
  if (!files.contains("description")) return;
  const fs::path path = files.at("description");
  const Result<std::string> text = ReadTextFile(path);
  if (!text) return;
  const auto description = runners::ParseOnnxDescription(AsBytes(*text));
  if (!description || description->test_input.empty()) return;
  std::error_code ignored;
  for (const auto& [role, name] :
       {std::pair{"test_input", description->test_input}, std::pair{"test_output", description->test_output}}) {
    const fs::path file = path.parent_path() / name;
    if (fs::exists(file, ignored)) files[role] = file;
  }
}

}  // namespace

Result<Files> FindImportFiles(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Refuse("There is no file or folder '" + path + "'.");
  Files files;
  if (fs::is_directory(status)) {
    IC_ASSIGN_OR_RETURN(files, FromFolder(path));
  } else {
    files["weights"] = path;
    const fs::path beside = fs::path(path).replace_extension(".toml");
    if (IsOnnx(path) && fs::exists(beside, error)) files["description"] = beside;
  }
  AddTestFiles(files);
  return files;
}

}  // namespace intelliclinix::app
