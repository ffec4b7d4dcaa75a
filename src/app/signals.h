// SIGINT and SIGTERM as a request to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace intelliclinix::app {

/// While it lives, the first SIGINT or SIGTERM requests a stop, and a second ends the process at once.
/// Threads: create it before any other thread, so that they all leave these signals to it; methods from any.
/// Owns: one thread, which waits for signals.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Requested when a signal has come.
  std::stop_token token() const { return stop_.get_token(); }
  /// The signal that came first; 0 before.
  int signal() const { return signal_; }
  /// Waits for a signal, `at_most` so long. Returns whether one has come.
  bool WaitFor(std::chrono::milliseconds at_most);

 private:
  void Watch();

  std::stop_source stop_;
  std::atomic<int> signal_ = 0;
  std::mutex mutex_;
  std::condition_variable came_;
  int signal_fd_;
  int end_fd_;
  std::thread thread_;
};

}  // namespace intelliclinix::app
