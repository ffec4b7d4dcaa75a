#include "api/routes.h"

#include "api/auth.h"
#include "api/corrections.h"
#include "api/datasets.h"
#include "api/files.h"
#include "api/inferences.h"
#include "api/models.h"
#include "api/operations.h"

namespace intelliclinix::api {

http::Router MakeRoutes(Context& context) {
  http::Router router;
  AddAuthRoutes(router, context);
  AddModelRoutes(router, context);
  AddDatasetRoutes(router, context);
  AddInferenceRoutes(router, context);
  AddCorrectionRoutes(router, context);
  AddFileRoutes(router, context);
  AddOperationsRoutes(router, {.store = context.store,
                               .dispatcher = context.dispatcher,
                               .registry = context.registry,
                               .catalogue = context.catalogue,
                               .metrics = context.metrics,
                               .version = context.options.version});
  AddOpenApiRoute(router);
  return router;
}

}  // namespace intelliclinix::api
