// `models import` and `models remove`: what changes the models of a store.
#pragma once

#include <string>

#include "app/installation.h"
#include "app/settings.h"
#include "base/result.h"

namespace intelliclinix::app {

/// The flags of `models import`.
struct ImportFlags {
  std::string path;
  std::string id;
  std::string name;
  std::string size_model;
  std::string license;
  double diam_mean = 0;  ///< px; 0: as the file says
};

/// Imports into the store that the settings name. Returns a sentence for people. Errors: those of ImportModel.
Result<std::string> ImportFromFiles(Installation& installation, const ImportFlags& flags, const Settings& settings);

/// Errors: those of RemoveModel; kNotFound where the settings name a folder without a store.
Status RemoveImported(Installation& installation, const Settings& settings, const std::string& id);

}  // namespace intelliclinix::app
