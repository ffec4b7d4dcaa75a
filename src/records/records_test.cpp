#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "records/inference.h"
#include "records/json_codec.h"
#include "records/task.h"

namespace intelliclinix::records {
namespace {

TEST(InferenceStatus, OnlyGoesForwardUntilARetry) {
  using enum InferenceStatus;
  EXPECT_TRUE(CanTransition(kQueued, kRunning));
  EXPECT_TRUE(CanTransition(kQueued, kFailed));
  EXPECT_TRUE(CanTransition(kRunning, kCompleted));
  EXPECT_FALSE(CanTransition(kRunning, kQueued));
  EXPECT_FALSE(CanTransition(kCompleted, kFailed));
  EXPECT_FALSE(CanTransition(kFailed, kRunning));
  EXPECT_FALSE(CanTransition(kQueued, kQueued));
  EXPECT_TRUE(CanTransition(kCompleted, kQueued));
  EXPECT_TRUE(CanTransition(kFailed, kQueued));
}

TEST(InferenceStatus, NamesRoundTrip) {
  for (const char* name : {"queued", "running", "completed", "failed"}) {
    EXPECT_EQ(StatusName(ParseStatus(name).value()), name);
    EXPECT_EQ(TaskStateName(ParseTaskState(name).value()), name);
  }
  EXPECT_FALSE(ParseStatus("done").has_value());
}

ImageResult SomeResult() {
  ImageResult result;
  result.source_filename = "zelle ä.tif";
  result.original_id = ObjectId::Generate();
  result.picture_id = ObjectId::Generate();
  result.completed = true;
  result.objects = 12;
  result.diameter = 17.25;
  result.axes = "ZYX";
  result.warnings = {"blurred"};
  result.timings_ms = {{"network", 12.5}};
  result.artifacts = {{"label_mask", ObjectId::Generate(), "a_cp_masks.png", "image/png", 123, "ab"},
                      {"overlay", ObjectId::Generate(), "a_overlay.png", "image/png", 5, "cd"}};
  return result;
}

TEST(JsonCodec, ResultRoundTrips) {
  const ImageResult result = SomeResult();
  const Json json = ToJson(result);
  EXPECT_EQ(json["mask_id"], result.artifacts[0].blob_id.ToString());
  EXPECT_TRUE(json["class_mask_id"].is_null());
  EXPECT_EQ(ToJson(ImageResultFromJson(json).value()), json);
}

TEST(JsonCodec, ReadsOlderDocumentsAndRefusesBrokenOnes) {
  const ObjectId id = ObjectId::Generate();
  const Json old = {{"source_filename", "a.png"}, {"source_image_gridfs_id", id.ToString()}, {"extra", 1}};
  EXPECT_EQ(ImageResultFromJson(old).value().original_id, id);
  EXPECT_FALSE(ImageResultFromJson(Json{{"source_filename", 7}}).has_value());
  EXPECT_FALSE(ImageResultFromJson(Json::array()).has_value());
  EXPECT_EQ(SourceFileFromJson(Json{{"gridfs_id", "nope"}}).error().code, ErrorCode::kInternal);
}

TEST(JsonCodec, ProgressThatIsNotKnownIsNull) {
  Progress progress{.images_done = 1, .images_total = 4};
  EXPECT_TRUE(ToJson(progress)["eta_s"].is_null());
  EXPECT_TRUE(ToJson(progress)["queue_position"].is_null());
  progress.eta_s = 2.5;
  progress.queue_position = 3;
  EXPECT_EQ(ToJson(progress).dump(),
            R"({"images_done":1,"images_total":4,"tiles_done":0,"tiles_total":0,"eta_s":2.5,"queue_position":3})");
}

TEST(JsonCodec, SourceFileRoundTrips) {
  SourceFile file;
  file.blob_id = ObjectId::Generate();
  file.preview_id = ObjectId::Generate();
  file.filename = "a.tif";
  file.image = {10, 20, 3, 16, "image/tiff", false};
  file.bytes = 99;
  file.sha256 = "ef";
  EXPECT_EQ(ToJson(SourceFileFromJson(ToJson(file)).value()), ToJson(file));
  EXPECT_EQ(ToJson(file).at("pixel_size_um"), nullptr);
  file.image.axes = "ZCYX";
  file.image.depth = 5;
  file.image.channel_names = {"DAPI", "", "GFP"};
  file.image.pixel_size_um = {0.325, 0.65};
  const Json json = ToJson(file);
  EXPECT_EQ(json.at("pixel_size_um"), (Json{{"x", 0.325}, {"y", 0.65}}));
  EXPECT_EQ(ToJson(SourceFileFromJson(json).value()), json);
}

}  // namespace
}  // namespace intelliclinix::records
