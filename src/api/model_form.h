// The form of an imported model: its files and what is said of them.
#pragma once

#include <fstream>
#include <set>
#include <string>

#include "api/context.h"
#include "base/result.h"
#include "base/temporary_folder.h"
#include "http/multipart.h"
#include "runners/model_import.h"

namespace intelliclinix::api {

/// Reads the parts of a form in any order: text fields are kept, files are written to a folder that goes with the form.
/// Threads: one at a time.
/// Errors of all: kInvalidArgument and kTooLarge with the field's name; kResourceExhausted for a full disk.
class ModelForm {
 public:
  /// `folder`: for the files while they come. Borrows: `context`.
  ModelForm(const Context& context, TemporaryFolder folder) : context_(context), folder_(std::move(folder)) {
    request_.work_folder = folder_.path();
  }

  Status BeginPart(const http::PartHead& head);
  Status Write(std::span<const std::byte> bytes);
  Status EndPart();

  const runners::ImportRequest& request() const { return request_; }

 private:
  Status ReadDiameter();

  const Context& context_;
  const TemporaryFolder folder_;
  runners::ImportRequest request_;
  std::set<std::string, std::less<>> seen_;
  std::string part_;    // name of the part that is being read
  std::string text_;    // of that part, unless it is a file
  std::ofstream file_;  // open while a file is being read
  std::uint64_t bytes_ = 0;
};

}  // namespace intelliclinix::api
