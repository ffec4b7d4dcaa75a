// The form of an upload: its files and what is said of them.
#pragma once

#include <set>
#include <string>

#include "api/source_intake.h"
#include "api/start.h"
#include "http/multipart.h"

namespace intelliclinix::api {

/// The form's text fields.
struct UploadFields {
  std::string name;  ///< empty while it has not come
  RunRequest run;    ///< model_id is empty where none was chosen
  bool run_inference = false;
};

/// Reads the parts of a form in any order: text fields are parsed as they end, files go to the intake.
/// Threads: one at a time.
/// Errors of all: kInvalidArgument and kTooLarge with the field's name; those of the intake.
class UploadForm {
 public:
  /// Borrows both.
  UploadForm(const Context& context, SourceIntake& intake) : context_(context), intake_(intake) {}

  Status BeginPart(const http::PartHead& head);
  Status Write(std::span<const std::byte> bytes);
  Status EndPart();

  /// What must be there once the form has ended.
  Status CheckComplete() const;
  const UploadFields& fields() const { return fields_; }

 private:
  Status ReadName();
  Status ReadModel();
  Status ReadRunInference();
  Status ReadParams();

  const Context& context_;
  SourceIntake& intake_;
  UploadFields fields_;
  std::set<std::string, std::less<>> seen_;
  std::string part_;  // name of the part that is being read
  std::string text_;  // of that part, unless it is a file
};

}  // namespace intelliclinix::api
