// What queries of inferences and of tasks have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/inference.h"
#include "records/task.h"
#include "store/sqlite/rows.h"

namespace intelliclinix::store::sqlite {

/// Text to be made into SQL at compile time: the columns that ReadProgress reads, of the tasks `t` of a group. All are
/// in the index task_progress.
#define IC_PROGRESS_COLUMNS                                                       \
  "count(t.inference_id), coalesce(sum(t.state IN ('completed', 'failed')), 0), " \
  "coalesce(sum(t.tiles_done), 0), coalesce(sum(t.tiles_total), 0)"

/// `first`: the first of these columns.
records::Progress ReadProgress(const Rows& rows, int first);

std::optional<std::string> ErrorColumn(const std::optional<records::InferenceError>& error);
Result<std::optional<records::InferenceError>> ReadError(const Rows& rows, int column);

/// The status of an inference of `owner`, if there is one.
Result<std::optional<records::InferenceStatus>> StatusOf(Database& database, ObjectId owner, ObjectId id);

/// Whether a model was imported and is there.
Result<bool> HasModel(Database& database, std::string_view id);

/// Columns: id, source_id, picture_id, filename.
records::Task ReadTaskNames(const Rows& rows);

/// Ends a task, whatever its state, with `result`.
Status EndTask(Database& database, ObjectId task, const records::ImageResult& result);

/// Ends the open tasks of a cancelled inference that no worker holds at `now`.
Status EndUnheldTasks(Database& database, ObjectId inference, TimePoint now);

/// How many tasks of an inference there are in each state that matters to its end.
struct TaskCounts {
  std::int64_t open = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
};

Result<TaskCounts> CountTasks(Database& database, ObjectId inference);

/// Ends an inference as failed.
Status FailRow(Database& database, ObjectId inference, const records::InferenceError& error, TimePoint at);

}  // namespace intelliclinix::store::sqlite
