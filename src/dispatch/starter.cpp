#include "dispatch/starter.h"

#include <algorithm>
#include <span>
#include <vector>

#include "dispatch/plan.h"
#include "records/dataset.h"
#include "records/task.h"

namespace intelliclinix::dispatch {
namespace {

/// One task an image, in the order of the dataset's files; not of those that came after the inference.
std::vector<records::Task> MakeTasks(const records::Inference& inference, const records::Dataset& dataset) {
  std::vector<records::Task> tasks;
  const std::size_t all = dataset.files.size();
  const std::size_t images = inference.images ? std::min(all, static_cast<std::size_t>(*inference.images)) : all;
  tasks.reserve(images);
  for (const records::SourceFile& file : std::span(dataset.files).first(images)) {
    records::Task task;
    task.id = ObjectId::Generate();
    task.inference_id = inference.id;
    task.owner_id = inference.owner_id;
    task.source_id = file.blob_id;
    task.picture_id = file.preview_id.value_or(file.blob_id);
    task.filename = file.filename;
    task.axes = file.image.axes;
    task.position = static_cast<int>(tasks.size());
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace

Status Starter::Dispatch(ObjectId inference) {
  const DispatcherParts& parts = environment_.parts;
  IC_ASSIGN_OR_RETURN(const records::Inference document, parts.store.LoadInference(inference));
  if (records::IsFinal(document.status)) return {};
  if (document.dispatched) {
    tasks_added_();  // its failed images are to be tried again
    return {};
  }
  const std::expected<Plan, records::InferenceError> plan = MakePlan(document, parts.registry, parts.catalogue);
  if (!plan) return finisher_.Fail(inference, plan.error());
  const Result<records::Dataset> dataset = parts.store.GetDataset(document.owner_id, document.dataset_id);
  if (!dataset && dataset.error().code == ErrorCode::kNotFound) {
    return finisher_.Fail(inference, {std::string(records::error_code::kDatasetGone),
                                      "Its dataset is gone. Upload the images again, and start another inference."});
  }
  if (!dataset) return std::unexpected(dataset.error());
  const std::vector<records::Task> tasks = MakeTasks(document, *dataset);
  IC_RETURN_IF_ERROR(parts.store.InsertTasks(inference, tasks));
  if (tasks.empty()) return finisher_.Finish(inference);
  tasks_added_();
  return {};
}

}  // namespace intelliclinix::dispatch
