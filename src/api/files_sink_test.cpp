// POST /api/datasets/{id}/files: a dataset grows by good images, and bad forms leave nothing behind.
#include "api/files_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/errors.h"
#include "api/sample_images_test.h"
#include "store/failing/failing_store.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class FilesSinkTest : public ::testing::Test {
 protected:
  FilesSinkTest() {
    const http::Response made = Send("/api/datasets/upload", {{"name", "n"}}, {{"a.png", png_}});
    dataset_ = BodyJson(made).at("dataset_id");
    blobs_ = api_.store.CountBlobs();
  }

  http::Response Send(const std::string& path, const Pairs& fields, const Pairs& files) {
    return api_.Call({.method = "POST",
                      .path = path,
                      .token = ada_.token,
                      .body = testing::FormBody(fields, files),
                      .content_type = std::string(testing::kFormType)});
  }
  http::Response Add(const Pairs& files, const Pairs& fields = {}) {
    return Send("/api/datasets/" + dataset_ + "/files", fields, files);
  }

  std::vector<std::string> Names() {
    const Json dataset =
        BodyJson(api_.Call({.method = "GET", .path = "/api/datasets/" + dataset_, .token = ada_.token}));
    std::vector<std::string> names;
    for (const Json& file : dataset.at("files")) names.push_back(file.at("filename"));
    return names;
  }

  void ExpectRefused(const http::Response& response, int status, std::string_view field, const std::string& text) {
    const Json body = BodyJson(response);
    EXPECT_EQ(response.status, status) << body;
    EXPECT_EQ(body.value("field", ""), field) << body;
    EXPECT_THAT(body.value("error", ""), HasSubstr(text));
    EXPECT_THAT(Names(), ElementsAre("a.png"));
    EXPECT_EQ(api_.store.CountBlobs(), blobs_);
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
  const std::string png_ = testing::ExampleBytes("fluorescence_small_256x256.png");
  const std::string other_png_ = testing::ExampleBytes("fluorescence_faint_256x256.png");
  const std::string tiff_ = testing::Tiff16(20, 10);
  std::string dataset_;
  std::size_t blobs_ = 0;
};

TEST_F(FilesSinkTest, AddsFilesAtTheEnd) {
  const http::Response added = Add({{"c.tif", tiff_}, {"b.png", png_}});
  ASSERT_EQ(added.status, 201) << testing::BodyText(added);
  const Json files = BodyJson(added).at("files");
  EXPECT_EQ(files.at(0).at("filename"), "c.tif");
  EXPECT_EQ(files.at(0).at("bit_depth"), 16);
  EXPECT_TRUE(files.at(0).contains("preview_id"));
  EXPECT_EQ(files.at(1).at("filename"), "b.png");
  EXPECT_THAT(Names(), ElementsAre("a.png", "c.tif", "b.png"));
  EXPECT_EQ(api_.store.CountBlobs(), blobs_ + 3) << "two images and a preview";
}

TEST_F(FilesSinkTest, WhatIsThereAlreadyIsNotAddedAgain) {
  const http::Response again = Add({{"a.png", png_}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(api_.store.CountBlobs(), blobs_);
  const http::Response resumed = Add({{"a.png", png_}, {"b.tif", tiff_}});
  EXPECT_EQ(resumed.status, 201);
  EXPECT_EQ(BodyJson(resumed).at("files").at(0), BodyJson(again).at("files").at(0));
  EXPECT_THAT(Names(), ElementsAre("a.png", "b.tif"));
  EXPECT_EQ(api_.store.CountBlobs(), blobs_ + 2);
}

TEST_F(FilesSinkTest, OtherBytesUnderANameAreRefused) {
  ExpectRefused(Add({{"b.tif", tiff_}, {"a.png", other_png_}}), 409, "files", "'a.png'");
}

TEST_F(FilesSinkTest, BadFormsAreRefusedByName) {
  ExpectRefused(Add({{"b.png", png_}, {"notes.png", "These are notes."}}), 400, "files", "'notes.png'");
  ExpectRefused(Add({{"b.png", png_}, {"b.png", png_}}), 400, "files", "two files of the name");
  ExpectRefused(Add({}), 400, "files", "no files");
  ExpectRefused(Add({{"b.png", png_}}, {{"name", "n"}}), 400, "name", "not known");
  ExpectRefused(Add({{"b.png", png_}}, {{"axes", "QYX"}}), 400, "axes", "");
  ExpectRefused(Add({{"b.png", png_}}, {{"axes", std::string(17, 'Z')}}), 400, "axes", "too long");
  ExpectRefused(Add({{"b.png", png_}}, {{"files", "text"}}), 400, "files", "with its file name");
}

TEST_F(FilesSinkTest, LimitsAreThoseOfADataset) {
  api_.context.options.limits.max_files = 2;
  ExpectRefused(Add({{"b.tif", tiff_}, {"c.png", png_}}), 413, "files", "more than 2 files");
  EXPECT_EQ(Add({{"a.png", png_}, {"b.tif", tiff_}}).status, 201);
}

TEST_F(FilesSinkTest, AnInferenceIsOfTheFilesThatWereThere) {
  const http::Response started = api_.Call({.method = "POST",
                                            .path = "/api/inferences/start",
                                            .token = ada_.token,
                                            .body = DumpJson({{"dataset_id", dataset_}, {"model_id", "size_model"}}),
                                            .headers = {{"Prefer", "respond-async"}}});
  const ObjectId inference = *ObjectId::Parse(BodyJson(started).at("inference_id").get<std::string>());
  EXPECT_EQ(Add({{"b.tif", tiff_}}).status, 201);
  EXPECT_EQ(api_.store.GetInference(ada_.user.id, inference)->images, 1);
}

TEST_F(FilesSinkTest, AStoreThatFailsKeepsNothing) {
  const auto add = [&](const store::failing::Failure& failure) -> int {
    store::failing::FailingStore failing(api_.store);
    failing.Inject(failure);
    Context context{failing,      api_.dispatcher, api_.registry,  api_.catalogue,
                    api_.clock,   api_.tokens,     api_.passwords, api_.hashing,
                    api_.metrics, api_.views,      api_.previewer, api_.context.options};
    const http::Request head;
    FilesSink sink({context, head, ada_.user.id, *ObjectId::Parse(dataset_)}, "edge");
    const Status written = sink.Write(AsBytes(testing::FormBody({}, {{"b.tif", tiff_}})));
    return written ? std::get<http::Response>(sink.Finish()).status : HttpStatus(written.error().code);
  };
  EXPECT_EQ(add({.call = "BlobWriter::Commit"}), 503);
  EXPECT_EQ(add({.call = "AddFiles", .error = {ErrorCode::kInternal, "The store is broken.", {}}}), 500);
  EXPECT_EQ(api_.store.CountBlobs(), blobs_);
  // The answer was lost, the files were not.
  EXPECT_EQ(add({.call = "AddFiles", .has_effect = true}), 503);
  EXPECT_THAT(Names(), ElementsAre("a.png", "b.tif"));
  EXPECT_EQ(api_.store.CountBlobs(), blobs_ + 2);
}

}  // namespace
}  // namespace intelliclinix::api
