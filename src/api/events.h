// GET /api/inferences/{id}/events: progress as Server-Sent Events.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/context.h"
#include "http/router.h"
#include "http/text_stream.h"

namespace intelliclinix::api {

/// The streams that are open, so that nobody holds too many.
/// Threads: any.
class EventStreams {
 public:
  explicit EventStreams(std::size_t max_per_user) : max_per_user_(max_per_user) {}

  /// A new stream for the user; null when they have as many as they may. It counts while somebody keeps it.
  std::shared_ptr<http::TextStream> Open(ObjectId user);

 private:
  const std::size_t max_per_user_;
  std::mutex mutex_;
  std::map<ObjectId, std::vector<std::weak_ptr<http::TextStream>>> streams_;
};

/// By which a client says what it has seen. It is made of the state alone, so any process knows it, at any time.
std::string EventId(const store::InferenceState& state);

/// One event of the stream. Source: WHATWG HTML, section 9.2.
std::string EventText(const store::InferenceState& state);

void AddEventRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
