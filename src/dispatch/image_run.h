// The work of a task: from the source image in the store to the artifacts in the store.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "dispatch/environment.h"
#include "dispatch/lease_keeper.h"
#include "dispatch/plan.h"
#include "records/task.h"

namespace intelliclinix::dispatch {

/// A result that is about to be written into a task, with no artifacts yet and no error.
records::ImageResult EmptyResult(const records::Task& task);
/// The result of an image that cannot be run.
records::ImageResult FailedResult(const records::Task& task, records::InferenceError error);
/// The same with kRunnerError and a sentence that names the file.
records::ImageResult FailedResult(const records::Task& task, std::string_view reason);

/// Runs one image, once.
/// Threads: one at a time.
/// Owns: nothing; the blobs that it made are the caller's to keep or to remove.
class ImageRun {
 public:
  ImageRun(Environment& environment, const records::Task& task, RunningTask& running)
      : environment_(environment), task_(task), running_(running) {}

  /// The result to commit; what is wrong with the image is a result too.
  /// Errors: kCancelled after a stop of the task, kNotFound when the inference is gone, faults of the store.
  Result<records::ImageResult> Run();

  /// Blobs that were stored so far, also by a run that failed.
  const std::vector<ObjectId>& blobs() const { return blobs_; }
  /// Of the inference; empty before its document was loaded.
  const Json& provenance() const { return provenance_; }

 private:
  Result<records::ImageResult> RunPlan(const Plan& plan);
  Result<records::ImageResult> StoreOutput(runners::RunOutput output);
  Result<records::Artifact> StoreArtifact(const runners::ArtifactBytes& artifact);

  Environment& environment_;
  const records::Task& task_;
  RunningTask& running_;
  std::vector<ObjectId> blobs_;
  Json provenance_;
};

}  // namespace intelliclinix::dispatch
