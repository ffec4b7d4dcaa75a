// The store that the settings name.
#pragma once

#include <memory>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace intelliclinix::app {

/// What to do where there is no store yet.
enum class IfMissing { kMake, kRefuse };

/// Where the files of a store are on this machine: all of a store in a folder, the copies of models of one in MongoDB.
const std::string& StoreFolder(const Settings& settings);

/// Where the store is, for people: "the folder 'intelliclinix-data'". A URI is not told, as it may have a password in
/// it.
std::string StorePlace(const Settings& settings);

/// Borrows: the clock. Errors: those of the store that is opened.
Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock,
                                                IfMissing if_missing = IfMissing::kMake);

}  // namespace intelliclinix::app
