// The description of the routes for tools.
#pragma once

#include <string_view>

namespace intelliclinix::api {

/// docs/openapi.yaml as JSON, put here by embed_openapi.py when the program is built.
std::string_view OpenApiJson();

}  // namespace intelliclinix::api
