// What `segment` tells about its images.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "app/input_files.h"
#include "app/progress_line.h"
#include "app/segment_run.h"

namespace intelliclinix::app {

/// How the images are told: as one JSON object a line on standard output; in words, where that is a terminal; or not
/// at all. Errors go to standard error in any case.
enum class SegmentFormat { kJson, kWords, kQuiet };

/// Tells each image in the order of the inputs, as soon as those before it have ended.
/// Threads: any.
class SegmentReport {
 public:
  SegmentReport(const std::vector<InputFile>& inputs, SegmentFormat format);

  void Progress(std::size_t image, int tiles_done, int tiles_total) { line_.Tiles(image, tiles_done, tiles_total); }
  void Done(std::size_t image, Result<SegmentedImage> outcome);

  std::size_t done() const { return done_; }
  std::size_t failed() const { return failed_; }

 private:
  void Tell(std::size_t image, const Result<SegmentedImage>& outcome);

  const std::vector<InputFile>& inputs_;
  const SegmentFormat format_;
  ProgressLine line_;
  std::mutex mutex_;
  std::map<std::size_t, Result<SegmentedImage>> waiting_;  // for those before them
  std::size_t told_ = 0;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
};

/// The line of --json.
Json SegmentJson(const InputFile& input, const Result<SegmentedImage>& outcome);

}  // namespace intelliclinix::app
