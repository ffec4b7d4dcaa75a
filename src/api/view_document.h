// An image view as JSON.
#pragma once

#include "base/json.h"
#include "runners/image_view.h"

namespace intelliclinix::api {

/// What GET /api/files/{id}/view answers.
Json ViewDocument(const runners::ImageView& view);

}  // namespace intelliclinix::api
