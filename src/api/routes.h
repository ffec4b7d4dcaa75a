// Every route of the server, in one list.
#pragma once

#include "api/context.h"
#include "http/router.h"
#include "http/server.h"

namespace intelliclinix::api {

/// All routes; each stands with its method and pattern in the file of its resource. Borrows: `context`.
http::Router MakeRoutes(Context& context);

/// How the server renders errors, answers CORS, counts and logs. Borrows: `metrics`.
http::Hooks MakeHooks(Metrics& metrics, const std::vector<std::string>& cors_origins);

}  // namespace intelliclinix::api
