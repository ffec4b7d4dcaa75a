// The settings as the server's parts take them.
#pragma once

#include "api/context.h"
#include "api/image_views.h"
#include "app/settings.h"
#include "base/log.h"
#include "dispatch/dispatcher.h"
#include "dispatch/previewer.h"
#include "http/server.h"

namespace intelliclinix::app {

log::Level LogLevelOf(const Settings& settings);
http::ServerOptions ServerOptionsOf(const Settings& settings);
api::ApiOptions ApiOptionsOf(const Settings& settings);
/// The folder is made where it is missing.
api::ImageViewOptions ImageViewOptionsOf(const Settings& settings);
dispatch::PreviewerOptions PreviewerOptionsOf(const Settings& settings);
/// Where a process with these settings listens.
std::string UrlOf(const Settings& settings, std::uint16_t port);
/// `role`: "serve" or "worker", for the name by which the store knows this process.
dispatch::DispatcherOptions DispatcherOptionsOf(const Settings& settings, const std::string& role);

}  // namespace intelliclinix::app
