// Which file of a folder is what, when a model is imported from the command line.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace intelliclinix::app {

/// The files of a model by role, as runners::ImportRequest has them. `path` is a checkpoint, an ONNX file (with a TOML
/// file of the same name beside it), or a folder with one of either; in a folder, `size*.npy` and `size*.npz` are the
/// size model, and LICENSE*, LICENCE* and COPYING* its licence. Beside an ONNX file, what could be weights too is taken
/// for a file of its tensors. Files of the test are those that the description names.
/// Errors: kInvalidArgument with field "weights" when `path` is not there, or a folder holds none or several.
Result<std::map<std::string, std::string>> FindImportFiles(const std::string& path);

}  // namespace intelliclinix::app
