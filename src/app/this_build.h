// The build that is running.
#pragma once

#include "base/build.h"

namespace intelliclinix::app {

/// As CMake wrote it down; see CMakeLists.txt.
Build ThisBuild();

}  // namespace intelliclinix::app
