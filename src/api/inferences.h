// Inferences: start, list, get, download, archive, delete.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// The routes under /api/inferences. Borrows: `context`.
void AddInferenceRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
