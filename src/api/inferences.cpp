#include "api/inferences.h"

#include <charconv>

#include "api/download.h"
#include "api/errors.h"
#include "api/inference_document.h"
#include "api/progress.h"
#include "api/request.h"
#include "store/whole_inference.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxArchiveIds = 1000;

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
  for (records::Inference inference : found.items) {
    inference.progress.eta_s = EstimateSeconds(StateOf(inference), context.clock.Now());
    items.push_back(InferenceDocument(inference));
  }
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
  IC_ASSIGN_OR_RETURN(records::Inference inference, context.store.GetInference(user.id, id));
  inference.progress.eta_s = EstimateSeconds(StateOf(inference), context.clock.Now());
  if (inference.status == records::InferenceStatus::kQueued) {
    IC_ASSIGN_OR_RETURN(inference.progress.queue_position, context.store.QueuePosition(id));
  }
  Json document = InferenceDocument(inference);
  store::ResultsPage page;
  if (records::IsFinal(inference.status)) {
    IC_ASSIGN_OR_RETURN(page, context.store.ListResults(user.id, id, {.first = first}));
  }
  AddResults(document, page);
  return JsonResponse(200, document);
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
  add("GET", "/api/inferences", List);
  add("POST", "/api/inferences/archive", Archive);
  add("GET", "/api/inferences/{id}", Get);
  add("GET", "/api/inferences/{id}/download", Download);
}

}  // namespace intelliclinix::api
