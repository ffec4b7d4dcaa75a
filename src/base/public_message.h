// What of an error may be told to everybody.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace intelliclinix {

/// Whether the text names an absolute path of this machine. Paths of the API are none.
bool NamesPath(std::string_view text);

/// The error's message; where that names a path, which is for the operator's log alone, a sentence of the same kind.
std::string PublicMessage(const Error& error);

}  // namespace intelliclinix
