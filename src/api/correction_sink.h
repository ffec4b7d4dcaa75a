// Takes a correction's body while it arrives, checks it, scores it, and stores it.
#pragma once

#include <memory>
#include <mutex>

#include "api/context.h"
#include "api/correction_form.h"
#include "http/multipart.h"
#include "http/router.h"
#include "records/correction.h"
#include "records/inference.h"
#include "records/user.h"

namespace intelliclinix::api {

/// Cut off or refused, it leaves nothing behind.
class CorrectionSink final : public http::BodySink {
 public:
  struct Parts {
    Context& context;
    const http::Request& head;            ///< lives until the sink is destroyed
    records::Inference inference;         ///< completed
    std::shared_ptr<std::mutex> scoring;  ///< held while a label image is in memory: one at a time in the process
  };
  /// `boundary` of the form.
  CorrectionSink(Parts parts, std::string_view boundary);

  Status Write(std::span<const std::byte> bytes) override { return parser_.Write(bytes); }
  /// 201 with the correction, or what is wrong.
  http::Reply Finish() override;

 private:
  Result<http::Response> MakeCorrection();
  Result<records::ImageResult> FindImage() const;
  Result<records::CorrectionScores> Score(const records::ImageResult& image);
  /// Commits the file and adds the record; both or none.
  Result<records::Correction> Store(records::Correction correction);

  const Parts parts_;
  CorrectionForm form_;
  http::MultipartParser parser_;
};

}  // namespace intelliclinix::api
