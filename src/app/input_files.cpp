#include "app/input_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

#include "base/ascii.h"
#include "base/file_name.h"
#include "image/format.h"

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

bool IsImageName(const fs::path& path) {
  static const std::set<std::string> kExtensions = {".png", ".jpg", ".jpeg", ".tif", ".tiff"};
  return kExtensions.contains(AsciiLowerCase(path.extension()));
}

bool IsImageContent(const fs::path& path) {
  image::FileHead head{};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(head.data()), head.size());
  return image::FormatOf(head).has_value();
}

/// The stem of the image that this would be an output of, by its name; empty where the name is not an output's.
std::string SourceStem(const fs::path& path) {
  static constexpr std::array kEndings = {"_cp_masks"sv,  "_flows"sv,      "_overlay"sv,
                                          "_composite"sv, "_class_mask"sv, "_instance_mask"sv};
  const std::string stem = path.stem();
  for (const std::string_view ending : kEndings) {
    if (stem.ends_with(ending)) return stem.substr(0, stem.size() - ending.size());
  }
  return "";
}

/// What is in one folder, without what is hidden and without links to folders.
struct Listing {
  std::vector<fs::path> images;  // those that only claim to be images too
  std::vector<fs::path> folders;
  std::error_code error;
};

Listing List(const fs::path& folder) {
  Listing listing;
  fs::directory_iterator entry(folder, listing.error);
  for (; !listing.error && entry != fs::directory_iterator(); entry.increment(listing.error)) {
    const fs::path& path = entry->path();
    if (path.filename().string().starts_with('.')) continue;
    std::error_code ignored;  // what cannot be looked at is no folder, and is told when it is opened
    if (entry->is_directory(ignored)) {
      if (!entry->is_symlink(ignored)) listing.folders.push_back(path);
    } else if (IsImageName(path) || (entry->is_regular_file(ignored) && IsImageContent(path))) {
      listing.images.push_back(path);
    }
  }
  return listing;
}

fs::path Canonical(const fs::path& path) {
  std::error_code error;
  fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical;
}

class Finder {
 public:
  explicit Finder(const std::string& out) : out_(Canonical(out)) {}

  void Add(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
      AddFile(path, "There is no such file or folder.");
    } else if (error) {
      AddFile(path, "It cannot be read: " + error.message() + ".");
    } else if (fs::is_directory(status)) {
      AddFolder(path);
    } else {
      AddFile(path);
    }
  }

  FoundInputs Take() {
    std::erase_if(left_out_, [this](const fs::path& path) { return seen_.contains(path); });
    return {std::move(inputs_), left_out_.size()};
  }

 private:
  void AddFolder(const fs::path& top) {
    std::map<fs::path, std::string> found;  // with their problems
    for (std::vector<fs::path> folders = {top}; !folders.empty();) {
      const fs::path folder = std::move(folders.back());
      folders.pop_back();
      const Listing listing = List(folder);
      if (listing.error) found[folder] = "The folder cannot be read: " + listing.error.message() + ".";
      std::ranges::copy(listing.folders, std::back_inserter(folders));
      for (const fs::path& image : SortOut(listing.images, folder == top, Canonical(folder) == out_)) found[image];
    }
    for (const auto& [path, problem] : found) AddFile(path, problem);
  }

  /// Of the images in one folder, those that no earlier run made.
  std::vector<fs::path> SortOut(const std::vector<fs::path>& images, bool is_top, bool is_out) {
    std::set<std::string> names;
    for (const fs::path& image : images) names.insert({image.stem(), image.filename()});
    std::vector<fs::path> inputs;
    for (const fs::path& image : images) {
      const std::string source = SourceStem(image);
      const bool is_output = !source.empty() && (is_out || names.contains(source));
      if (is_output || (is_out && !is_top)) {
        left_out_.insert(Canonical(image));
      } else {
        inputs.push_back(image);
      }
    }
    return inputs;
  }

  void AddFile(const fs::path& path, const std::string& problem = {}) {
    if (seen_.insert(Canonical(path)).second) inputs_.push_back({path, "", problem});
  }

  fs::path out_;
  std::set<fs::path> seen_;
  std::set<fs::path> left_out_;
  std::vector<InputFile> inputs_;
};

/// The file's stem; where others have the same, its whole name; where others have that too, with a number.
void NameOutputs(std::vector<InputFile>& inputs) {
  std::map<std::string, int> stems;
  for (const InputFile& input : inputs) {
    if (input.problem.empty()) ++stems[FileNameKey(fs::path(input.path).stem().string())];
  }
  std::set<std::string> taken;
  for (InputFile& input : inputs) {
    if (!input.problem.empty()) continue;
    const fs::path path = input.path;
    const std::string wanted = stems[FileNameKey(path.stem().string())] == 1 ? path.stem() : path.filename();
    input.stem = wanted;
    for (int number = 2; !taken.insert(FileNameKey(input.stem)).second; ++number) {
      input.stem = wanted + "_" + std::to_string(number);
    }
  }
}

}  // namespace

Result<FoundInputs> FindInputs(const std::vector<std::string>& paths, const std::string& out) {
  Finder finder(out);
  for (const std::string& path : paths) finder.Add(path);
  FoundInputs found = finder.Take();
  if (!found.inputs.empty()) {
    NameOutputs(found.inputs);
    return found;
  }
  return Fail(ErrorCode::kInvalidArgument, found.left_out > 0
                                               ? LeftOutText(found.left_out)
                                               : "There is no PNG, JPEG or TIFF image in what was named.");
}

std::string LeftOutText(std::size_t images) {
  return std::to_string(images) + (images == 1 ? " image was" : " images were") +
         " left out as outputs of an earlier run, by name or folder. To segment such an image, name the file itself.";
}

}  // namespace intelliclinix::app
