// /health, /ready, /metrics, /api/openapi.json: for those who run the server, and for tools.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Borrows: `context`.
void AddOperationsRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
