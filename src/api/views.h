// What a viewer asks for of a file: what it is, its tiles, a thumbnail.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// The routes under /api/files/{id}. Borrows: `context`.
void AddViewRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
