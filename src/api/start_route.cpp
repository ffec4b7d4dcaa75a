#include "api/start_route.h"

#include <algorithm>

#include "api/errors.h"
#include "api/request.h"
#include "api/start.h"
#include "api/start_reply.h"
#include "base/hashing.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxKeyBytes = 255;

struct StartRequest {
  records::Inference inference;
  std::optional<store::IdempotencyKey> key;
};

Result<records::Dataset> FindDataset(Context& context, const records::User& user, ObjectId id) {
  Result<records::Dataset> dataset = context.store.GetDataset(user.id, id);
  if (!dataset && dataset.error().code == ErrorCode::kNotFound) dataset.error().field = "dataset_id";
  return dataset;
}

Result<records::Inference> ReadInference(Context& context, const Json& body, const records::User& user) {
  IC_ASSIGN_OR_RETURN(const std::string dataset_text, StringMember(body, "dataset_id"));
  IC_ASSIGN_OR_RETURN(const ObjectId dataset_id, ParseId(dataset_text, "dataset_id"));
  IC_ASSIGN_OR_RETURN(std::string model_id, StringMember(body, "model_id"));
  Json params = body.value("params", Json::object());
  if (!params.is_object()) {
    return Fail(ErrorCode::kInvalidArgument, "'params' must be an object of the model's parameters.", "params");
  }
  IC_ASSIGN_OR_RETURN(const records::Dataset dataset, FindDataset(context, user, dataset_id));
  return PlanInference(context, dataset, {std::move(model_id), std::move(params)});
}

/// The same for bodies that say the same, in whatever order and with whatever blanks.
std::string BodyHash(const Json& body) {
  const std::string sorted = nlohmann::json::parse(DumpJson(body)).dump();
  return Sha256Hex(AsBytes(sorted));
}

Result<std::optional<store::IdempotencyKey>> ReadKey(const http::Request& request, const Json& body) {
  constexpr const char* kHeader = "Idempotency-Key";
  if (!request.headers.Has(kHeader)) return std::nullopt;
  const std::string_view key = request.Header(kHeader);
  const bool fits = !key.empty() && key.size() <= kMaxKeyBytes &&
                    std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
  if (fits) return store::IdempotencyKey{std::string(key), BodyHash(body)};
  return Fail(ErrorCode::kInvalidArgument,
              "The Idempotency-Key must have 1 to 255 characters: letters, digits and signs of ASCII, no blanks. A "
              "random UUID is a good one.",
              kHeader);
}

Result<StartRequest> ReadStart(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const Json body, ReadObject(request, {"dataset_id", "model_id", "params"}));
  StartRequest start;
  IC_ASSIGN_OR_RETURN(start.key, ReadKey(request, body));
  IC_ASSIGN_OR_RETURN(start.inference, ReadInference(context, body, user));
  return start;
}

http::Response KeyReusedResponse(const http::Request& request) {
  return ProblemResponse(
      422,
      {ErrorCode::kInvalidArgument,
       "This Idempotency-Key came before with another body. Use a new key for a new request.", "Idempotency-Key"},
      request);
}

/// Inserts the inference, unless its key came before.
Result<store::InsertOutcome> Insert(Context& context, const StartRequest& start) {
  if (start.key) return context.store.InsertInferenceOnce(start.inference, *start.key);
  IC_RETURN_IF_ERROR(context.store.InsertInference(start.inference));
  return store::InsertOutcome{store::InsertOutcome::Kind::kInserted, start.inference.id};
}

/// A repeated start is answered however many inferences are open. The limit is looked at before anything is written:
/// what was inserted may have been acknowledged to whoever repeated the request.
Result<http::Reply> Start(Context& context, const http::Request& request, const records::User& user) {
  using Kind = store::InsertOutcome::Kind;
  IC_ASSIGN_OR_RETURN(const StartRequest start, ReadStart(context, request, user));
  std::optional<store::InsertOutcome> outcome;
  if (start.key) {
    IC_ASSIGN_OR_RETURN(outcome, context.store.FindIdempotencyKey(user.id, *start.key));
  }
  if (!outcome) {
    IC_ASSIGN_OR_RETURN(const bool full, IsQueueFull(context, user.id));
    if (full) return QueueFullResponse(context, request);
    IC_ASSIGN_OR_RETURN(outcome, Insert(context, start));
  }
  if (outcome->kind == Kind::kKeyReused) return KeyReusedResponse(request);
  if (outcome->kind == Kind::kInserted) DispatchInference(context, outcome->inference_id);
  return StartReply(context, request, outcome->inference_id);
}

}  // namespace

void AddStartRoute(http::Router& router, Context& context) {
  router.Handle("POST", "/api/inferences/start",
                SignedIn(context, [&context](http::Request& request,
                                             const records::User& user) { return Start(context, request, user); }),
                {.max_body_bytes = context.options.limits.max_json_bytes});
}

}  // namespace intelliclinix::api
