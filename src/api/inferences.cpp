#include "api/inferences.h"

#include <charconv>

#include "api/download.h"
#include "api/errors.h"
#include "api/inference_document.h"
#include "api/request.h"
#include "api/start.h"
#include "api/start_reply.h"
#include "store/whole_inference.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxArchiveIds = 1000;

std::unexpected<Error> Invalid(std::string message, std::string field) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), std::move(field));
}

Result<records::Dataset> FindDataset(Context& context, const records::User& user, ObjectId id) {
  Result<records::Dataset> dataset = context.store.GetDataset(user.id, id);
  if (!dataset && dataset.error().code == ErrorCode::kNotFound) dataset.error().field = "dataset_id";
  return dataset;
}

Result<records::Inference> ReadStart(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(Json body, ReadObject(request, {"dataset_id", "model_id", "params"}));
  IC_ASSIGN_OR_RETURN(const std::string dataset_text, StringMember(body, "dataset_id"));
  IC_ASSIGN_OR_RETURN(const ObjectId dataset_id, ParseId(dataset_text, "dataset_id"));
  IC_ASSIGN_OR_RETURN(std::string model_id, StringMember(body, "model_id"));
  Json params = body.value("params", Json::object());
  if (!params.is_object()) return Invalid("'params' must be an object of the model's parameters.", "params");
  IC_ASSIGN_OR_RETURN(const records::Dataset dataset, FindDataset(context, user, dataset_id));
  return PlanInference(context, dataset, {std::move(model_id), std::move(params)});
}

Result<http::Reply> Start(Context& context, const http::Request& request, const records::User& user) {
  IC_ASSIGN_OR_RETURN(const records::Inference inference, ReadStart(context, request, user));
  IC_RETURN_IF_ERROR(context.store.InsertInference(inference));
  DispatchInference(context, inference);
  return StartReply(context, request, inference);
}

Result<std::optional<records::InferenceStatus>> StatusFilter(const http::Request& request) {
  const auto text = request.Query("status");
  if (!text) return std::nullopt;
  const auto status = records::ParseStatus(*text);
  if (!status) return Invalid("'status' must be 'queued', 'running', 'completed' or 'failed'.", "status");
  return status;
}

Result<std::optional<bool>> ArchivedFilter(const http::Request& request) {
  const auto text = request.Query("archived");
  if (!text) return std::nullopt;
  if (*text != "true" && *text != "false") return Invalid("'archived' must be 'true' or 'false'.", "archived");
  return *text == "true";
}

Result<store::InferenceFilter> ReadFilter(const http::Request& request) {
  store::InferenceFilter filter;
  if (const auto dataset = request.Query("dataset_id")) {
    IC_ASSIGN_OR_RETURN(filter.dataset_id, ParseId(*dataset, "dataset_id"));
  }
  if (const auto model = request.Query("model_id")) filter.model_id = std::string(*model);
  IC_ASSIGN_OR_RETURN(filter.status, StatusFilter(request));
  IC_ASSIGN_OR_RETURN(filter.archived, ArchivedFilter(request));
  return filter;
}

Result<http::Reply> List(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"dataset_id", "model_id", "status", "archived", "limit", "cursor"}));
  IC_ASSIGN_OR_RETURN(const store::InferenceFilter filter, ReadFilter(request));
  IC_ASSIGN_OR_RETURN(const store::PageRequest page, ReadPage(request));
  IC_ASSIGN_OR_RETURN(const auto found, context.store.ListInferences(user.id, filter, page));
  Json items = Json::array();
  for (const records::Inference& inference : found.items) items.push_back(InferenceDocument(inference));
  return PageResponse(request, items, found.next_after);
}

Result<int> ReadResultsAfter(const http::Request& request) {
  const std::string_view text = request.Query("results_after").value_or("0");
  int first = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), first);
  if (error == std::errc() && end == text.data() + text.size() && first >= 0) return first;
  return Invalid("'results_after' must be the 'results_next' of the page before.", "results_after");
}

Result<http::Reply> Get(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"results_after"}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const int first, ReadResultsAfter(request));
  IC_ASSIGN_OR_RETURN(const records::Inference inference, context.store.GetInference(user.id, id));
  Json document = InferenceDocument(inference);
  IC_ASSIGN_OR_RETURN(const store::ResultsPage page, context.store.ListResults(user.id, id, {.first = first}));
  AddResults(document, page);
  return JsonResponse(200, document);
}

Result<http::Reply> Delete(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_RETURN_IF_ERROR(context.store.GetInference(user.id, id));
  context.dispatcher.Abandon(id);
  IC_RETURN_IF_ERROR(context.store.DeleteInference(user.id, id));
  // Once more, for what a worker took up meanwhile and for those who wait for the end.
  context.dispatcher.Abandon(id);
  return JsonResponse(200, {{"message", "Inference deleted"}});
}

Result<std::vector<ObjectId>> ReadIds(const Json& body) {
  const auto member = body.find("ids");
  if (member == body.end() || !member->is_array() || member->empty() || member->size() > kMaxArchiveIds) {
    return Invalid("'ids' must be an array of 1 to 1000 inference ids.", "ids");
  }
  std::vector<ObjectId> ids;
  for (const Json& item : *member) {
    const std::string field = "ids[" + std::to_string(ids.size()) + "]";
    if (!item.is_string()) return Invalid("'" + field + "' must be a string.", field);
    IC_ASSIGN_OR_RETURN(const ObjectId id, ParseId(item.get_ref<const std::string&>(), field));
    ids.push_back(id);
  }
  return ids;
}

Result<http::Reply> Archive(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const Json body, ReadObject(request, {"ids", "archived"}));
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> ids, ReadIds(body));
  const auto archived = body.find("archived");
  if (archived == body.end() || !archived->is_boolean()) {
    return Invalid("'archived' must be true or false.", "archived");
  }
  IC_ASSIGN_OR_RETURN(const store::ArchiveCounts counts,
                      context.store.ArchiveInferences(user.id, ids, archived->get<bool>()));
  return JsonResponse(200, {{"matched", counts.matched}, {"modified", counts.modified}});
}

Result<http::Reply> Download(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const records::Inference inference, store::GetWithResults(context.store, user.id, id));
  return DownloadResponse(context.store, inference, request);
}

}  // namespace

void AddInferenceRoutes(http::Router& router, Context& context) {
  using Function = Result<http::Reply> (*)(Context&, const http::Request&, const records::User&);
  const auto add = [&](const char* method, const char* pattern, Function function) {
    auto handler = [&context, function](http::Request& request, const records::User& user) {
      return function(context, request, user);
    };
    router.Handle(method, pattern, SignedIn(context, handler),
                  {.max_body_bytes = context.options.limits.max_json_bytes});
  };
  add("POST", "/api/inferences/start", Start);
  add("GET", "/api/inferences", List);
  add("POST", "/api/inferences/archive", Archive);
  add("GET", "/api/inferences/{id}", Get);
  add("DELETE", "/api/inferences/{id}", Delete);
  add("GET", "/api/inferences/{id}/download", Download);
}

}  // namespace intelliclinix::api
