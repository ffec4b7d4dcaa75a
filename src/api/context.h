// What handlers work with.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dispatch/dispatcher.h"
#include "dispatch/previewer.h"
#include "runners/model_catalogue.h"
#include "runners/runner_registry.h"
#include "runners/source_image.h"
#include "store/store.h"

namespace intelliclinix::api {

class HashQueue;
class ImageViews;
class Metrics;
class PasswordHasher;
class TokenIssuer;

/// Bounds on what clients send; configuration.
struct Limits {
  std::uint64_t max_file_bytes = 4ULL << 30;     ///< of one uploaded file
  std::uint64_t max_upload_bytes = 64ULL << 30;  ///< of one upload request
  std::size_t max_files = 10'000;                ///< in one dataset
  std::uint64_t max_model_bytes = 2ULL << 30;    ///< of the weights of a model
  std::uint64_t max_json_bytes = 1 << 20;        ///< of a JSON body
  int max_queued_jobs = 1000;                    ///< inferences of one user that have not ended; 0: any number
  std::size_t max_event_streams = 100;           ///< of one user, open at the same time
};

struct ApiOptions {
  std::string version;
  std::vector<std::string> cors_origins = {"http://localhost:3000"};
  std::chrono::seconds token_lifetime{3600};
  Limits limits;
  std::string model_folder{};  ///< for files of models while they come; empty: that of the system
  runners::SourceLimits source_limits;
};

/// Borrowed by every handler; outlives the server. Threads: any.
struct Context {
  store::Store& store;
  dispatch::Dispatcher& dispatcher;
  const runners::RunnerRegistry& registry;
  const runners::ModelCatalogue& catalogue;
  const Clock& clock;
  const TokenIssuer& tokens;
  const PasswordHasher& passwords;
  HashQueue& hashing;
  Metrics& metrics;
  ImageViews& views;
  dispatch::Previewer& previewer;
  ApiOptions options;
};

}  // namespace intelliclinix::api
