#include "app/segment_run.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/file_name.h"
#include "base/memory_budget.h"

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImagesAtOnce = 2;

class Segmenter {
 public:
  Segmenter(const SegmentRun& run, const std::vector<InputFile>& inputs, ComputePool& pool, std::stop_token stop,
            const SegmentEvents& events)
      : run_(run), inputs_(inputs), pool_(pool), stop_(std::move(stop)), events_(events) {
    std::error_code ignored;
    for (const InputFile& input : inputs) input_paths_.insert(fs::weakly_canonical(input.path, ignored));
  }

  void Work() {
    for (std::size_t image = next_++; image < inputs_.size() && !stop_.stop_requested(); image = next_++) {
      Result<SegmentedImage> outcome = Caught(image);
      if (!outcome && outcome.error().code == ErrorCode::kCancelled) return;
      events_.done(image, std::move(outcome));
    }
  }

 private:
  /// What goes wrong with one image is its error, and the others go on.
  Result<SegmentedImage> Caught(std::size_t image) {
    try {
      return One(image);
    } catch (const std::exception& error) {
      return Fail(ErrorCode::kInternal, error.what());
    }
  }

  Result<SegmentedImage> One(std::size_t image) {
    const InputFile& input = inputs_[image];
    if (!input.problem.empty()) return Fail(ErrorCode::kInvalidArgument, input.problem);
    IC_ASSIGN_OR_RETURN(const auto file, FileSource::Open(input.path));
    const runners::SourceRun source{.file = *file,
                                    .model = run_.model.entry,
                                    .params = run_.params,
                                    .stem = input.stem,
                                    .filename = fs::path(input.path).filename(),
                                    .axes = run_.axes};
    const runners::RunContext context{.pool = pool_,
                                      .stop = stop_,
                                      .progress = [&](int done, int total) { events_.progress(image, done, total); },
                                      .memory = &memory_};
    SegmentedImage segmented;
    IC_ASSIGN_OR_RETURN(segmented.output, runners::RunSourceImage(run_.model.runner, source, run_.limits, context));
    for (const runners::ArtifactBytes& artifact : segmented.output.artifacts) {
      IC_RETURN_IF_ERROR(Claim(artifact.filename, image));
      IC_ASSIGN_OR_RETURN(std::string path, Write(artifact));
      segmented.files.push_back(std::move(path));
    }
    segmented.output.artifacts.clear();
    return segmented;
  }

  /// One plane of a stack may be named like another image: "a.tif" has outputs "a_z01_...", and "a_z01.png" too.
  Status Claim(const std::string& filename, std::size_t image) {
    const std::lock_guard lock(mutex_);
    const auto [owner, is_free] = owners_.try_emplace(FileNameKey(filename), image);
    if (is_free || owner->second == image) return {};
    return Fail(ErrorCode::kConflict, "its output '" + filename + "' would overwrite that of '" +
                                          inputs_[owner->second].path + "'. Segment them into different folders.");
  }

  Result<std::string> Write(const runners::ArtifactBytes& artifact) const {
    const fs::path path = fs::path(run_.out) / artifact.filename;
    std::error_code ignored;
    if (input_paths_.contains(fs::weakly_canonical(path, ignored))) {
      return Fail(ErrorCode::kConflict,
                  "its output would overwrite '" + path.string() + "', an input. Choose another folder with -o.");
    }
    IC_RETURN_IF_ERROR(WriteFileAtomically(path, artifact.bytes));
    return path.string();
  }

  const SegmentRun& run_;
  const std::vector<InputFile>& inputs_;
  ComputePool& pool_;
  const std::stop_token stop_;
  const SegmentEvents& events_;
  MemoryBudget memory_{run_.limits.max_memory};
  std::set<fs::path> input_paths_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::size_t> owners_;  // guarded by mutex_; by FileNameKey of an output: its input
};

}  // namespace

void SegmentAll(const SegmentRun& run, const std::vector<InputFile>& inputs, ComputePool& pool, std::stop_token stop,
                const SegmentEvents& events) {
  Segmenter segmenter(run, inputs, pool, std::move(stop), events);
  std::vector<std::future<void>> threads;
  for (std::size_t i = 0; i < std::min(kImagesAtOnce, inputs.size()); ++i) {
    threads.push_back(std::async(std::launch::async, [&] { segmenter.Work(); }));
  }
  for (const std::future<void>& thread : threads) thread.wait();
  for (std::future<void>& thread : threads) thread.get();  // throws here what a thread threw
}

}  // namespace intelliclinix::app
