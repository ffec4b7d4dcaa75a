// How the process is: health, readiness, metrics, and the contract itself.
#pragma once

#include <string>

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// What a process can tell of itself, with or without the rest of the API. Borrowed; outlives the server.
struct Operations {
  store::Store& store;
  const dispatch::Dispatcher& dispatcher;
  const runners::RunnerRegistry& registry;
  const runners::ModelCatalogue& catalogue;
  Metrics& metrics;
  std::string version;
};

/// GET /health, /ready and /metrics, which need no token.
void AddOperationsRoutes(http::Router& router, const Operations& operations);
/// GET /api/openapi.json.
void AddOpenApiRoute(http::Router& router);

}  // namespace intelliclinix::api
