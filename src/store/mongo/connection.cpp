#include "store/mongo/connection.h"

#include <mutex>
#include <utility>

#include "store/mongo/driver_errors.h"

namespace intelliclinix::store::mongo {
namespace {

constexpr const char* kDefaultDatabase = "intelliclinix";
// Statements that one command has at most; the server takes 100,000.
constexpr std::size_t kBatch = 1000;
// Units: ms. The URI may say otherwise.
constexpr std::int32_t kFindServerMs = 3000;
constexpr std::int32_t kConnectMs = 3000;
constexpr std::int32_t kAnswerMs = 20'000;
constexpr std::int64_t kMajorityMs = 10'000;

/// What the driver made, given back to it by the function that it has for that.
template <auto destroy>
struct Destroy {
  template <typename Made>
  void operator()(Made* made) const {
    destroy(made);
  }
};
using Uri = std::unique_ptr<mongoc_uri_t, Destroy<mongoc_uri_destroy>>;
using ReadPrefs = std::unique_ptr<mongoc_read_prefs_t, Destroy<mongoc_read_prefs_destroy>>;
using ReadConcern = std::unique_ptr<mongoc_read_concern_t, Destroy<mongoc_read_concern_destroy>>;
using WriteConcern = std::unique_ptr<mongoc_write_concern_t, Destroy<mongoc_write_concern_destroy>>;
using Cursor = std::unique_ptr<mongoc_cursor_t, Destroy<mongoc_cursor_destroy>>;
using Collection = std::unique_ptr<mongoc_collection_t, Destroy<mongoc_collection_destroy>>;

/// The library once a process. Its own log lines go nowhere: what matters comes as errors.
void InitializeLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_init();
    mongoc_log_set_handler(nullptr, nullptr);
  });
}

/// The parts of a message of the URI's parser that cannot hold a secret: none. It quotes what it does not understand.
Result<Uri> ParseUri(const std::string& text) {
  Uri uri(mongoc_uri_new_with_error(text.c_str(), nullptr));
  if (uri) return uri;
  return Fail(ErrorCode::kInvalidArgument,
              "The store's URI is not understood. Write mongodb://HOST:PORT/DATABASE or mongodb+srv://HOST/DATABASE, "
              "with user and password percent-encoded before an @.",
              "store");
}

void SetDefault(mongoc_uri_t* uri, const char* option, std::int32_t value) {
  if (!mongoc_uri_has_option(uri, option)) mongoc_uri_set_option_as_int32(uri, option, value);
}

/// What the store promises does not depend on options of the URI: a write waits for the majority (see Write), and a
/// read asks the primary, since what a stale member does not know would be swept.
void HoldToPromises(mongoc_uri_t* uri) {
  const ReadPrefs primary(mongoc_read_prefs_new(MONGOC_READ_PRIMARY));
  mongoc_uri_set_read_prefs_t(uri, primary.get());
  const ReadConcern local(mongoc_read_concern_new());
  mongoc_uri_set_read_concern(uri, local.get());
  const WriteConcern none(mongoc_write_concern_new());
  mongoc_uri_set_write_concern(uri, none.get());
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& text) {
  InitializeLibrary();
  IC_ASSIGN_OR_RETURN(const Uri uri, ParseUri(text));
  // An outage is told soon, and ends soon; nobody waits for minutes as the driver's defaults have it.
  SetDefault(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, kFindServerMs);
  SetDefault(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, kConnectMs);
  SetDefault(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, kAnswerMs);
  SetDefault(uri.get(), MONGOC_URI_WAITQUEUETIMEOUTMS, kAnswerMs);
  HoldToPromises(uri.get());
  const char* const named = mongoc_uri_get_database(uri.get());
  bson_error_t error;
  mongoc_client_pool_t* const pool = mongoc_client_pool_new_with_error(uri.get(), &error);
  if (pool == nullptr) return DriverError(error);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  mongoc_client_pool_set_appname(pool, "intelliclinix");
  std::unique_ptr<Connection> connection(new Connection(pool, named != nullptr && *named ? named : kDefaultDatabase));
  IC_RETURN_IF_ERROR(connection->Command(Make("ping", 1)));
  return connection;
}

Result<Connection::Client> Connection::Borrow() {
  mongoc_client_t* const client = mongoc_client_pool_pop(pool_.get());
  if (client == nullptr) return Fail(ErrorCode::kUnavailable, "All connections to MongoDB are in use.");
  return Client(client, GiveBack{pool_.get()});
}

Result<Document> Connection::Command(const Document& command) {
  IC_ASSIGN_OR_RETURN(const Client client, Borrow());
  bson_t reply;
  bson_error_t error;
  const bool done = mongoc_client_read_write_command_with_opts(client.get(), database_.c_str(), command.get(), nullptr,
                                                               nullptr, &reply, &error);
  Document taken = Document::Take(reply);
  if (!done) return DriverError(error);
  return taken;
}

Result<Document> Connection::Write(Document command) {
  command.Set("writeConcern", Make("w", "majority", "j", true, "wtimeout", kMajorityMs));
  IC_ASSIGN_OR_RETURN(const Client client, Borrow());
  bson_t reply;
  bson_error_t error;
  const bool done =
      mongoc_client_write_command_with_opts(client.get(), database_.c_str(), command.get(), nullptr, &reply, &error);
  Document taken = Document::Take(reply);
  // Errors of single statements stand in the reply, which callers read.
  if (!done && !taken.view().Has("writeErrors")) return DriverError(error);
  return taken;
}

Status Connection::Drain(mongoc_cursor_t* opened, const Body& body) {
  const Cursor cursor(opened);
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) {
    IC_ASSIGN_OR_RETURN(const bool more, body(View(document)));
    if (!more) return {};
  }
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) return DriverError(error);
  return {};
}

Status Connection::Find(const char* collection, const Document& filter, const FindOptions& options, const Body& body) {
  IC_ASSIGN_OR_RETURN(const Client client, Borrow());
  const Collection from(mongoc_client_get_collection(client.get(), database_.c_str(), collection));
  Document opts;
  if (!bson_empty(options.projection.get())) opts.Set("projection", options.projection);
  if (!bson_empty(options.sort.get())) opts.Set("sort", options.sort);
  if (options.limit > 0) opts.Set("limit", options.limit);
  if (options.batch_size > 0) opts.Set("batchSize", options.batch_size);
  return Drain(mongoc_collection_find_with_opts(from.get(), filter.get(), opts.get(), nullptr), body);
}

Status Connection::Aggregate(const char* collection, const std::vector<Document>& pipeline, const Body& body) {
  IC_ASSIGN_OR_RETURN(const Client client, Borrow());
  const Collection from(mongoc_client_get_collection(client.get(), database_.c_str(), collection));
  return Drain(
      mongoc_collection_aggregate(from.get(), MONGOC_QUERY_NONE, Make("pipeline", pipeline).get(), nullptr, nullptr),
      body);
}

Result<std::optional<Document>> Connection::FindOne(const char* collection, const Document& filter,
                                                    FindOptions options) {
  options.limit = 1;
  std::optional<Document> found;
  IC_RETURN_IF_ERROR(Find(collection, filter, options, [&found](View document) -> Result<bool> {
    found = Document::CopyOf(document);
    return false;
  }));
  return found;
}

Result<std::vector<ObjectId>> Connection::FindIds(const char* collection, const Document& filter, std::int64_t limit) {
  FindOptions options{.projection = Make("_id", 1), .limit = limit};
  if (limit > 0) options.sort = Make("_id", 1);
  std::vector<ObjectId> ids;
  IC_RETURN_IF_ERROR(Find(collection, filter, options, [&ids](View document) -> Result<bool> {
    if (const auto id = document.Id("_id")) ids.push_back(*id);
    return true;
  }));
  return ids;
}

Result<bool> Connection::Exists(const char* collection, const Document& filter) {
  IC_ASSIGN_OR_RETURN(const auto found, FindOne(collection, filter, {.projection = Make("_id", 1)}));
  return found.has_value();
}

Result<std::int64_t> Connection::Count(const char* collection, const Document& filter) {
  IC_ASSIGN_OR_RETURN(const Document reply, Command(Make("count", collection, "query", filter)));
  return reply.view().Int("n");
}

Result<bool> Connection::HasCollection(const char* name) {
  IC_ASSIGN_OR_RETURN(const Document reply,
                      Command(Make("listCollections", 1, "filter", Make("name", name), "nameOnly", true)));
  return !reply.view().Value("cursor.firstBatch").empty();
}

Status Connection::Insert(const char* collection, const Document& document) {
  std::vector<Document> documents;
  documents.push_back(Document::CopyOf(document));
  IC_ASSIGN_OR_RETURN(const Document reply, Write(Make("insert", collection, "documents", documents)));
  return CheckWriteReply(reply);
}

Status Connection::InsertMissing(const char* collection, const std::vector<Document>& documents) {
  for (std::size_t first = 0; first < documents.size(); first += kBatch) {
    std::vector<Document> batch;
    for (std::size_t i = first; i < std::min(first + kBatch, documents.size()); ++i) {
      batch.push_back(Document::CopyOf(documents[i]));
    }
    IC_ASSIGN_OR_RETURN(const Document reply, Write(Make("insert", collection, "documents", batch, "ordered", false)));
    IC_RETURN_IF_ERROR(CheckWriteReply(reply, true));
  }
  return {};
}

Result<UpdateCounts> Connection::UpdateOne(const char* collection, Document filter, Document change, bool upsert) {
  std::vector<Update> updates;
  updates.push_back({std::move(filter), std::move(change), false, upsert});
  return UpdateAll(collection, updates);
}

Result<UpdateCounts> Connection::UpdateMany(const char* collection, Document filter, Document change) {
  std::vector<Update> updates;
  updates.push_back({std::move(filter), std::move(change), true, false});
  return UpdateAll(collection, updates);
}

Result<UpdateCounts> Connection::UpdateAll(const char* collection, const std::vector<Update>& updates) {
  UpdateCounts counts;
  for (std::size_t first = 0; first < updates.size(); first += kBatch) {
    std::vector<Document> batch;
    for (std::size_t i = first; i < std::min(first + kBatch, updates.size()); ++i) {
      const Update& update = updates[i];
      batch.push_back(Make("q", update.filter, "u", update.change, "multi", update.multi, "upsert", update.upsert));
    }
    IC_ASSIGN_OR_RETURN(const Document reply, Write(Make("update", collection, "updates", batch)));
    IC_RETURN_IF_ERROR(CheckWriteReply(reply));
    counts.matched += reply.view().Int("n");
    counts.modified += reply.view().Int("nModified");
  }
  return counts;
}

Result<std::optional<Document>> Connection::FindAndModify(const char* collection, const Document& filter,
                                                          const Document& sort, const Document& change) {
  IC_ASSIGN_OR_RETURN(const Document reply,
                      Write(Make("findAndModify", collection, "query", filter, "sort", sort, "update", change)));
  IC_RETURN_IF_ERROR(CheckWriteReply(reply));
  bson_iter_t found;
  bson_t value;
  const std::uint8_t* bytes = nullptr;
  std::uint32_t length = 0;
  if (!bson_iter_init_find(&found, reply.get(), "value") || !BSON_ITER_HOLDS_DOCUMENT(&found)) return std::nullopt;
  bson_iter_document(&found, &length, &bytes);
  if (!bson_init_static(&value, bytes, length)) return std::nullopt;
  return Document::CopyOf(View(&value));
}

Result<std::int64_t> Connection::Delete(const char* collection, const Document& filter) {
  std::vector<Document> deletes;
  deletes.push_back(Make("q", filter, "limit", 0));
  IC_ASSIGN_OR_RETURN(const Document reply, Write(Make("delete", collection, "deletes", deletes)));
  IC_RETURN_IF_ERROR(CheckWriteReply(reply));
  return reply.view().Int("n");
}

}  // namespace intelliclinix::store::mongo
