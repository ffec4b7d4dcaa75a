// POST /api/inferences/preview: a runner sees a region, and nothing is kept.
#include <future>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/sample_images_test.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;
using ::testing::HasSubstr;

/// Gives a label mask as large as the image, and notes what it was asked for.
class MaskRunner final : public runners::ModelRunner {
 public:
  explicit MaskRunner(std::function<void(std::stop_token)> work) : work_(std::move(work)) {}

  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry&) override { return runners::ModelReport{}; }
  Status CheckParams(const Json&, const records::ImageFacts& image) const override {
    if (image.width > 2) return {};
    return Fail(ErrorCode::kInvalidArgument, "The image is too small.", "params");
  }
  Result<runners::RunOutput> Run(const runners::RunInput& input, const runners::RunContext& context) override {
    work_(context.stop);
    if (context.stop.stop_requested()) return Fail(ErrorCode::kCancelled, "Stopped.");
    params = input.params;
    const std::string mask = testing::Tiff16(static_cast<std::uint32_t>(input.source.width),
                                             static_cast<std::uint32_t>(input.source.height));
    const auto bytes = AsBytes(mask);
    runners::RunOutput output;
    output.objects = 3;
    output.diameter = 17.5;
    output.warnings = {"The image is faint."};
    output.artifacts.push_back({"label_mask", input.stem + ".tif", "image/tiff", {bytes.begin(), bytes.end()}});
    return output;
  }

  Json params;

 private:
  std::function<void(std::stop_token)> work_;
  const runners::RunnerDescription description_{
      .name = "mask",
      .parameters = runners::ParameterTable({{.name = "outputs",
                                              .type = runners::ParameterType::kChoiceList,
                                              .default_value = {"label_mask", "overlay"},
                                              .description = "What is made.",
                                              .choices = {"label_mask", "overlay"}}})};
};

class PreviewRouteTest : public ::testing::Test {
 protected:
  PreviewRouteTest() {
    auto runner = std::make_unique<MaskRunner>([this](const std::stop_token& stop) { work_(stop); });
    runner_ = runner.get();
    api_.registry.Register(std::move(runner));
    api_.router = MakeRoutes(context_);
    const http::Response made =
        Send("/api/datasets/upload",
             testing::FormBody({{"name", "n"}}, {{"a.png", testing::ExampleBytes("fluorescence_small_256x256.png")}}),
             std::string(testing::kFormType));
    dataset_ = BodyJson(made).at("dataset_id");
    file_ = BodyJson(api_.Call({.method = "GET", .path = "/api/datasets/" + dataset_, .token = ada_.token}))
                .at("files")
                .at(0)
                .at("gridfs_id");
    blobs_ = api_.store.CountBlobs();
  }

  http::Response Send(const std::string& path, const std::string& body, const std::string& type) {
    return api_.Call({.method = "POST", .path = path, .token = ada_.token, .body = body, .content_type = type});
  }

  Json Body() const {
    return {{"dataset_id", dataset_},
            {"file_id", file_},
            {"model_id", "mask_model"},
            {"region", {{"x", 10}, {"y", 20}, {"width", 30}, {"height", 40}}}};
  }
  http::Response Preview(const Json& body) {
    return Send("/api/inferences/preview", DumpJson(body), "application/json");
  }

  void ExpectRefused(const Json& body, int status, std::string_view field, const std::string& text) {
    const http::Response response = Preview(body);
    EXPECT_EQ(response.status, status) << testing::BodyText(response);
    EXPECT_EQ(BodyJson(response).value("field", ""), field) << testing::BodyText(response);
    EXPECT_THAT(BodyJson(response).value("error", ""), HasSubstr(text));
  }

  static records::ModelEntry MaskModel() {
    records::ModelEntry model;
    model.id = "mask_model";
    model.runner_name = "mask";
    return model;
  }

  testing::TestApi api_;
  std::function<void(std::stop_token)> work_ = [](const std::stop_token&) {};
  MaskRunner* runner_ = nullptr;
  const testing::Person ada_ = api_.AddPerson("ada");
  const runners::ModelCatalogue catalogue_{{MaskModel()}};
  dispatch::Previewer previewer_{api_.store, api_.pool, {.places = 1}};
  Context context_{api_.store,     api_.dispatcher, api_.registry, catalogue_, api_.clock, api_.tokens,
                   api_.passwords, api_.hashing,    api_.metrics,  api_.views, previewer_, api_.context.options};
  std::string dataset_;
  std::string file_;
  std::size_t blobs_ = 0;
};

TEST_F(PreviewRouteTest, RunsTheRegionAndKeepsNothing) {
  const http::Response response = Preview(Body());
  ASSERT_EQ(response.status, 200) << testing::BodyText(response);
  const Json preview = BodyJson(response);
  EXPECT_EQ(preview.at("region"), Body().at("region"));
  EXPECT_EQ(preview.at("objects"), 3);
  EXPECT_EQ(preview.at("diameter"), 17.5);
  EXPECT_EQ(preview.at("warnings"), Json::array({"The image is faint."}));
  EXPECT_GE(preview.at("seconds"), 0);
  const std::vector<int> runs = preview.at("labels_rle");
  int pixels = 0;
  for (std::size_t i = 1; i < runs.size(); i += 2) pixels += runs[i];
  EXPECT_EQ(pixels, 30 * 40);
  EXPECT_EQ(runner_->params, Json({{"outputs", {"label_mask"}}})) << "nothing else is made";
  EXPECT_EQ(api_.store.CountBlobs(), blobs_);
  EXPECT_TRUE(api_.store.ListInferences(ada_.user.id, {}, {})->items.empty());
}

TEST_F(PreviewRouteTest, ChecksAsAStartDoes) {
  const auto with = [this](const char* member, const Json& value) {
    Json body = Body();
    body[member] = value;
    return body;
  };
  ExpectRefused(with("model_id", "none"), 400, "model_id", "Unknown model_id 'none'");
  ExpectRefused(with("params", {{"colour", "blue"}}), 400, "params.colour", "colour");
  ExpectRefused(with("dataset_id", ObjectId::Generate().ToString()), 404, "", "no such dataset");
  ExpectRefused(with("file_id", dataset_), 404, "", "no such file");
  ExpectRefused(with("file_id", "x"), 400, "file_id", "24 hexadecimal");
  ExpectRefused(with("colour", 1), 400, "colour", "not known");
  ExpectRefused(with("region", {{"x", 0}, {"y", 0}, {"width", 2}, {"height", 2}}), 400, "params", "too small");
}

TEST_F(PreviewRouteTest, ARegionMustLieInTheImage) {
  const auto refuse = [this](const Json& region, std::string_view field, const std::string& text) {
    Json body = Body();
    body["region"] = region;
    ExpectRefused(body, 400, field, text);
  };
  refuse(Json(), "region", "must be an object");
  refuse({{"x", 0}, {"y", 0}, {"width", 9}}, "region.height", "missing");
  refuse({{"x", 0}, {"y", 0}, {"width", 9}, {"height", 9}, {"depth", 1}}, "region", "must be an object");
  refuse({{"x", -1}, {"y", 0}, {"width", 9}, {"height", 9}}, "region.x", "whole number");
  refuse({{"x", 0.5}, {"y", 0}, {"width", 9}, {"height", 9}}, "region.x", "whole number");
  refuse({{"x", 0}, {"y", 0}, {"width", 0}, {"height", 9}}, "region", "1 to 1024");
  refuse({{"x", 0}, {"y", 0}, {"width", 1025}, {"height", 9}}, "region", "1 to 1024");
  refuse({{"x", 248}, {"y", 0}, {"width", 9}, {"height", 9}}, "region", "256 x 256");
  refuse({{"x", 0}, {"y", 1'000'000'000}, {"width", 9}, {"height", 9}}, "region", "within the image");
}

TEST_F(PreviewRouteTest, SoManyAtATimeAndNoMore) {
  std::latch begun(1);
  std::latch go_on(1);
  work_ = [&](const std::stop_token&) {
    begun.count_down();
    go_on.wait();
  };
  http::Response first;
  std::jthread running([&] { first = Preview(Body()); });
  begun.wait();
  const http::Response second = Preview(Body());
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(second.headers.Get("Retry-After"), "2");
  go_on.count_down();
  running.join();
  EXPECT_EQ(first.status, 200);
  work_ = [](const std::stop_token&) {};
  EXPECT_EQ(Preview(Body()).status, 200) << "the place is free again";
}

TEST_F(PreviewRouteTest, StopsWithItsClient) {
  const http::Router::Match match = api_.router.Find("POST", "/api/inferences/preview");
  EXPECT_TRUE(match.route->options.stops_with_client);
  http::Request request;
  request.headers.Add("Authorization", "Bearer " + ada_.token);
  request.headers.Add("Content-Type", "application/json");
  request.body = DumpJson(Body());
  request.client = std::stop_source();
  std::latch begun(1);
  std::latch stopped(1);
  work_ = [&](const std::stop_token& stop) {
    std::stop_callback on_stop(stop, [&] { stopped.count_down(); });
    begun.count_down();
    stopped.wait();
  };
  http::Reply reply = std::get<http::Handler>(match.route->handler)(request);
  std::promise<http::Response> answered;
  std::get<http::Deferred>(reply).start([&](http::Response response) { answered.set_value(std::move(response)); });
  begun.wait();
  request.client.request_stop();
  EXPECT_EQ(answered.get_future().get().status, 409);
}

TEST_F(PreviewRouteTest, AServerWithoutWorkersSaysSo) {
  dispatch::Previewer none(api_.store, api_.pool, {.places = 0});
  Context context{api_.store,     api_.dispatcher, api_.registry, catalogue_, api_.clock, api_.tokens,
                  api_.passwords, api_.hashing,    api_.metrics,  api_.views, none,       api_.context.options};
  api_.router = MakeRoutes(context);
  ExpectRefused(Body(), 503, "", "runs no models itself");
  api_.router = MakeRoutes(context_);
}

}  // namespace
}  // namespace intelliclinix::api
