// The bytes of source images and artifacts.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// The routes under /api/files. Borrows: `context`.
void AddFileRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
