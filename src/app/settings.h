// What can be configured, described once: the table drives flags, environment, file, --print-config and the docs.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace intelliclinix::app {

/// Every setting with its default. What each means is in the table.
struct Settings {
  std::string config;
  std::string data = "intelliclinix-data";
  std::string host = "127.0.0.1";
  std::int64_t port = 5001;
  std::string store = "sqlite";
  std::int64_t workers = -1;
  std::int64_t threads = 0;
  std::string engine = "auto";
  std::string cpu = "amx";
  std::string models;
  std::vector<std::string> cors_origin = {"http://localhost:3000"};
  std::int64_t token_lifetime_s = 3600;
  std::int64_t session_lifetime_s = 30LL * 24 * 3600;
  std::string jwt_secret;
  std::int64_t max_file_bytes = 4LL << 30;
  std::int64_t max_upload_bytes = 64LL << 30;
  std::int64_t max_files = 10'000;
  std::int64_t max_model_bytes = 2LL << 30;
  std::int64_t max_queued_jobs = 1000;
  std::int64_t max_event_streams = 100;
  std::int64_t view_cache_bytes = 4LL << 30;
  std::int64_t max_pixels = 400'000'000;
  std::int64_t max_channels = 64;
  std::int64_t max_memory = 0;
  std::int64_t max_connections = 20'000;
  std::int64_t stop_grace_s = 20;
  std::int64_t lease_s = 30;
  std::int64_t orphan_grace_s = 24LL * 3600;
  std::int64_t metrics_port = -1;
  std::string log_level = "info";
};

/// A member of Settings; its type says how texts become its value.
using SettingMember =
    std::variant<std::string Settings::*, std::int64_t Settings::*, std::vector<std::string> Settings::*>;

/// One row of the table.
struct Setting {
  std::string_view name;  ///< the key of the file; --name with '-' for '_'; INTELLICLINIX_NAME
  SettingMember member;
  std::string_view help;
  std::int64_t minimum = 0;  ///< numbers
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string_view> choices = {};  ///< texts: the legal ones; empty: any
  bool serve_only = true;                      ///< the other commands have no such flag
  bool has_flag = true;
  bool in_file = true;
  bool secret = false;  ///< never shown
};

/// All settings, in the order in which they are shown. Threads: any.
std::span<const Setting> SettingTable();

/// Whether a store is named by the URI of a MongoDB: mongodb:// or mongodb+srv://.
bool IsMongoUri(std::string_view store);

/// Whether it is such a URI with a user and password in it.
bool HasPassword(std::string_view store);

/// Whether the value must not be shown: a secret, or a URI with a password in it.
bool IsSecret(const Setting& setting, const Settings& settings);

/// Null when there is none.
const Setting* FindSetting(std::string_view name);

/// "--max-file-bytes".
std::string FlagName(const Setting& setting);
/// "INTELLICLINIX_MAX_FILE_BYTES".
std::string VariableName(const Setting& setting);

/// The value as it is written in TOML, secret or not.
std::string TomlValue(const Setting& setting, const Settings& settings);

/// Sets one member. `texts` is one text, any number for a list; `origin` is named in errors.
/// Errors: kInvalidArgument saying what is legal. The value of a secret is not repeated.
Status AssignSetting(const Setting& setting, std::span<const std::string> texts, std::string_view origin,
                     Settings& settings);

/// The table as Markdown, for docs/configuration.md.
std::string SettingsMarkdown();

}  // namespace intelliclinix::app
