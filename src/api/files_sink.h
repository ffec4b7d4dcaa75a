// Takes images that are added to a dataset while they arrive.
#pragma once

#include <string>
#include <vector>

#include "api/source_intake.h"
#include "http/multipart.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Memory does not grow with the files: they stream to the store. Cut off or refused, it leaves nothing behind.
class FilesSink final : public http::BodySink {
 public:
  /// What it works with. Borrows: `context`, and `head` until the sink is destroyed.
  struct Parts {
    Context& context;
    const http::Request& head;
    ObjectId owner;
    ObjectId dataset;
  };

  /// `boundary` of the form.
  FilesSink(Parts parts, std::string_view boundary);

  Status Write(std::span<const std::byte> bytes) override { return parser_.Write(bytes); }
  /// 201 `{message, files}`, 200 where the dataset has them all already, or what is wrong.
  http::Reply Finish() override;

 private:
  http::MultipartCallbacks Callbacks();
  Status BeginPart(const http::PartHead& head);
  Status WritePart(std::span<const std::byte> bytes);
  Status EndPart();
  Result<http::Response> AddFiles();

  const Parts parts_;
  SourceIntake intake_;
  bool is_file_ = false;  // the part that is being read; else it is 'axes'
  std::string axes_;
  http::MultipartParser parser_;
};

}  // namespace intelliclinix::api
