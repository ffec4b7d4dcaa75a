#include "app/settings.h"

#include <algorithm>
#include <array>

namespace intelliclinix::app {

// A file descriptor for each connection, and some for the rest.
constexpr std::int64_t kMostConnections = 1'000'000;

std::span<const Setting> SettingTable() {
  using S = Settings;
  static const std::array kTable = {
      Setting{"config",
              &S::config,
              "The TOML file with settings. Empty: `intelliclinix.toml` in the data folder, where it is there.",
              {},
              {},
              {},
              false,
              true,
              false},
      Setting{"data", &S::data, "The folder with the database, the images and the secret. Made where it is missing."},
      Setting{"host", &S::host, "The IP address to listen on; `0.0.0.0` or `::` for all."},
      Setting{"port", &S::port, "The TCP port; 0 for any free one.", 0, 65'535},
      Setting{"store", &S::store,
              "Where records and files are kept: `sqlite` for the data folder, another folder, or a `mongodb://` URI."},
      Setting{"workers", &S::workers,
              "Images that are worked on at the same time; -1 for one a core; 0 for none, the API alone.", -1, 1024},
      Setting{"threads", &S::threads, "Threads that compute; 0 for one a core.", 0, 1024, {}, false},
      Setting{"engine",
              &S::engine,
              "What computes Cellpose's network; `auto` is the faster for the precision.",
              {},
              {},
              {"auto", "native", "openvino"},
              false},
      Setting{"cpu",
              &S::cpu,
              "The newest instructions that may be used, of those that the processor has.",
              {},
              {},
              {"baseline", "avx2", "avx512", "avx512bf16", "amx"},
              false},
      Setting{"models",
              &S::models,
              "The catalogue of models, a YAML file. Empty: the one that is installed with the program.",
              {},
              {},
              {},
              false},
      Setting{"cors_origin", &S::cors_origin,
              "A web page's origin that may call the API, or `*`. As a flag, repeat it; as a variable, use commas."},
      Setting{"token_lifetime_s", &S::token_lifetime_s, "How long an access token lasts.", 60, 30 * 24 * 3600},
      Setting{"session_lifetime_s", &S::session_lifetime_s,
              "How long after a login its tokens can be exchanged for new ones; then the password is asked for again.",
              60, 10LL * 365 * 24 * 3600},
      Setting{"jwt_secret",
              &S::jwt_secret,
              "Signs tokens, at least 32 characters. Empty: a random one, made once in the data folder (`jwt_secret`).",
              {},
              {},
              {},
              true,
              false,
              true,
              true},
      Setting{"max_file_bytes", &S::max_file_bytes, "The largest image file that is taken.", 1},
      Setting{"max_upload_bytes", &S::max_upload_bytes, "The largest upload, all its files together.", 1},
      Setting{"max_files", &S::max_files, "The most files in one dataset.", 1, 1'000'000},
      Setting{"max_model_bytes",
              &S::max_model_bytes,
              "The largest file of weights that is imported; each other file of a model has at most 64 MiB.",
              1,
              64LL << 30,
              {},
              false},
      Setting{"max_queued_jobs", &S::max_queued_jobs,
              "The most inferences of one user that have not ended; one more is answered 429. 0 for any number.", 0,
              1'000'000'000},
      Setting{"max_event_streams", &S::max_event_streams,
              "The most streams of events that one user may have open; one more is answered 429.", 1, 1'000'000},
      Setting{"view_cache_bytes", &S::view_cache_bytes,
              "Bytes on disk, in the data folder, for images that are looked at; one that takes more cannot be.",
              1 << 20},
      Setting{"max_pixels", &S::max_pixels, "The largest image, height x width.", 1, 100'000'000'000, {}, false},
      Setting{"max_channels", &S::max_channels, "The most channels of an image.", 1, 65'535, {}, false},
      Setting{"max_memory",
              &S::max_memory,
              "Bytes of memory that images may take which are run at once, as estimated before; one that takes more is "
              "refused, others wait. 0 for what the machine or its container has.",
              0,
              std::numeric_limits<std::int64_t>::max(),
              {},
              false},
      Setting{"max_connections", &S::max_connections, "Connections at the same time; one more is answered 503.", 1,
              kMostConnections},
      Setting{"stop_grace_s", &S::stop_grace_s,
              "How long running images may go on at a stop; then they are handed back and go on at the next start.", 0,
              3600},
      Setting{
          "lease_s", &S::lease_s,
          "A worker that is silent for so long is taken for dead, and others run its images. It tells that it lives "
          "three times as often.",
          1, 3600},
      Setting{"orphan_grace_s", &S::orphan_grace_s,
              "Files in the store that nothing has pointed to for so long are removed. Longer than any upload takes.",
              60, 10LL * 365 * 24 * 3600},
      Setting{"metrics_port", &S::metrics_port,
              "The TCP port of a `worker` for `/health`, `/ready` and `/metrics`; 0 for any free one, -1 for none.", -1,
              65'535},
      Setting{"log_level",
              &S::log_level,
              "The least important lines that are logged.",
              {},
              {},
              {"debug", "info", "warning", "error", "off"}},
  };
  return kTable;
}

const Setting* FindSetting(std::string_view name) {
  const auto found = std::ranges::find(SettingTable(), name, &Setting::name);
  return found == SettingTable().end() ? nullptr : &*found;
}

bool IsMongoUri(std::string_view store) {
  return store.starts_with("mongodb://") || store.starts_with("mongodb+srv://");
}

bool HasPassword(std::string_view store) { return IsMongoUri(store) && store.contains('@'); }

bool IsSecret(const Setting& setting, const Settings& settings) {
  return setting.secret || (setting.name == "store" && HasPassword(settings.store));
}

std::string FlagName(const Setting& setting) {
  std::string flag = "--" + std::string(setting.name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string VariableName(const Setting& setting) {
  std::string variable = "INTELLICLINIX_" + std::string(setting.name);
  std::ranges::transform(variable, variable.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return variable;
}

std::string SettingsMarkdown() {
  std::string text = "| key | flag | environment | default | meaning |\n|---|---|---|---|---|\n";
  for (const Setting& setting : SettingTable()) {
    text += "| " + (setting.in_file ? "`" + std::string(setting.name) + "`" : "") + " | ";
    text += (setting.has_flag ? "`" + FlagName(setting) + "`" : "") + " | `" + VariableName(setting) + "` | `";
    text += TomlValue(setting, Settings()) + "` | " + std::string(setting.help) + " |\n";
  }
  return text;
}

}  // namespace intelliclinix::app
