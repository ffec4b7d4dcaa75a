#include "store_contract.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <thread>

namespace intelliclinix::store {

void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

StoreContract::StoreContract() {
  folder_ = testing::TempDir() + "store_contract.XXXXXX";
  EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  store_ = GetParam().make(folder_, clock_);
}

StoreContract::~StoreContract() {
  store_.reset();
  std::filesystem::remove_all(folder_);
}

records::User StoreContract::MakeUser(const std::string& username) const {
  records::User user;
  user.id = ObjectId::Generate();
  user.username = username;
  user.email = username + "@example.org";
  user.password_hash = "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA";
  user.first_name = "Ada";
  user.last_name = "Lövgren";
  user.created_at = clock_.Now();
  return user;
}

BlobRecord StoreContract::PutBlob(ObjectId owner, std::string_view text, std::optional<ObjectId> inference) {
  NewBlob blob;
  blob.owner_id = owner;
  blob.filename = "a.tif";
  blob.content_type = "image/tiff";
  blob.inference_id = inference;
  auto writer = store().CreateBlob(blob);
  EXPECT_TRUE(writer.has_value());
  EXPECT_TRUE((*writer)->Write(AsBytes(text)).has_value());
  return (*writer)->Commit().value();
}

records::Dataset StoreContract::MakeDataset(ObjectId owner, const std::vector<std::string>& filenames) const {
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = owner;
  dataset.name = "Kidney";
  dataset.created_at = clock_.Now();
  for (const std::string& filename : filenames) {
    records::SourceFile file;
    file.blob_id = ObjectId::Generate();
    file.preview_id = ObjectId::Generate();
    file.filename = filename;
    file.image = {.height = 3, .width = 4, .channels = 1, .bit_depth = 16, .content_type = "image/tiff"};
    file.image.axes = "ZYX";
    dataset.files.push_back(file);
  }
  return dataset;
}

records::Dataset StoreContract::PutDataset(ObjectId owner, const std::vector<std::string>& filenames) {
  records::Dataset dataset = MakeDataset(owner, filenames);
  for (records::SourceFile& file : dataset.files) {
    const BlobRecord blob = PutBlob(owner, file.filename);
    file.blob_id = blob.id;
    file.preview_id = PutBlob(owner, "preview of " + file.filename).id;
    file.bytes = blob.bytes;
    file.sha256 = blob.sha256;
  }
  EXPECT_TRUE(store().InsertDataset(dataset).has_value());
  return dataset;
}

ObjectId StoreContract::PutCorrection(const records::Inference& inference, const records::Dataset& dataset) {
  records::Correction correction;
  correction.id = ObjectId::Generate();
  correction.inference_id = inference.id;
  correction.owner_id = inference.owner_id;
  correction.source_id = dataset.files[0].blob_id;
  correction.file.blob_id = PutBlob(inference.owner_id, "labels", inference.id).id;
  EXPECT_TRUE(store().InsertCorrection(correction).has_value());
  return correction.file.blob_id;
}

records::Inference StoreContract::PutInference(const records::Dataset& dataset) {
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = dataset.owner_id;
  inference.model_id = "cellpose_default";
  inference.runner_name = "cellpose";
  inference.created_at = clock_.Now();
  EXPECT_TRUE(store().InsertInference(inference).has_value());
  return inference;
}

std::vector<records::Task> StoreContract::TasksOf(const records::Inference& inference,
                                                  const records::Dataset& dataset) {
  std::vector<records::Task> tasks;
  for (const records::SourceFile& file : dataset.files) {
    records::Task task;
    task.id = ObjectId::Generate();
    task.inference_id = inference.id;
    task.owner_id = inference.owner_id;
    task.source_id = file.blob_id;
    task.picture_id = file.preview_id.value_or(file.blob_id);
    task.filename = file.filename;
    task.axes = file.image.axes;
    task.position = static_cast<int>(tasks.size());
    tasks.push_back(task);
  }
  return tasks;
}

records::Inference StoreContract::PutJob(int images, ObjectId owner) {
  std::vector<std::string> filenames;
  for (int i = 0; i < images; ++i) filenames.push_back("image" + std::to_string(i) + ".tif");
  const records::Dataset dataset = MakeDataset(owner, filenames);
  EXPECT_TRUE(store().InsertDataset(dataset).has_value());
  const records::Inference inference = PutInference(dataset);
  EXPECT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  return inference;
}

std::optional<records::Task> StoreContract::Claim(const std::string& worker, int max_attempts) {
  TaskStore::ClaimRequest request;
  request.worker = worker;
  request.now = clock_.Now();
  request.max_attempts = max_attempts;
  return store().ClaimTask(request).value();
}

std::optional<records::Task> StoreContract::ClaimAfter(ObjectId owner) {
  TaskStore::ClaimRequest request;
  request.worker = "w1";
  request.now = clock_.Now();
  request.after_owner = owner;
  return store().ClaimTask(request).value();
}

LeaseState StoreContract::Renew(const records::Task& task, const records::Progress& progress) {
  return store().RenewLease(LeaseOf(task), progress, clock_.Now() + std::chrono::seconds(30)).value();
}

InferenceState StoreContract::StateOf(ObjectId inference) {
  const std::vector<InferenceState> states = store().LoadStates({inference}).value();
  EXPECT_EQ(states.size(), 1u);
  return states.at(0);
}

records::TaskLease StoreContract::LeaseOf(const records::Task& task) {
  return {task.id, task.inference_id, task.worker, task.attempt};
}

records::ImageResult StoreContract::Completed(const records::Task& task) {
  records::ImageResult result;
  result.source_filename = task.filename;
  result.original_id = task.source_id;
  result.picture_id = task.picture_id;
  result.completed = true;
  result.objects = 128;
  result.diameter = 17.25;
  result.timings_ms = {{"network", 12.5}};
  return result;
}

records::ImageResult StoreContract::Failed(const records::Task& task, const std::string& detail) {
  records::ImageResult result = Completed(task);
  result.completed = false;
  result.objects = 0;
  result.error = records::InferenceError{std::string(records::error_code::kRunnerError), detail};
  return result;
}

void StoreContract::ClaimAndCommit(bool completed) {
  const std::optional<records::Task> task = Claim();
  ASSERT_TRUE(task.has_value());
  EXPECT_TRUE(store().CommitTask(LeaseOf(*task), completed ? Completed(*task) : Failed(*task)).value());
}

void StoreContract::Race(int threads, const std::function<void(int)>& body) {
  std::latch start(threads);
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&start, &body, thread] {
      start.arrive_and_wait();
      body(thread);
    });
  }
}

std::string ReadText(ByteSource& source) {
  const auto bytes = ReadAll(source, 1 << 20);
  if (!bytes.has_value()) return bytes.error().message;
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

}  // namespace intelliclinix::store
