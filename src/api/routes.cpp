#include "api/routes.h"

#include "api/auth.h"
#include "api/corrections.h"
#include "api/datasets.h"
#include "api/events.h"
#include "api/files.h"
#include "api/inferences.h"
#include "api/job_control.h"
#include "api/models.h"
#include "api/operations.h"
#include "api/page.h"
#include "api/preview_route.h"
#include "api/start_route.h"
#include "api/views.h"

namespace intelliclinix::api {

http::Router MakeRoutes(Context& context) {
  http::Router router;
  AddAuthRoutes(router, context);
  AddModelRoutes(router, context);
  AddDatasetRoutes(router, context);
  AddInferenceRoutes(router, context);
  AddCorrectionRoutes(router, context);
  AddStartRoute(router, context);
  AddPreviewRoute(router, context);
  AddJobControlRoutes(router, context);
  AddEventRoutes(router, context);
  AddFileRoutes(router, context);
  AddViewRoutes(router, context);
  AddOperationsRoutes(router, {.store = context.store,
                               .dispatcher = context.dispatcher,
                               .registry = context.registry,
                               .catalogue = context.catalogue,
                               .metrics = context.metrics,
                               .version = context.options.version});
  AddOpenApiRoute(router);
  AddPageRoutes(router, EmbeddedPage());
  return router;
}

}  // namespace intelliclinix::api
