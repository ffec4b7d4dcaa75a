// A model tried on a part of an image, before a whole dataset is run.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// POST /api/inferences/preview. Borrows: `context`.
void AddPreviewRoute(http::Router& router, Context& context);

}  // namespace intelliclinix::api
