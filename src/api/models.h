// /api/models: what clients can choose.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Borrows: `context`.
void AddModelRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
