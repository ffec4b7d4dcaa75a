#include "runners/parameter_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::runners {
namespace {

const ParameterTable& Table() {
  static const ParameterTable table({
      {.name = "diameter", .default_value = nullptr, .description = "d", .unit = "px", .minimum = 0, .maximum = 1000},
      {.name = "min_size",
       .type = ParameterType::kInteger,
       .default_value = 15,
       .description = "m",
       .minimum = -1,
       .maximum = 1e8},
      {.name = "radius", .default_value = nullptr, .description = "r", .minimum = 0.5, .zero_allowed = true},
      {.name = "side",
       .type = ParameterType::kInteger,
       .default_value = 32,
       .description = "s",
       .minimum = 16,
       .zero_allowed = true,
       .multiple_of = 16},
      {.name = "invert", .type = ParameterType::kBoolean, .default_value = false, .description = "i"},
      {.name = "precision",
       .type = ParameterType::kString,
       .default_value = "f32",
       .description = "p",
       .choices = {"f32", "bf16"}},
      {.name = "channels",
       .type = ParameterType::kChannelList,
       .default_value = {0, 0},
       .description = "c",
       .minimum = 0,
       .maximum = 3,
       .list_length = 2},
      {.name = "normalize",
       .type = ParameterType::kSwitch,
       .default_value = true,
       .description = "n",
       .members = {{.name = "percentile",
                    .type = ParameterType::kRange,
                    .default_value = {1, 99},
                    .description = "p",
                    .minimum = 0,
                    .maximum = 100},
                   {.name = "lowhigh",
                    .type = ParameterType::kRange,
                    .default_value = nullptr,
                    .description = "l",
                    .list_length = 2},
                   {.name = "norm3D", .default_value = false, .description = "", .unsupported = "Images are flat."}}},
  });
  return table;
}

TEST(ParameterTable, FillsInDefaults) {
  const Json resolved = Table().Resolve(Json::object()).value();
  EXPECT_EQ(
      DumpJson(resolved),
      R"({"diameter":null,"min_size":15,"radius":null,"side":32,"invert":false,"precision":"f32","channels":[0,0],"normalize":true})");
}

TEST(ParameterTable, FillsInDefaultsInsideOfASwitch) {
  const Json params = ParseJson(R"({"normalize": {"lowhigh": [[5, 80], [0, 1]]}})").value();
  const Json resolved = Table().Resolve(params).value();
  EXPECT_EQ(DumpJson(resolved["normalize"]), R"({"percentile":[1,99],"lowhigh":[[5,80],[0,1]]})");
  EXPECT_EQ(Table().Resolve(resolved).value(), resolved);
  EXPECT_EQ(Table().Resolve(Json{{"normalize", false}}).value()["normalize"], false);
}

TEST(ParameterTable, KeepsWhatFits) {
  const Json params = ParseJson(R"({"diameter": 17.5, "channels": [2, 1], "min_size": -1, "radius": 0.0, "side": 0,
                                    "invert": true})")
                          .value();
  const Json resolved = Table().Resolve(params).value();
  for (const auto& [name, value] : params.items()) EXPECT_EQ(resolved[name], value);
}

TEST(ParameterTable, RefusesByNameWhatDoesNotFit) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"diameter": -1})", "params.diameter"},
      {R"({"diameter": "17"})", "params.diameter"},
      {R"({"diameter": 1e9})", "params.diameter"},
      {R"({"diameter": [17]})", "params.diameter"},
      {R"({"min_size": 1.5})", "params.min_size"},
      {R"({"min_size": null})", "params.min_size"},
      {R"({"radius": 0.25})", "params.radius"},
      {R"({"side": 8})", "params.side"},
      {R"({"side": 40})", "params.side"},
      {R"({"side": -16})", "params.side"},
      {R"({"invert": 1})", "params.invert"},
      {R"({"precision": "int4"})", "params.precision"},
      {R"({"channels": [0]})", "params.channels"},
      {R"({"channels": [0, 4]})", "params.channels"},
      {R"({"channels": [0, 0.5]})", "params.channels"},
      {R"({"colour": 1})", "params.colour"},
      {R"({"normalize": "yes"})", "params.normalize"},
      {R"({"normalize": null})", "params.normalize"},
      {R"({"normalize": {"percentile": [99, 1]}})", "params.normalize.percentile"},
      {R"({"normalize": {"percentile": [1, 101]}})", "params.normalize.percentile"},
      {R"({"normalize": {"percentile": [1]}})", "params.normalize.percentile"},
      {R"({"normalize": {"percentile": [[1, 2], [1, 2]]}})", "params.normalize.percentile"},
      {R"({"normalize": {"percentile": null}})", "params.normalize.percentile"},
      {R"({"normalize": {"lowhigh": [[0, 1], [1, 0]]}})", "params.normalize.lowhigh"},
      {R"({"normalize": {"lowhigh": [[0, 1]]}})", "params.normalize.lowhigh"},
      {R"({"normalize": {"gamma": 1}})", "params.normalize.gamma"},
      {R"({"normalize": {"norm3D": true}})", "params.normalize.norm3D"},
      {R"([])", "params"},
      {R"("x")", "params"},
      {R"({"diameter": 1e999})", ""},
  };
  for (const auto& [text, field] : cases) {
    const auto params = ParseJson(text);
    if (!params) {
      EXPECT_STREQ(field, "") << text;
      continue;
    }
    const auto resolved = Table().Resolve(*params);
    ASSERT_FALSE(resolved.has_value()) << text;
    EXPECT_EQ(resolved.error().field, field) << text;
  }
}

TEST(ParameterTable, SaysWhatWouldFit) {
  EXPECT_EQ(Table().Resolve(Json{{"diameter", -1}}).error().message,
            "'diameter' must be a number from 0 to 1000 (px), or null; got -1.");
  EXPECT_THAT(Table().Resolve(Json{{"colour", 1}}).error().message, testing::HasSubstr("diameter, min_size"));
  const auto refuse = [](const char* params) { return Table().Resolve(ParseJson(params).value()).error().message; };
  EXPECT_EQ(refuse(R"({"normalize": {"percentile": 5}})"),
            "'percentile' must be [low, high] with low below high from 0 to 100; got 5.");
  EXPECT_EQ(refuse(R"({"min_size": 2e8})"), "'min_size' must be a whole number from -1 to 100000000; got 200000000.0.");
  EXPECT_EQ(refuse(R"({"radius": 0.25})"), "'radius' must be 0 or a number of at least 0.5, or null; got 0.25.");
  EXPECT_EQ(refuse(R"({"side": 40})"), "'side' must be 0 or a multiple of 16 of at least 16; got 40.");
  EXPECT_EQ(refuse(R"({"normalize": {"norm3D": true}})"), "Images are flat.");
  EXPECT_EQ(refuse(R"({"normalize": {"gamma": 1}})"),
            "Unknown parameter 'gamma'. 'params.normalize' may have: percentile, lowhigh.");
}

TEST(ParameterTable, ReadsCommandLineText) {
  const auto& parameters = Table().parameters();
  EXPECT_EQ(ParameterTable::ParseText(parameters[0], "17.5").value(), 17.5);
  EXPECT_EQ(ParameterTable::ParseText(parameters[5], "bf16").value(), "bf16");
  EXPECT_EQ(ParameterTable::ParseText(parameters[6], "2,1").value(), Json({2, 1}));
  EXPECT_EQ(ParameterTable::ParseText(parameters[7], "false").value(), false);
  EXPECT_EQ(ParameterTable::ParseText(parameters[7], R"({"percentile":[2,98]})").value()["percentile"], Json({2, 98}));
  EXPECT_EQ(ParameterTable::ParseText(parameters[7].members[0], "2,98").value(), Json({2, 98}));
  EXPECT_EQ(ParameterTable::ParseText(parameters[7].members[1], "null").value(), nullptr);
  EXPECT_EQ(ParameterTable::ParseText(parameters[0], "abc").error().field, "params.diameter");
}

TEST(ParameterTable, DescribesItselfAsJsonSchema) {
  const Json schema = Table().JsonSchema();
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["properties"]["diameter"]["type"], Json({"number", "null"}));
  EXPECT_EQ(schema["properties"]["diameter"]["x-unit"], "px");
  EXPECT_EQ(schema["properties"]["channels"]["items"]["maximum"], 3);
  EXPECT_EQ(schema["properties"]["precision"]["enum"], Json({"f32", "bf16"}));
  EXPECT_EQ(DumpJson(schema["properties"]["min_size"]["maximum"]), "100000000");
  EXPECT_EQ(DumpJson(schema["properties"]["radius"]["anyOf"]), R"([{"const":0},{"minimum":0.5}])");
  EXPECT_EQ(schema["properties"]["radius"]["type"], Json({"number", "null"}));
  EXPECT_EQ(DumpJson(schema["properties"]["side"]["anyOf"]), R"([{"const":0},{"minimum":16,"multipleOf":16}])");
  const Json& normalize = schema["properties"]["normalize"];
  EXPECT_EQ(normalize["default"], true);
  EXPECT_EQ(normalize["oneOf"][0]["type"], "boolean");
  const Json& object = normalize["oneOf"][1];
  EXPECT_EQ(object["additionalProperties"], false);
  EXPECT_EQ(object["properties"]["percentile"]["items"]["maximum"], 100);
  EXPECT_EQ(object["properties"]["lowhigh"]["oneOf"].size(), 3U);
  EXPECT_FALSE(object["properties"].contains("norm3D"));
}

const Parameter& Outputs() {
  static const Parameter outputs{.name = "outputs",
                                 .type = ParameterType::kChoiceList,
                                 .default_value = {"mask"},
                                 .description = "o",
                                 .choices = {"mask", "rois", "csv"}};
  return outputs;
}

TEST(ParameterTable, ListsOfChoicesKeepTheirOrder) {
  const ParameterTable table({Outputs()});
  const Json params = {{"outputs", {"csv", "mask"}}};
  EXPECT_EQ(table.Resolve(params).value(), params);
  EXPECT_EQ(ParameterTable::ParseText(Outputs(), "csv,mask").value(), params["outputs"]);
  EXPECT_EQ(ParameterTable::ParseText(Outputs(), R"(["csv","mask"])").value(), params["outputs"]);
  const Json schema = table.JsonSchema()["properties"]["outputs"];
  EXPECT_EQ(schema["items"]["enum"], Json({"mask", "rois", "csv"}));
  EXPECT_EQ(schema["default"], Json::array({"mask"}));
}

TEST(ParameterTable, ListsOfChoicesNameWhatIsNone) {
  const ParameterTable table({Outputs()});
  for (const char* text : {R"([])", R"(["mask", "mask"])", R"("mask")", R"([3])", "null"}) {
    const auto resolved = table.Resolve({{"outputs", ParseJson(text).value()}});
    ASSERT_FALSE(resolved.has_value()) << text;
    EXPECT_EQ(resolved.error().field, "params.outputs");
  }
  EXPECT_EQ(table.Resolve({{"outputs", {"rois", "jpeg"}}}).error().message,
            "'outputs' must be a list of one or more, each once, of 'mask', 'rois', 'csv'; got \"jpeg\".");
}

}  // namespace
}  // namespace intelliclinix::runners
