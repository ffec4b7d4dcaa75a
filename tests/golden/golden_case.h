// One stored result of the reference.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/result.h"
#include "cellpose/options.h"
#include "image/image.h"
#include "nn/tensor.h"

namespace intelliclinix::golden {

/// The value of `result`. Throws: std::runtime_error with its error, after the name of `file` where one is given.
template <typename T>
T Must(Result<T> result, const std::filesystem::path& file = {}) {
  if (result.has_value()) return *std::move(result);
  throw std::runtime_error((file.empty() ? "" : file.string() + ": ") + result.error().message);
}

/// A folder of cases/; its README.md says what each file is. Reading throws std::runtime_error naming the file
/// that is missing or wrong.
struct GoldenCase {
  std::filesystem::path folder;
  cellpose::Options options;
  double rescale = 1;
  std::array<int, 2> network_shape{};  ///< [height, width]
  std::size_t objects = 0;
  std::optional<double> diameter_style;      ///< of the size model's first pass; set where the size model is used
  std::optional<double> diameter_estimated;  ///< of its second
  std::optional<double> ap50, ap75;          ///< average precision of the masks; set where the truth is known
};

/// The cases that have `file`, by name.
std::vector<std::string> CaseNames(const std::string& file = "case.json");

GoldenCase ReadCase(const std::string& name);

/// An array of the case; nothing where the file is left out.
std::optional<nn::Tensor> ReadArray(const GoldenCase& golden, const std::string& file);

image::Image ReadImage(const std::filesystem::path& file);
image::LabelImage ReadLabels(const std::filesystem::path& file);

/// The repository's root.
std::filesystem::path SourceFolder();

}  // namespace intelliclinix::golden
