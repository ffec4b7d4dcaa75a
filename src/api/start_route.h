// POST /api/inferences/start.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

void AddStartRoute(http::Router& router, Context& context);

}  // namespace intelliclinix::api
