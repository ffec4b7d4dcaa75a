// The secret that signs tokens, kept where only its owner can read it.
#pragma once

#include <string>

#include "base/result.h"

namespace intelliclinix::app {

/// The 32 bytes in `path`; made at random, with mode 0600, where there is no such file.
/// Errors: kInvalidArgument when others than the owner may use the file, or when it does not hold 32 bytes.
Result<std::string> ReadOrMakeSecret(const std::string& path);

}  // namespace intelliclinix::app
