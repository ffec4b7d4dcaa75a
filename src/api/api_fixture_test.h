// All routes over a store in memory, called without a socket: what the tests of this folder share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/context.h"
#include "api/hash_queue.h"
#include "api/image_views.h"
#include "api/metrics.h"
#include "api/passwords.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "base/clock.h"
#include "base/compute_pool.h"
#include "base/json.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::api::testing {

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

/// A request as a test writes it.
struct Ask {
  std::string method;
  std::string path;  ///< with its query, percent-encoding taken off
  std::string token = {};
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct Person {
  records::User user;
  std::string password;
  std::string token;
};

/// What a person has: a dataset of one image, and a completed inference over it.
struct Belongings {
  records::Dataset dataset;
  records::Inference inference;
  records::Artifact artifact;
};

/// A runner that makes one artifact of any image, "size", with its width and height as text.
std::unique_ptr<runners::ModelRunner> MakeSizeRunner();

/// The text of a response's body, streamed or not; of one that is still being written, what there is.
std::string BodyText(const http::Response& response);
Json BodyJson(const http::Response& response);
/// A body of multipart/form-data with the boundary "edge": fields, then files.
std::string FormBody(const std::vector<std::pair<std::string, std::string>>& fields,
                     const std::vector<std::pair<std::string, std::string>>& files);
inline constexpr std::string_view kFormType = "multipart/form-data; boundary=edge";
/// The bytes of an image of examples/.
std::string ExampleBytes(std::string_view filename);

/// Models: "size_model" of the runner "size", prepared; "orphan" of a runner that is not registered.
/// Threads: one.
class TestApi {
 public:
  /// `workers`: threads of the dispatcher; 0 leaves inferences queued.
  explicit TestApi(int workers = 0);
  ~TestApi();

  /// Routes the request, runs its handler and waits for the answer. Throws for a path and method without a route.
  http::Response Call(const Ask& ask);

  Person AddPerson(const std::string& username);
  Belongings AddBelongings(const Person& person);
  /// `context` with another store: for one that wraps `store`.
  Context ContextOn(store::Store& other) {
    return {other,     dispatcher, registry, catalogue, clock,     tokens,
            passwords, hashing,    metrics,  views,     previewer, context.options};
  }
  void AddUserWithHash(const std::string& username, const std::string& hash);

  ManualClock clock;
  store::memory::MemoryStore store{clock};
  runners::RunnerRegistry registry;
  runners::ModelCatalogue catalogue;
  ComputePool pool{1};
  TokenIssuer tokens{std::string(kSecret), std::chrono::hours(1), clock};
  PasswordHasher passwords{PasswordOptions{.passes = 1, .memory_bytes = 8192}};
  HashQueue hashing;
  Metrics metrics;
  ImageViews views;
  dispatch::Previewer previewer{store, pool, {}};
  dispatch::Dispatcher dispatcher;
  Context context;
  http::Router router;
  http::Hooks hooks;

 private:
  records::Dataset AddDataset(const Person& person);
  records::Inference AddQueuedInference(const records::Dataset& dataset);
  ObjectId AddBlob(const Person& person, std::string_view text, std::optional<ObjectId> inference);
};

}  // namespace intelliclinix::api::testing
