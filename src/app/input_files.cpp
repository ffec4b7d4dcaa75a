#include "app/input_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return text;
}

bool IsImageName(const fs::path& path) {
  static const std::set<std::string> kExtensions = {".png", ".jpg", ".jpeg", ".tif", ".tiff"};
  return kExtensions.contains(LowerCase(path.extension()));
}

bool IsImageContent(const fs::path& path) {
  using namespace std::string_view_literals;
  static constexpr std::array kBeginnings = {
      "\x89PNG\r\n\x1a\n"sv, "\xff\xd8\xff"sv, "II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
  std::array<char, 8> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  return std::ranges::any_of(kBeginnings, [&](std::string_view beginning) { return text.starts_with(beginning); });
}

/// Whether an earlier run over the same folder made this file.
bool IsOutput(const fs::path& path) {
  static constexpr std::array kEndings = {"_cp_masks", "_overlay", "_composite", "_class_mask", "_instance_mask"};
  const std::string stem = path.stem();
  return std::ranges::any_of(kEndings, [&](const char* ending) { return stem.ends_with(ending); });
}

class Finder {
 public:
  explicit Finder(const std::string& out) : out_(fs::weakly_canonical(out)) {}

  Status Add(const fs::path& path) {
    if (!fs::exists(path)) return Fail(ErrorCode::kNotFound, "There is no file or folder '" + path.string() + "'.");
    if (fs::is_directory(path)) {
      AddFolder(path);
    } else {
      AddFile(path);
    }
    return {};
  }

  std::vector<fs::path> Take() { return std::move(found_); }

 private:
  void AddFolder(const fs::path& folder) {
    std::vector<fs::path> images;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
      const fs::path& path = entry->path();
      const bool hidden = path.filename().string().starts_with('.');
      if (entry->is_directory()) {
        if (hidden || fs::weakly_canonical(path) == out_) entry.disable_recursion_pending();
      } else if (!hidden && entry->is_regular_file() && !IsOutput(path) &&
                 (IsImageName(path) || IsImageContent(path))) {
        images.push_back(path);
      }
    }
    std::ranges::sort(images);
    for (const fs::path& image : images) AddFile(image);
  }

  void AddFile(const fs::path& path) {
    if (seen_.insert(fs::canonical(path)).second) found_.push_back(path);
  }

  fs::path out_;
  std::set<fs::path> seen_;
  std::vector<fs::path> found_;
};

/// The file's stem; where others have the same, its whole name; where others have that too, with a number.
std::vector<InputFile> NameOutputs(const std::vector<fs::path>& paths) {
  std::map<std::string, int> stems;
  for (const fs::path& path : paths) ++stems[LowerCase(path.stem())];
  std::set<std::string> taken;
  std::vector<InputFile> inputs;
  for (const fs::path& path : paths) {
    const std::string wanted = stems[LowerCase(path.stem())] == 1 ? path.stem() : path.filename();
    std::string stem = wanted;
    for (int number = 2; !taken.insert(LowerCase(stem)).second; ++number) {
      stem = wanted + "_" + std::to_string(number);
    }
    inputs.push_back({path, stem});
  }
  return inputs;
}

}  // namespace

Result<std::vector<InputFile>> FindInputs(const std::vector<std::string>& paths, const std::string& out) {
  try {
    Finder finder(out);
    for (const std::string& path : paths) IC_RETURN_IF_ERROR(finder.Add(path));
    std::vector<InputFile> inputs = NameOutputs(finder.Take());
    if (inputs.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "There is no PNG, JPEG or TIFF image in what was named.");
    }
    return inputs;
  } catch (const fs::filesystem_error& error) {
    return Fail(ErrorCode::kInvalidArgument,
                "'" + error.path1().string() + "' cannot be read: " + error.code().message());
  }
}

}  // namespace intelliclinix::app
