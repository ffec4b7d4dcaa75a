// What owners do to an inference that is there: cancel, try again, delete.
#pragma once

#include "api/context.h"
#include "http/router.h"

namespace intelliclinix::api {

/// Cancels an inference that is to be deleted, so that no worker takes up more of it. Errors: those of CancelInference,
/// but that it has ended already is none.
Status CancelBeforeDeletion(Context& context, ObjectId owner, ObjectId inference);

void AddJobControlRoutes(http::Router& router, Context& context);

}  // namespace intelliclinix::api
