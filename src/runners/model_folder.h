// Files that lie in the folder of a model, and no others.
#pragma once

#include <memory>
#include <string>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::runners {

/// Opens the file that a model's own file names by a path. It must lie in `folder`, or in a folder of that, wherever
/// links in the path lead.
/// Errors: kInvalidArgument with the path as the model's file has it, where that leads elsewhere or to no file.
Result<std::unique_ptr<ByteSource>> OpenInFolder(const std::string& folder, const std::string& path);

}  // namespace intelliclinix::runners
