#include "app/serve_options.h"

#include <algorithm>
#include <filesystem>

#include "app/installation.h"
#include "app/this_build.h"
#include "base/object_id.h"

namespace intelliclinix::app {

log::Level LogLevelOf(const Settings& settings) {
  if (settings.log_level == "debug") return log::Level::kDebug;
  if (settings.log_level == "warning") return log::Level::kWarning;
  if (settings.log_level == "error") return log::Level::kError;
  if (settings.log_level == "off") return log::Level::kOff;
  return log::Level::kInfo;
}

http::ServerOptions ServerOptionsOf(const Settings& settings) {
  http::ServerOptions options;
  options.host = settings.host;
  options.port = static_cast<std::uint16_t>(settings.port);
  options.max_connections = static_cast<int>(settings.max_connections);
  return options;
}

api::ApiOptions ApiOptionsOf(const Settings& settings) {
  api::ApiOptions options;
  options.version = INTELLICLINIX_VERSION;
  options.cors_origins = settings.cors_origin;
  options.token_lifetime = std::chrono::seconds(settings.token_lifetime_s);
  options.limits.max_file_bytes = static_cast<std::uint64_t>(settings.max_file_bytes);
  options.limits.max_upload_bytes = static_cast<std::uint64_t>(settings.max_upload_bytes);
  options.limits.max_files = static_cast<std::size_t>(settings.max_files);
  options.limits.max_queued_jobs = static_cast<int>(settings.max_queued_jobs);
  options.limits.max_event_streams = static_cast<std::size_t>(settings.max_event_streams);
  options.limits.max_model_bytes = static_cast<std::uint64_t>(settings.max_model_bytes);
  options.source_limits = SourceLimitsOf(settings);
  options.model_folder = ModelFolderOf(settings);
  return options;
}

api::ImageViewOptions ImageViewOptionsOf(const Settings& settings) {
  api::ImageViewOptions options{.folder = settings.data + "/cache",
                                .max_bytes = static_cast<std::uint64_t>(settings.view_cache_bytes)};
  std::error_code ignored;  // who looks at an image is told where the folder is missing
  std::filesystem::create_directories(options.folder, ignored);
  return options;
}

dispatch::PreviewerOptions PreviewerOptionsOf(const Settings& settings) {
  dispatch::PreviewerOptions options{.source_limits = SourceLimitsOf(settings)};
  if (settings.workers == 0) options.places = 0;
  return options;
}

std::string UrlOf(const Settings& settings, std::uint16_t port) {
  const bool v6 = settings.host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + settings.host + "]" : settings.host) + ":" + std::to_string(port);
}

dispatch::DispatcherOptions DispatcherOptionsOf(const Settings& settings, const std::string& role) {
  dispatch::DispatcherOptions options;
  options.workers = settings.workers >= 0 ? static_cast<int>(settings.workers) : AvailableCores();
  options.worker_name = role + "-" + ObjectId::Generate().ToString();
  options.build = ThisBuild();
  options.lease = std::chrono::seconds(settings.lease_s);
  options.heartbeat = options.lease / 3;
  options.orphan_grace = std::chrono::seconds(settings.orphan_grace_s);
  options.tidy = std::min<std::chrono::milliseconds>(options.tidy, options.orphan_grace);
  options.source_limits = SourceLimitsOf(settings);
  return options;
}

}  // namespace intelliclinix::app
