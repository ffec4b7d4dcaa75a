// Takes an upload's body while it arrives and makes a dataset of it.
#pragma once

#include "api/source_intake.h"
#include "api/upload_form.h"
#include "http/multipart.h"
#include "http/router.h"
#include "records/user.h"

namespace intelliclinix::api {

/// Memory does not grow with the files: they stream to the store. Cut off or refused, it leaves nothing behind.
class UploadSink final : public http::BodySink {
 public:
  /// `boundary` of the form. Borrows: `context`, and `head` until it is destroyed.
  UploadSink(Context& context, const http::Request& head, const records::User& user, std::string_view boundary);

  Status Write(std::span<const std::byte> bytes) override { return parser_.Write(bytes); }
  /// 201 `{message, dataset_id, inference_id?}`, or what is wrong.
  http::Reply Finish() override;

 private:
  Result<http::Response> MakeDataset();
  records::Dataset NewDataset() const;
  /// Stores the dataset and, where there is one, its inference; both or none.
  Status Store(const records::Dataset& dataset, const std::optional<records::Inference>& inference);

  Context& context_;
  const http::Request& head_;
  const ObjectId owner_;
  SourceIntake intake_;
  UploadForm form_;
  http::MultipartParser parser_;
};

}  // namespace intelliclinix::api
