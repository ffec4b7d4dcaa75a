// The answer to a start: at once, or when the job has ended.
#pragma once

#include <string_view>

#include "api/context.h"
#include "http/message.h"
#include "records/inference.h"

namespace intelliclinix::api {

/// Whether a Prefer header asks for `respond-async`. Source: RFC 7240 sections 2 and 4.1.
bool PrefersAsync(std::string_view prefer);

/// 202 for a client that prefers it; else a reply that is made when the inference has ended, and holds no thread until
/// then. Borrows: `context`, until then.
http::Reply StartReply(Context& context, const http::Request& request, ObjectId inference);

}  // namespace intelliclinix::api
