#include "app/job_runner.h"

#include "base/log.h"

namespace intelliclinix::app {

void JobRunner::Start() {
  preparing_ = std::jthread([this](const std::stop_token& stop) { TakeUpWork(stop); });
}

void JobRunner::Stop(std::chrono::milliseconds grace) {
  preparing_.request_stop();
  if (preparing_.joinable()) preparing_.join();
  dispatcher_.Stop(grace);
}

void JobRunner::TakeUpWork(const std::stop_token& stop) {
  const Status fit = installation_.catalogue.PrepareAll(installation_.registry, clock_);
  installation_.catalogue.TimeTiles(installation_.registry);
  log::Info("models_prepared", {{"all_fit", fit ? "true" : "false"}});
  if (!stop.stop_requested()) dispatcher_.Start();
}

}  // namespace intelliclinix::app
