// /api/auth: accounts and access tokens.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Borrows: `context`.
void AddAuthRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
