// The store that the settings name.
#pragma once

#include <memory>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace intelliclinix::app {

/// What to do where there is no store yet.
enum class IfMissing { kMake, kRefuse };

/// Borrows: the clock. Errors: those of the store that is opened.
Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock,
                                                IfMissing if_missing = IfMissing::kMake);

}  // namespace intelliclinix::app
