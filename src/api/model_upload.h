// Models that administrators send and remove.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// POST /api/models, which streams the files to a folder of their own and imports them, and DELETE
/// /api/models/{model_id}. Both answer 403 to whoever is no administrator.
void AddModelAdminRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
