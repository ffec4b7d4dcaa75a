// What the server counts, for Prometheus.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dispatch/dispatcher.h"
#include "http/server.h"

namespace intelliclinix::api {

/// What is asked for when the metrics are read.
struct ProcessState {
  std::string version;
  std::optional<int> open_tasks;  ///< none when the store does not answer
  dispatch::DispatcherCounts tasks;
};

/// Counts requests and renders all metrics, none of whose labels holds anything that a user chose.
/// Threads: any; WatchConnections before the server starts.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void CountRequest(const http::AccessRecord& record);

  /// `count` tells the open connections of the server.
  void WatchConnections(std::function<int()> count) { connections_ = std::move(count); }

  /// Prometheus' text format, version 0.0.4.
  std::string Render(const ProcessState& state) const;

 private:
  struct Requests;
  std::unique_ptr<Requests> requests_;
  std::function<int()> connections_;
};

}  // namespace intelliclinix::api
