// The archive of an inference, sent while it is made.
#pragma once

#include "http/message.h"
#include "records/inference.h"
#include "store/store.h"

namespace intelliclinix::api {

/// 200 with the archive, 409 when the inference is not completed, 500 naming a file that the store has lost.
/// Borrows: the store, while the response is sent.
/// Errors: those of the store.
Result<http::Reply> DownloadResponse(store::Store& store, const records::Inference& inference,
                                     const http::Request& request);

}  // namespace intelliclinix::api
