// Datasets: upload, add files, list, get, delete.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// The routes under /api/datasets. Borrows: `context`.
void AddDatasetRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
