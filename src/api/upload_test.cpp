// POST /api/datasets/upload: what becomes of good forms, and that bad ones leave nothing behind.
#include <future>

#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/errors.h"
#include "api/sample_images_test.h"
#include "api/upload_sink.h"
#include "base/hashing.h"
#include "store/failing/failing_store.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class UploadTest : public ::testing::Test {
 protected:
  http::Response Upload(const Pairs& fields, const Pairs& files) { return Send(testing::FormBody(fields, files)); }

  http::Response Send(const std::string& body) {
    return api_.Call({.method = "POST",
                      .path = "/api/datasets/upload",
                      .token = ada_.token,
                      .body = body,
                      .content_type = std::string(testing::kFormType)});
  }

  // The sink of an upload by Ada, to be fed by hand.
  std::unique_ptr<http::BodySink> OpenSink() {
    head_.method = "POST";
    head_.path = "/api/datasets/upload";
    head_.headers.Set("Authorization", "Bearer " + ada_.token);
    head_.headers.Set("Content-Type", std::string(testing::kFormType));
    const http::Route* route = api_.router.Find(head_.method, head_.path).route;
    return std::get<std::unique_ptr<http::BodySink>>(std::get<http::UploadHandler>(route->handler)(head_));
  }

  Json DatasetOf(const http::Response& uploaded) {
    const std::string id = BodyJson(uploaded).at("dataset_id");
    return BodyJson(api_.Call({.method = "GET", .path = "/api/datasets/" + id, .token = ada_.token}));
  }

  void ExpectNothingLeft() {
    EXPECT_EQ(api_.store.CountBlobs(), 0U);
    EXPECT_TRUE(api_.store.ListDatasets(ada_.user.id, {})->items.empty());
    EXPECT_TRUE(api_.store.ListInferences(ada_.user.id, {}, {})->items.empty());
  }

  void ExpectRefused(const http::Response& response, int status, std::string_view field, std::string_view text) {
    const Json body = BodyJson(response);
    EXPECT_EQ(response.status, status) << body.dump();
    EXPECT_EQ(body.value("field", ""), field) << body.dump();
    EXPECT_NE(body.value("error", "").find(text), std::string::npos) << body.dump();
    ExpectNothingLeft();
  }

  testing::TestApi api_{1};
  const testing::Person ada_ = api_.AddPerson("ada");
  const std::string png_ = testing::ExampleBytes("fluorescence_small_256x256.png");
  const std::string tiff_ = testing::Tiff16(20, 10);
  http::Request head_;
};

TEST_F(UploadTest, MakesADatasetOfTheFiles) {
  const http::Response uploaded = Upload({{"name", " Plate 7 "}, {"model_id", "size_model"}}, {{"a/ä 1.png", png_}});
  ASSERT_EQ(uploaded.status, 201) << testing::BodyText(uploaded);
  EXPECT_EQ(BodyJson(uploaded).size(), 2U);
  const Json dataset = DatasetOf(uploaded);
  EXPECT_EQ(dataset.at("name"), "Plate 7");
  EXPECT_EQ(dataset.at("owner_id"), ada_.user.id.ToString());
  EXPECT_EQ(dataset.at("model_id"), "size_model");
  EXPECT_EQ(dataset.at("input_type"), "flat");
  const Json& file = dataset.at("files").at(0);
  EXPECT_EQ(file.at("filename"), "a/ä 1.png");
  EXPECT_EQ(file.at("type"), "image");
  EXPECT_EQ(file.at("width"), 256);
  EXPECT_EQ(file.at("height"), 256);
  EXPECT_EQ(file.at("bit_depth"), 8);
  EXPECT_EQ(file.at("bytes"), png_.size());
  EXPECT_EQ(file.at("sha256"), Sha256Hex(AsBytes(png_)));
  EXPECT_FALSE(file.contains("preview_id"));
  EXPECT_EQ(api_.store.CountBlobs(), 1U);
}

TEST_F(UploadTest, PiecesOfAnySizeMakeTheSame) {
  for (const std::size_t piece : {1U, 7U, 65'536U}) {
    const std::string body = testing::FormBody({{"name", "n"}}, {{"a.png", png_}, {"b.tif", tiff_}});
    const auto sink = OpenSink();
    for (std::size_t at = 0; at < body.size(); at += piece) {
      ASSERT_TRUE(sink->Write(AsBytes(std::string_view(body).substr(at, piece))));
    }
    const Json dataset = DatasetOf(std::get<http::Response>(sink->Finish()));
    EXPECT_EQ(dataset.at("files").at(0).at("sha256"), Sha256Hex(AsBytes(png_)));
    EXPECT_EQ(dataset.at("files").at(1).at("sha256"), Sha256Hex(AsBytes(tiff_)));
  }
}

TEST_F(UploadTest, FieldsMayComeAfterTheFiles) {
  std::string body = testing::FormBody({}, {{"a.png", png_}});
  body.resize(body.size() - std::string_view("--edge--\r\n").size());
  EXPECT_EQ(Send(body + testing::FormBody({{"name", "late"}}, {})).status, 201);
}

TEST_F(UploadTest, WhatBrowsersCannotShowGetsAPreview) {
  const Json file = DatasetOf(Upload({{"name", "n"}}, {{"stack.png", tiff_}})).at("files").at(0);
  const auto get = [&](const Json& id) {
    return api_.Call({.method = "GET", .path = "/api/files/" + id.get<std::string>(), .token = ada_.token});
  };
  const http::Response original = get(file.at("gridfs_id"));
  EXPECT_EQ(original.headers.Get("Content-Type"), "image/tiff") << "by what it is, not by its name";
  EXPECT_EQ(testing::BodyText(original), tiff_);
  const http::Response preview = get(file.at("preview_id"));
  EXPECT_EQ(preview.headers.Get("Content-Type"), "image/png");
  EXPECT_TRUE(testing::BodyText(preview).starts_with("\x89PNG"));
}

TEST_F(UploadTest, CanStartAnInference) {
  const http::Response uploaded =
      Upload({{"name", "n"}, {"model_id", "size_model"}, {"run_inference", "true"}, {"params", R"({"scale": 2})"}},
             {{"a.png", png_}});
  ASSERT_EQ(uploaded.status, 201) << testing::BodyText(uploaded);
  const ObjectId id = *ObjectId::Parse(BodyJson(uploaded).at("inference_id").get<std::string>());
  std::promise<void> ended;
  api_.dispatcher.Watch(id, [&ended](const dispatch::Sight& sight) {
    if (!records::IsFinal(sight.state->status)) return true;
    ended.set_value();
    return false;
  });
  ended.get_future().wait();
  const auto inference = api_.store.GetInference(ada_.user.id, id);
  EXPECT_EQ(inference->status, records::InferenceStatus::kCompleted);
  EXPECT_EQ(inference->params, Json({{"scale", 2}}));
}

TEST_F(UploadTest, BadFilesAreRefusedByName) {
  // Each comes after a good one, which must not stay either.
  const auto refuse = [&](const std::string& name, const std::string& bytes, int status, std::string_view text) {
    ExpectRefused(Upload({{"name", "n"}}, {{"good.png", png_}, {"good.tif", tiff_}, {name, bytes}}), status, "files",
                  text);
  };
  refuse("notes.png", "These are notes.", 400, "'notes.png'");
  refuse("cut.png", png_.substr(0, png_.size() / 2), 400, "'cut.png'");
  refuse("cut.tif", tiff_.substr(0, tiff_.size() - 1), 400, "'cut.tif'");
  refuse("empty.png", "", 400, "'empty.png': The file is empty");
  refuse("bomb.png", testing::PngThatClaims(30'000, 30'000), 413, "'bomb.png'");
  refuse("good.png", png_, 400, "two files of the name 'good.png'");
  refuse("a\x01.png", png_, 400, "control character; rename the file");
  refuse("", png_, 400, "without a name");
  refuse(std::string(256, 'x'), png_, 400, "longer than 255 bytes");
}

TEST_F(UploadTest, BadFieldsAreRefusedByName) {
  const auto refuse = [&](const Pairs& fields, std::string_view field, std::string_view text) {
    ExpectRefused(Upload(fields, {{"a.png", png_}}), 400, field, text);
  };
  refuse({}, "name", "missing");
  refuse({{"name", "  "}}, "name", "1 to 200");
  refuse({{"name", std::string(201, 'x')}}, "name", "1 to 200");
  refuse({{"name", "\xff"}}, "name", "UTF-8");
  refuse({{"name", "a"}, {"name", "b"}}, "name", "twice");
  refuse({{"name", "n"}, {"colour", "blue"}}, "colour", "not known");
  refuse({{"name", "n"}, {"model_id", "none"}}, "model_id", "Unknown model_id 'none'");
  refuse({{"name", "n"}, {"run_inference", "maybe"}}, "run_inference", "'true' or 'false'");
  refuse({{"name", "n"}, {"run_inference", "true"}}, "model_id", "missing");
  refuse({{"name", "n"}, {"params", R"({"scale": 1})"}}, "model_id", "the model that 'params' are for");
  refuse({{"name", "n"}, {"params", "{"}}, "params", "JSON");
  refuse({{"name", "n"}, {"params", "[]"}}, "params", "object");
  refuse({{"name", "n"}, {"model_id", "size_model"}, {"params", R"({"scale": 9})"}}, "params.scale", "scale");
  refuse({{"name", "n"}, {"files", "text"}}, "files", "with its file name");
  ExpectRefused(Upload({{"name", "n"}}, {}), 400, "files", "no files");
}

TEST_F(UploadTest, LimitsAreNamed) {
  api_.context.options.limits.max_files = 1;
  ExpectRefused(Upload({{"name", "n"}}, {{"a.png", png_}, {"b.png", png_}}), 413, "files", "'b.png'");
  api_.context.options.limits.max_file_bytes = png_.size() - 1;
  ExpectRefused(Upload({{"name", "n"}}, {{"a.png", png_}}), 413, "files", "'a.png': The file has more than");
  api_.context.options.limits.max_json_bytes = 10;
  ExpectRefused(Upload({{"params", R"({"scale": 1.0})"}}, {}), 413, "params", "10 bytes");
}

TEST_F(UploadTest, DamagedFormsAreRefused) {
  const std::string body = testing::FormBody({{"name", "n"}}, {{"a.png", png_}});
  ExpectRefused(Send(body.substr(0, body.size() - 6)), 400, "body", "ends before its closing boundary");
  ExpectRefused(Send("no boundary at all"), 400, "body", "does not begin with the boundary");
  ExpectRefused(api_.Call({.method = "POST", .path = "/api/datasets/upload", .token = ada_.token, .body = "{}"}), 400,
                "Content-Type", "multipart/form-data");
  EXPECT_EQ(api_.Call({.method = "POST", .path = "/api/datasets/upload", .body = body}).status, 401);
}

TEST_F(UploadTest, CutOffItLeavesNothing) {
  const std::string body = testing::FormBody({{"name", "n"}}, {{"a.png", png_}, {"b.tif", tiff_}});
  for (const std::size_t taken : {body.size() / 2, body.size() - 1, body.size()}) {
    const auto sink = OpenSink();
    ASSERT_TRUE(sink->Write(AsBytes(std::string_view(body).substr(0, taken))));
  }
  ExpectNothingLeft();
}

TEST_F(UploadTest, AStoreThatFailsOnTheWayKeepsNothing) {
  const std::string body = testing::FormBody({{"name", "n"}, {"model_id", "size_model"}, {"run_inference", "true"}},
                                             {{"a.png", png_}, {"b.tif", tiff_}});
  const auto upload = [&](const store::failing::Failure& failure) -> int {
    store::failing::FailingStore failing(api_.store);
    failing.Inject(failure);
    Context context{failing,      api_.dispatcher, api_.registry,  api_.catalogue,
                    api_.clock,   api_.tokens,     api_.passwords, api_.hashing,
                    api_.metrics, api_.views,      api_.previewer, api_.context.options};
    UploadSink sink(context, head_, ada_.user, "edge");
    const Status written = sink.Write(AsBytes(body));
    return written ? std::get<http::Response>(sink.Finish()).status : HttpStatus(written.error().code);
  };
  // The writers of a.png, b.tif and the preview of b.tif, one after the other.
  for (const char* call : {"CreateBlob", "BlobWriter::Write", "BlobWriter::Commit"}) {
    for (int after = 0; after < 3; ++after) {
      EXPECT_EQ(upload({.call = call, .after = after}), 503) << call << " after " << after;
      ExpectNothingLeft();
    }
  }
  const Error broken{ErrorCode::kInternal, "The store is broken.", {}};
  for (const char* call : {"BlobWriter::Reader", "ByteSource::ReadAt", "InsertDataset", "InsertInference"}) {
    EXPECT_GE(upload({.call = call, .error = broken}), 400) << call;
    ExpectNothingLeft();
  }
}

}  // namespace
}  // namespace intelliclinix::api
