// Which image files a command line names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace intelliclinix::app {

/// One image to segment, or what was named and cannot be.
struct InputFile {
  std::string path;     ///< as it was named, or below the folder that was named
  std::string stem;     ///< begins the names of its outputs; no other input has it, whatever the case of its letters
  std::string problem;  ///< a sentence: why there is nothing to segment at this path; empty where there may be
};

/// What a command line names.
struct FoundInputs {
  std::vector<InputFile> inputs;  ///< not empty
  std::size_t left_out = 0;       ///< images in folders that were taken for outputs of an earlier run
};

/// Files as they are named, whatever they hold; of folders, and folders in them, those that are images by name or by
/// content, in the order of their names. Links to folders are not followed. A path that is not there, and a folder that
/// cannot be read, are inputs with a problem. A file that is named twice is there once. Files of one stem are told
/// apart by their extension, and by a number where that is the same too.
/// Left out are the images of `out` where that is below a folder that was named, and images that are named like an
/// output (`x_overlay.png`) and lie in `out` or beside the image that they would be an output of (`x.tif`).
/// Errors: kInvalidArgument when there is no input at all.
Result<FoundInputs> FindInputs(const std::vector<std::string>& paths, const std::string& out);

/// How many images were left out, and what to do about it.
std::string LeftOutText(std::size_t images);

}  // namespace intelliclinix::app
