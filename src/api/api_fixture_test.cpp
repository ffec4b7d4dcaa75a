#include "api/api_fixture_test.h"

#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>

#include "base/byte_source.h"

namespace intelliclinix::api::testing {
namespace {

template <typename T>
T Take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

void Check(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

class SizeRunner final : public runners::ModelRunner {
 public:
  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry&) override { return runners::ModelReport{}; }
  Status CheckParams(const Json&, const records::ImageFacts&) const override { return {}; }
  Result<runners::RunOutput> Run(const runners::RunInput& input, const runners::RunContext&) override {
    const std::string text = std::to_string(input.source.width) + "x" + std::to_string(input.source.height);
    const auto bytes = AsBytes(text);
    runners::RunOutput output;
    output.objects = 1;
    output.artifacts.push_back({"size", input.stem + "_size.txt", "text/plain", {bytes.begin(), bytes.end()}});
    return output;
  }

 private:
  const runners::RunnerDescription description_{
      .name = "size",
      .parameters = runners::ParameterTable({{.name = "scale",
                                              .type = runners::ParameterType::kNumber,
                                              .default_value = 1.0,
                                              .description = "Does nothing.",
                                              .minimum = 0.5,
                                              .maximum = 2}})};
};

std::vector<records::ModelEntry> Models() {
  records::ModelEntry size{.id = "size_model",
                           .name = "Size",
                           .runner_name = "size",
                           .description = "Tells the size of an image.",
                           .license = "CC0-1.0",
                           .source = "made here",
                           .files = {{"weights", {.path = "none", .sha256 = std::string(64, 'a'), .bytes = 3}}}};
  records::ModelEntry orphan{.id = "orphan",
                             .name = "Orphan",
                             .runner_name = "unregistered",
                             .description = "Nothing runs it.",
                             .license = "CC0-1.0",
                             .source = "made here",
                             .files = {}};
  return {size, orphan};
}

ApiOptions Options() {
  ApiOptions options;
  options.version = "1.2.3";
  return options;
}

http::Request RequestOf(const Ask& ask, const http::Router::Match& match) {
  http::Request request;
  request.method = ask.method;
  request.path = ask.path.substr(0, ask.path.find('?'));
  request.params = match.params;
  request.route = match.route->pattern;
  request.request_id = "0123456789abcdef";
  request.remote_address = "192.0.2.1";
  request.body = ask.body;
  if (!ask.token.empty()) request.headers.Add("Authorization", "Bearer " + ask.token);
  if (!ask.body.empty()) request.headers.Add("Content-Type", ask.content_type);
  for (const auto& [name, value] : ask.headers) request.headers.Add(name, value);
  std::string_view query = std::string_view(ask.path).substr(request.path.size());
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = pair.find('=');
    request.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    query.remove_prefix(pair.size());
  }
  return request;
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

http::Response Wait(http::Reply reply) {
  if (auto* response = std::get_if<http::Response>(&reply)) return std::move(*response);
  const auto promise = std::make_shared<std::promise<http::Response>>();
  std::future<http::Response> future = promise->get_future();
  std::get<http::Deferred>(reply).start(
      [promise](http::Response response) { promise->set_value(std::move(response)); });
  return future.get();
}

}  // namespace

std::unique_ptr<runners::ModelRunner> MakeSizeRunner() { return std::make_unique<SizeRunner>(); }

std::string BodyText(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* stream = std::get_if<std::shared_ptr<http::TextStream>>(&response.body)) {
    return (*stream)->Take([] {}).text;
  }
  const std::vector<std::byte> bytes = Take(ReadAll(*std::get<std::shared_ptr<ByteSource>>(response.body), 1 << 30));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Json BodyJson(const http::Response& response) { return Take(ParseJson(BodyText(response))); }

std::string FormBody(const std::vector<std::pair<std::string, std::string>>& fields,
                     const std::vector<std::pair<std::string, std::string>>& files) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body += "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  for (const auto& [filename, bytes] : files) {
    body += "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + Quoted(filename) + "\"\r\n\r\n";
    body += bytes + "\r\n";
  }
  return body + "--edge--\r\n";
}

std::string ExampleBytes(std::string_view filename) {
  const auto file = Take(FileSource::Open(INTELLICLINIX_SOURCE_DIR "/examples/" + std::string(filename)));
  const std::vector<std::byte> bytes = Take(ReadAll(*file, 1 << 30));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TestApi::TestApi(int workers)
    : catalogue(Models()),
      views(store, pool, {.folder = std::filesystem::temp_directory_path()}, {}),
      dispatcher({store, registry, catalogue, pool, clock},
                 {.workers = workers,
                  .build = {.version = "1.2.3", .commit = "abc", .compiler = "a compiler"},
                  .source_limits = {}}),
      context{store,     dispatcher, registry, catalogue, clock,     tokens,
              passwords, hashing,    metrics,  views,     previewer, Options()},
      router(MakeRoutes(context)),
      hooks(MakeHooks(context.metrics, context.options.cors_origins)) {
  registry.Register(MakeSizeRunner());
  Check(catalogue.PrepareAll(registry, clock));
  if (workers > 0) dispatcher.Start();
}

TestApi::~TestApi() { dispatcher.Stop(std::chrono::milliseconds(0)); }

http::Response TestApi::Call(const Ask& ask) {
  const http::Router::Match match = router.Find(ask.method, ask.path.substr(0, ask.path.find('?')));
  if (match.route == nullptr) throw std::runtime_error("no route for " + ask.method + " " + ask.path);
  http::Request request = RequestOf(ask, match);
  if (const auto* handler = std::get_if<http::Handler>(&match.route->handler)) return Wait((*handler)(request));
  const std::string body = std::exchange(request.body, "");
  auto taken = std::get<http::UploadHandler>(match.route->handler)(request);
  if (auto* response = std::get_if<http::Response>(&taken)) return std::move(*response);
  const auto sink = std::move(std::get<std::unique_ptr<http::BodySink>>(taken));
  constexpr std::size_t kPiece = 64 << 10;
  for (std::size_t at = 0; at < body.size(); at += kPiece) {
    const Status written = sink->Write(AsBytes(std::string_view(body).substr(at, kPiece)));
    if (!written) return hooks.render_error(written.error(), request);
  }
  return Wait(sink->Finish());
}

Person TestApi::AddPerson(const std::string& username) {
  Person person;
  person.password = "correct horse battery";
  person.user.id = ObjectId::Generate();
  person.user.username = username;
  person.user.email = username + "@example.org";
  person.user.password_hash = Take(passwords.Hash(person.password));
  person.user.created_at = clock.Now();
  Check(store.InsertUser(person.user));
  person.token = tokens.Issue(person.user.id);
  return person;
}

ObjectId TestApi::AddBlob(const Person& person, std::string_view text, std::optional<ObjectId> inference) {
  store::NewBlob blob;
  blob.owner_id = person.user.id;
  blob.filename = "cells.png";
  blob.content_type = "image/png";
  blob.inference_id = inference;
  const auto writer = Take(store.CreateBlob(blob));
  Check(writer->Write(AsBytes(text)));
  return Take(writer->Commit()).id;
}

records::Dataset TestApi::AddDataset(const Person& person) {
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = person.user.id;
  dataset.name = "plate 7";
  dataset.created_at = clock.Now();
  records::SourceFile& file = dataset.files.emplace_back();
  file.blob_id = AddBlob(person, "pixels", std::nullopt);
  file.filename = "cells.png";
  file.image = {
      .height = 2, .width = 3, .channels = 1, .bit_depth = 8, .content_type = "image/png", .browser_shows = true};
  file.bytes = 6;
  file.sha256 = Take(store.GetBlob(person.user.id, file.blob_id)).sha256;
  Check(store.InsertDataset(dataset));
  return dataset;
}

records::Inference TestApi::AddQueuedInference(const records::Dataset& dataset) {
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = dataset.owner_id;
  inference.model_id = "size_model";
  inference.runner_name = "size";
  inference.created_at = clock.Now();
  Check(store.InsertInference(inference));
  records::Task task;
  task.id = ObjectId::Generate();
  task.inference_id = inference.id;
  task.owner_id = dataset.owner_id;
  task.source_id = task.picture_id = dataset.files[0].blob_id;
  task.filename = dataset.files[0].filename;
  Check(store.InsertTasks(inference.id, {task}));
  return inference;
}

Belongings TestApi::AddBelongings(const Person& person) {
  Belongings belongings{.dataset = AddDataset(person), .inference = {}, .artifact = {}};
  belongings.inference = AddQueuedInference(belongings.dataset);
  const ObjectId inference = belongings.inference.id;
  const records::Task task = Take(store.ClaimTask({.worker = "w", .now = clock.Now()})).value();
  belongings.artifact = {.kind = std::string(records::artifact_kind::kLabelMask),
                         .blob_id = AddBlob(person, "labels", inference),
                         .filename = "cells_cp_masks.png",
                         .content_type = "image/png",
                         .bytes = 6,
                         .sha256 = ""};
  belongings.artifact.sha256 = Take(store.GetBlob(person.user.id, belongings.artifact.blob_id)).sha256;
  records::ImageResult result;
  result.source_filename = task.filename;
  result.original_id = result.picture_id = task.source_id;
  result.completed = true;
  result.artifacts.push_back(belongings.artifact);
  Take(store.CommitTask({task.id, inference, "w", task.attempt}, result));
  Take(store.FinishInference(inference, Json::object(), clock.Now()));
  return belongings;
}

void TestApi::AddUserWithHash(const std::string& username, const std::string& hash) {
  records::User user;
  user.id = ObjectId::Generate();
  user.username = username;
  user.email = username + "@example.org";
  user.password_hash = hash;
  user.created_at = clock.Now();
  Check(store.InsertUser(user));
}

}  // namespace intelliclinix::api::testing
