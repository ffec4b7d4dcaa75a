#include "dispatch/dispatcher_fixture_test.h"

#include <array>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "store/whole_inference.h"

namespace intelliclinix::dispatch {
namespace {

constexpr std::chrono::minutes kLongest{1};

/// A grey 8-bit PNG of 4 x 3 pixels.
constexpr std::array<unsigned char, 78> kPng = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x00, 0x00, 0x91, 0x9f, 0xf1,
    0x1a, 0x00, 0x00, 0x00, 0x15, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x60, 0xd0, 0x08, 0xa8,
    0x60, 0x10, 0xb1, 0x49, 0xe9, 0x01, 0x31, 0x16, 0x00, 0x00, 0x16, 0xb7, 0x03, 0xc1, 0xed, 0xf2,
    0x8f, 0x52, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

std::vector<std::byte> Bytes(const std::string& text) {
  const auto bytes = AsBytes(text);
  return {bytes.begin(), bytes.end()};
}

std::vector<records::ModelEntry> Models() {
  const std::map<std::string, records::ModelFile> files = {{"weights", {"weights.pth", std::string(64, 'a'), 1}}};
  return {{.id = "fake_model",
           .name = {},
           .runner_name = "fake",
           .description = {},
           .license = {},
           .source = {},
           .files = files},
          {.id = "other_model",
           .name = {},
           .runner_name = "other",
           .description = {},
           .license = {},
           .source = {},
           .files = files},
          {.id = "orphan_model",
           .name = {},
           .runner_name = "not_built_in",
           .description = {},
           .license = {},
           .source = {},
           .files = files}};
}

runners::ParameterTable Parameters() {
  using runners::ParameterType;
  return runners::ParameterTable({{.name = "scale",
                                   .type = ParameterType::kNumber,
                                   .default_value = 2.0,
                                   .description = "How much.",
                                   .minimum = 0,
                                   .maximum = 100},
                                  {.name = "precision",
                                   .type = ParameterType::kString,
                                   .default_value = "f32",
                                   .description = "Of numbers.",
                                   .choices = {"f32", "bf16"}}});
}

/// A damaged image is one that is named so.
records::SourceFile StoreSource(store::Store& store, ObjectId owner, const std::string& filename) {
  auto writer = store.CreateBlob({owner, filename, "image/png", std::nullopt, std::nullopt}).value();
  const std::size_t bytes = filename.starts_with("damaged") ? kPng.size() / 2 : kPng.size();
  EXPECT_TRUE(writer->Write(std::as_bytes(std::span(kPng).first(bytes))));
  const store::BlobRecord blob = writer->Commit().value();
  records::SourceFile file;
  file.blob_id = blob.id;
  file.filename = filename;
  file.image = {3, 4, 1, 8, "image/png", true};
  file.bytes = blob.bytes;
  file.sha256 = blob.sha256;
  return file;
}

}  // namespace

runners::RunOutput EchoOutput(const runners::RunInput& input) {
  runners::RunOutput output;
  output.objects = 7;
  output.diameter = input.params.at("scale").get<double>();
  output.timings_ms["echo"] = 1.5;
  output.artifacts.push_back({"label_mask", input.stem + "_mask.png", "image/png", Bytes("mask of " + input.stem)});
  output.artifacts.push_back({"overlay", input.stem + "_overlay.png", "image/png", Bytes("overlay of " + input.stem)});
  return output;
}

Result<runners::RunOutput> RunUntilStopped(const runners::RunInput&, const runners::RunContext& context) {
  while (!context.stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return Fail(ErrorCode::kCancelled, "The run was stopped.");
}

FakeRunner::FakeRunner(std::string name)
    : description_{.name = std::move(name), .parameters = Parameters()},
      run_([](const runners::RunInput& input, const runners::RunContext&) { return EchoOutput(input); }) {}

void FakeRunner::SetRun(RunFunction run) {
  const std::lock_guard lock(mutex_);
  run_ = std::move(run);
}

Result<runners::ModelReport> FakeRunner::Prepare(const records::ModelEntry& model) {
  return runners::ModelReport{"Fake 1.0", "a processor", "bf16", model.files.at("weights").sha256, 0};
}

Status FakeRunner::CheckParams(const Json&, const records::ImageFacts&) const { return {}; }

Result<runners::RunOutput> FakeRunner::Run(const runners::RunInput& input, const runners::RunContext& context) {
  ++runs_;
  RunFunction run;
  {
    const std::lock_guard lock(mutex_);
    run = run_;
  }
  return run(input, context);
}

Lab::Lab(store::Store& store, const Clock& clock) : store_(store), clock_(clock), catalogue_(Models()) {
  auto runner = std::make_unique<FakeRunner>("fake");
  auto other = std::make_unique<FakeRunner>("other");
  runner_ = runner.get();
  other_runner_ = other.get();
  registry_.Register(std::move(runner));
  registry_.Register(std::move(other));
}

ObjectId Lab::AddInference(int images, const std::string& model, Json params) {
  std::vector<std::string> filenames;
  for (int i = 0; i < images; ++i) filenames.push_back("image-" + std::to_string(i) + ".png");
  return AddInference(filenames, model, std::move(params));
}

ObjectId Lab::AddInference(const std::vector<std::string>& filenames, const std::string& model, Json params) {
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = owner_;
  dataset.name = "cells";
  dataset.created_at = clock_.Now();
  for (const std::string& filename : filenames) dataset.files.push_back(StoreSource(store_, owner_, filename));
  EXPECT_TRUE(store_.InsertDataset(dataset));
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = owner_;
  inference.params = std::move(params);
  inference.model_id = model;
  const records::ModelEntry* const entry = catalogue_.Find(model);
  inference.runner_name = entry == nullptr ? "fake" : entry->runner_name;
  inference.images = static_cast<int>(dataset.files.size());
  inference.created_at = clock_.Now();
  EXPECT_TRUE(store_.InsertInference(inference));
  return inference.id;
}

DispatcherOptions Lab::Options(int workers, std::string name) const {
  DispatcherOptions options;
  options.workers = workers;
  options.worker_name = std::move(name);
  options.build = {.version = "1.2.3", .commit = "abc", .compiler = "a compiler"};
  options.heartbeat = std::chrono::milliseconds(20);
  options.idle_poll = std::chrono::milliseconds(10);
  return options;
}

std::unique_ptr<Dispatcher> Lab::MakeDispatcher(DispatcherOptions options) {
  return std::make_unique<Dispatcher>(DispatcherParts{store_, registry_, catalogue_, pool_, clock_},
                                      std::move(options));
}

std::unique_ptr<Dispatcher> Lab::StartDispatcher(int workers, std::string name) {
  auto dispatcher = MakeDispatcher(Options(workers, std::move(name)));
  dispatcher->Start();
  return dispatcher;
}

records::Inference Lab::Load(ObjectId inference) { return store::GetWithResults(store_, owner_, inference).value(); }

records::Inference Lab::LoadEnded(Dispatcher& dispatcher, ObjectId inference) {
  EXPECT_EQ(Get(EndOf(dispatcher, inference)), WaitEnd::kFinished);
  return Load(inference);
}

std::optional<std::string> Lab::ReadArtifact(const records::Artifact& artifact) {
  if (!store_.GetBlob(owner_, artifact.blob_id)) return std::nullopt;
  const auto source = store_.OpenBlob(artifact.blob_id).value();
  const auto bytes = ReadAll(*source, 1 << 20).value();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool Lab::AllArtifactsThere(const records::Inference& inference) {
  for (const records::ImageResult& result : inference.results) {
    for (const records::Artifact& artifact : result.artifacts) {
      if (!ReadArtifact(artifact)) return false;
    }
  }
  return true;
}

std::future<WaitEnd> EndOf(Dispatcher& dispatcher, ObjectId inference) {
  auto promise = std::make_shared<std::promise<WaitEnd>>();
  dispatcher.Watch(inference, [promise](const Sight& sight) {
    if (sight.state != nullptr && !records::IsFinal(sight.state->status)) return true;
    promise->set_value(sight.stopping ? WaitEnd::kStopping : WaitEnd::kFinished);
    return false;
  });
  return promise->get_future();
}

WaitEnd Get(std::future<WaitEnd> end) {
  if (end.wait_for(kLongest) != std::future_status::ready) {
    ADD_FAILURE() << "nobody ended the wait";
    return WaitEnd::kStopping;
  }
  return end.get();
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace intelliclinix::dispatch
