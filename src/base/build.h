// Which program this is.
#pragma once

#include <string>

namespace intelliclinix {

/// What a result can be traced back to when a program is built anew.
struct Build {
  std::string version;   ///< "0.1.0"
  std::string commit;    ///< of the sources, "-dirty" behind it where they were changed; "unknown" outside of git
  std::string compiler;  ///< "GNU 12.2.0"
};

}  // namespace intelliclinix
