// /api/inferences/{id}/corrections: label images that people made of a machine's.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Borrows: the context.
void AddCorrectionRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
