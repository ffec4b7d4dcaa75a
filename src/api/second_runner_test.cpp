// Another kind of model is a runner in the registry and an entry in the catalogue: endpoint and dispatcher are as they
// were.
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;

/// Tells which channel it was asked for, and takes only channels that the image has.
class ChannelRunner final : public runners::ModelRunner {
 public:
  const runners::RunnerDescription& Describe() const override { return description_; }
  Result<runners::ModelReport> Prepare(const records::ModelEntry&) override { return runners::ModelReport{}; }

  Status CheckParams(const Json& params, const records::ImageFacts& image) const override {
    if (params.at("channel").get<int>() < image.channels) return {};
    return Fail(ErrorCode::kInvalidArgument, "The image has no such channel.", "params.channel");
  }

  Result<runners::RunOutput> Run(const runners::RunInput& input, const runners::RunContext&) override {
    const auto bytes = std::as_bytes(std::span("channel", 7));
    runners::RunOutput output;
    output.objects = input.params.at("channel").get<std::uint32_t>() + 7;
    output.artifacts.push_back({"channel", input.stem + ".txt", "text/plain", {bytes.begin(), bytes.end()}});
    return output;
  }

 private:
  const runners::RunnerDescription description_{
      .name = "channel",
      .parameters = runners::ParameterTable({{.name = "channel",
                                              .type = runners::ParameterType::kInteger,
                                              .default_value = 0,
                                              .description = "Which one.",
                                              .minimum = 0}})};
};

records::ModelEntry ChannelModel() {
  records::ModelEntry model;
  model.id = "channel_model";
  model.runner_name = "channel";
  return model;
}

class SecondRunnerTest : public ::testing::Test {
 protected:
  SecondRunnerTest() {
    api_.registry.Register(std::make_unique<ChannelRunner>());
    api_.router = MakeRoutes(context_);
    dispatcher_.Start();
  }

  http::Response Call(const std::string& method, const std::string& path, const std::string& body = "",
                      std::string_view type = "application/json") {
    return api_.Call(
        {.method = method, .path = path, .token = ada_.token, .body = body, .content_type = std::string(type)});
  }

  http::Response Start(const Json& params) {
    const std::string form =
        testing::FormBody({{"name", "n"}}, {{"a.png", testing::ExampleBytes("fluorescence_small_256x256.png")}});
    const Json dataset = BodyJson(Call("POST", "/api/datasets/upload", form, testing::kFormType)).at("dataset_id");
    const Json body = {{"dataset_id", dataset}, {"model_id", "channel_model"}, {"params", params}};
    return Call("POST", "/api/inferences/start", body.dump());
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
  const runners::ModelCatalogue catalogue_{{*api_.catalogue.Find("size_model"), ChannelModel()}};
  dispatch::Dispatcher dispatcher_{{api_.store, api_.registry, catalogue_, api_.pool, api_.clock}, {}};
  Context context_{api_.store,     dispatcher_,  api_.registry, catalogue_, api_.clock,     api_.tokens,
                   api_.passwords, api_.hashing, api_.metrics,  api_.views, api_.previewer, api_.context.options};
};

TEST_F(SecondRunnerTest, RunsByTheNameInTheCatalogue) {
  const http::Response ended = Start(Json::object());
  ASSERT_EQ(ended.status, 200) << testing::BodyText(ended);
  const std::string id = BodyJson(ended).at("inference_id");
  const Json document = BodyJson(Call("GET", "/api/inferences/" + id));
  EXPECT_EQ(document.at("runner_name"), "channel");
  EXPECT_EQ(document.at("results").at(0).at("objects"), 7) << "by its own parameters";
  EXPECT_EQ(document.at("results").at(0).at("artifacts").at(0).at("filename"), "a.txt");
}

TEST_F(SecondRunnerTest, SaysBeforeTheStartWhichImageItsParametersDoNotFit) {
  const http::Response refused = Start({{"channel", 1}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(BodyJson(refused).at("field"), "params.channel");
  EXPECT_EQ(BodyJson(refused).at("error"), "'a.png': The image has no such channel.");
  EXPECT_EQ(BodyJson(Call("GET", "/api/inferences")), Json::array());
}

}  // namespace
}  // namespace intelliclinix::api
