// The settings as the server's parts take them.
#pragma once

#include "api/context.h"
#include "app/settings.h"
#include "base/log.h"
#include "dispatch/dispatcher.h"
#include "http/server.h"

namespace intelliclinix::app {

log::Level LogLevelOf(const Settings& settings);
http::ServerOptions ServerOptionsOf(const Settings& settings);
api::ApiOptions ApiOptionsOf(const Settings& settings);
dispatch::DispatcherOptions DispatcherOptionsOf(const Settings& settings);

}  // namespace intelliclinix::app
