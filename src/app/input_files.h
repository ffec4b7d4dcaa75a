// Which image files a command line names.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace intelliclinix::app {

/// One image to segment.
struct InputFile {
  std::string path;  ///< as it was named, or below the folder that was named
  std::string stem;  ///< begins the names of its outputs; no other input has it, whatever the case of its letters
};

/// Files as they are named, whatever they hold; of folders, and folders in them, those that are images by name or by
/// content, in the order of their names. Links to folders are not followed; `out` and what an earlier run left are
/// passed over. A file that is named twice is there once. Files of one stem are told apart by their extension, and by
/// a number where that is the same too.
/// Errors: kNotFound for a path that is not there, kInvalidArgument when there is no image at all or a folder cannot
/// be read.
Result<std::vector<InputFile>> FindInputs(const std::vector<std::string>& paths, const std::string& out);

}  // namespace intelliclinix::app
