// The images of an upload on their way into the store.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "records/dataset.h"
#include "store/blob_store.h"

namespace intelliclinix::api {

/// Takes files one after the other, streams each into a blob, and keeps it only if it is an image that can be segmented
/// later. What has not been released when it is destroyed is removed from the store.
/// Threads: one at a time.
/// Errors of all: kInvalidArgument and kTooLarge with field "files", naming the file; those of the store.
class SourceIntake {
 public:
  /// Borrows: the store.
  SourceIntake(store::BlobStore& store, const ApiOptions& options, ObjectId owner);
  ~SourceIntake();
  SourceIntake(const SourceIntake&) = delete;
  SourceIntake& operator=(const SourceIntake&) = delete;

  /// What a person says that the pages of the files that follow are (image/stack.h). Errors: kInvalidArgument with
  /// field "axes", also when there are files already.
  Status SetAxes(std::string axes);

  /// A name may be any text that fits a file system: it is kept as it is and never becomes a path.
  Status Begin(std::string_view filename);
  Status Write(std::span<const std::byte> bytes);
  Status End();

  const std::vector<records::SourceFile>& files() const { return files_; }
  /// Something points to the files now: they stay.
  void Release() { files_.clear(); }
  /// The same of some of them.
  void Release(const std::vector<records::SourceFile>& files);

 private:
  Status CheckName(std::string_view filename) const;
  Result<std::vector<std::byte>> Check(records::SourceFile& file);
  Status Keep(records::SourceFile& file, std::span<const std::byte> preview);
  /// `error` with the name of the file that is being taken.
  std::unexpected<Error> Named(Error error) const;

  store::BlobStore& store_;
  const Limits limits_;
  const runners::SourceLimits source_limits_;
  const ObjectId owner_;
  std::set<std::string, std::less<>> names_;
  std::vector<records::SourceFile> files_;  // kept, not released
  std::string axes_;
  std::string filename_;  // of the file that is being taken
  std::uint64_t bytes_ = 0;
  std::unique_ptr<store::BlobWriter> writer_;
};

}  // namespace intelliclinix::api
