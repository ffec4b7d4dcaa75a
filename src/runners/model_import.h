// From files that people have to an entry of the catalogue: what they are is found out, and whether they are good.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "records/model_entry.h"
#include "runners/model_runner.h"
#include "runners/runner_registry.h"

namespace intelliclinix::runners {

/// Bounds on the files of a model.
struct ImportLimits {
  std::uint64_t max_weights_bytes = 2ULL << 30;
  std::uint64_t max_file_bytes = 64ULL << 20;  ///< of each other file
};

/// What is to be imported. Files are by role: "weights" is a must; "size_model"; "description", "test_input" and
/// "test_output" of an ONNX file; "license", a text.
struct ImportRequest {
  std::string id;
  std::string name{};                          ///< for people; empty: that of the description, or the id
  std::map<std::string, std::string> files{};  ///< paths by role
  std::map<std::string, std::string> names{};  ///< of files in messages and in the store, by role, where not the path's
  std::optional<double> diam_mean{};           ///< px; for checkpoints that do not tell it
  std::string work_folder{};                   ///< where files can be made that the import needs; exists
  std::string tensor_folder{};                 ///< of files in which an ONNX file may have tensors; empty: in none
};

/// What became of it.
struct Import {
  records::ModelEntry entry;  ///< its files are those of the request
  ModelReport report;
  std::string kind;  ///< for people: "Cellpose 2 or 3 checkpoint", "ONNX network (semantic_watershed)"
};

/// Whether an id may name a model: 1 to 64 of a-z, 0-9, '_', '-' and '.', the first a letter or digit.
/// Errors: kInvalidArgument with field "id".
Status CheckModelId(const std::string& id);

/// Recognises the files, loads the model with its runner and runs its test. Nothing is kept but what the runner has in
/// memory.
/// Errors: kInvalidArgument and kTooLarge with the role, or "id", as field, saying what is wrong with which file.
Result<Import> CheckImport(const ImportRequest& request, const RunnerRegistry& registry,
                           const ImportLimits& limits = {});

}  // namespace intelliclinix::runners
