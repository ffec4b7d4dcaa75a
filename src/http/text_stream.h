// A response body that is written while the client reads it, for as long as both like.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace intelliclinix::http {

struct TextStreamOptions {
  std::string idle_text;                   ///< sent when nothing was written for long, so that a dead peer is noticed
  std::chrono::milliseconds idle{15'000};  ///< proxies cut what is silent for 30 to 60 s
  std::size_t max_backlog = 256 << 10;     ///< bytes that wait for a client which does not read; above: it is cut off
};

/// Hands text from any thread to the connection that sends it. The writer keeps a weak_ptr: the connection has the
/// other reference, and lets go of it when the client has gone or the server stops.
/// Threads: Write and Close from any; the rest from the connection's.
class TextStream {
 public:
  explicit TextStream(TextStreamOptions options) : options_(std::move(options)) {}

  /// Sends `text` next. Dropped after Close, and when the client is too far behind.
  void Write(std::string_view text);
  /// No more comes: the response ends when everything is sent.
  void Close();

  const TextStreamOptions& options() const { return options_; }

  /// What there is to send.
  struct Piece {
    std::string text;
    bool last = false;    ///< the response ends after it
    bool broken = false;  ///< text was dropped, so the response must not look whole
  };
  /// What was written since the last call. When that is nothing, `wake` is called once there is something.
  Piece Take(std::move_only_function<void()> wake);
  /// Nobody takes any longer: forgets `wake`.
  void Detach();

 private:
  void WakeLocked();

  const TextStreamOptions options_;
  std::mutex mutex_;
  Piece waiting_;
  std::move_only_function<void()> wake_;
};

}  // namespace intelliclinix::http
