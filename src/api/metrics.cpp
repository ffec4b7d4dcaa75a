#include "api/metrics.h"

#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace intelliclinix::api {
namespace {

// From a look-up in the store to a start that waits for its job. Units: s.
const prometheus::Histogram::BucketBoundaries& DurationBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600};
  return buckets;
}

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

prometheus::MetricFamily GaugeOf(const char* name, const char* help, double value) {
  prometheus::MetricFamily family = Family(name, help, prometheus::MetricType::Gauge);
  family.metric.emplace_back().gauge.value = value;
  return family;
}

prometheus::MetricFamily CounterOf(const char* name, const char* help, long long value) {
  prometheus::MetricFamily family = Family(name, help, prometheus::MetricType::Counter);
  family.metric.emplace_back().counter.value = static_cast<double>(value);
  return family;
}

std::vector<prometheus::MetricFamily> Collect(const ProcessState& state) {
  std::vector<prometheus::MetricFamily> families;
  families.push_back(GaugeOf("intelliclinix_build_info", "The version that runs.", 1));
  families.back().metric.front().label.push_back({"version", state.version});
  families.push_back(GaugeOf("intelliclinix_store_up", "Whether the store answers.", state.open_tasks ? 1 : 0));
  if (state.open_tasks) {
    families.push_back(GaugeOf("intelliclinix_tasks_open", "Tasks that are queued or running, in the whole store.",
                               *state.open_tasks));
  }
  families.push_back(
      GaugeOf("intelliclinix_tasks_running", "Tasks that this process runs.", state.tasks.tasks_running));
  families.push_back(CounterOf("intelliclinix_tasks_completed_total", "Tasks that this process completed.",
                               state.tasks.tasks_completed));
  families.push_back(
      CounterOf("intelliclinix_tasks_failed_total", "Tasks that failed in this process.", state.tasks.tasks_failed));
  families.push_back(CounterOf("intelliclinix_stale_writes_rejected_total",
                               "Writes of workers of this process that had lost their lease.",
                               state.tasks.stale_writes_rejected));
  families.push_back(CounterOf("intelliclinix_orphan_blobs_removed_total",
                               "Blobs that nothing pointed to and that this process removed.",
                               state.tasks.orphan_blobs_removed));
  return families;
}

}  // namespace

struct Metrics::Requests {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& total = prometheus::BuildCounter()
                                                       .Name("intelliclinix_http_requests_total")
                                                       .Help("Requests that were answered, by route and status.")
                                                       .Register(registry);
  prometheus::Family<prometheus::Counter>& aborted =
      prometheus::BuildCounter()
          .Name("intelliclinix_http_requests_aborted_total")
          .Help("Requests whose client went before the response was out, by route.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& received =
      prometheus::BuildCounter()
          .Name("intelliclinix_http_request_bytes_total")
          .Help("Bytes of request bodies, by route; uploads are those of /api/datasets/upload.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& sent = prometheus::BuildCounter()
                                                      .Name("intelliclinix_http_response_bytes_total")
                                                      .Help("Bytes of response bodies, by route.")
                                                      .Register(registry);
  prometheus::Family<prometheus::Histogram>& duration =
      prometheus::BuildHistogram()
          .Name("intelliclinix_http_request_duration_seconds")
          .Help("From the first byte of a request's head to the last of its response, by route.")
          .Register(registry);
};

Metrics::Metrics() : requests_(std::make_unique<Requests>()) {}
Metrics::~Metrics() = default;

// A path that no route matches, and a method, can be any text, so neither is a label: that would be a series each.
void Metrics::CountRequest(const http::AccessRecord& record) {
  const bool matched = !record.route.empty();
  const prometheus::Labels route = {{"method", matched ? record.method : "other"},
                                    {"route", matched ? record.route : "other"}};
  prometheus::Labels route_and_status = route;
  route_and_status.emplace("status", std::to_string(record.status));
  requests_->total.Add(route_and_status).Increment();
  if (record.aborted) requests_->aborted.Add(route).Increment();
  requests_->received.Add(route).Increment(static_cast<double>(record.request_bytes));
  requests_->sent.Add(route).Increment(static_cast<double>(record.response_bytes));
  requests_->duration.Add(route, DurationBuckets()).Observe(std::chrono::duration<double>(record.duration).count());
}

std::string Metrics::Render(const ProcessState& state) const {
  std::vector<prometheus::MetricFamily> families = requests_->registry.Collect();
  for (prometheus::MetricFamily& family : Collect(state)) families.push_back(std::move(family));
  if (connections_) {
    families.push_back(GaugeOf("intelliclinix_http_connections", "Connections that are open.", connections_()));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace intelliclinix::api
