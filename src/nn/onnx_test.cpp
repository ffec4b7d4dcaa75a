#include "nn/onnx.h"

#include <array>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "nn/onnx_check.h"
#include "nn/onnx_writer_test.h"

namespace intelliclinix::nn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Refusal(const std::string& file) {
  const Status status = CheckOnnx(AsBytes(file));
  return status ? "" : status.error().message;
}

TEST(Onnx, ReadsAndRunsANetwork) {
  const std::string file = OnnxFile().Write();
  ASSERT_EQ(Refusal(file), "");
  const OnnxNetwork read = MakeOnnxNetwork(AsBytes(file), {}).value();
  EXPECT_THAT(read.input, ElementsAre(1, 1, kAnySide, kAnySide));
  EXPECT_THAT(read.output, ElementsAre(1, 3, kAnySide, kAnySide));
  const std::array<float, 2> image = {0.5F, 2};
  std::array<float, 6> planes{};
  const std::array<std::int64_t, 4> in = {1, 1, 1, 2};
  const std::array<std::int64_t, 4> out = {1, 3, 1, 2};
  const std::array<MutableTensorView, 1> outputs = {MutableTensorView{out, planes}};
  ASSERT_TRUE(read.network->Forward({in, image}, outputs, {}).has_value());
  EXPECT_THAT(planes, ElementsAre(0, 0, 0.5F, 2, -0.5F, -2));
  EXPECT_THAT(read.network->Describe().engine, HasSubstr("openvino"));

  const std::array<std::int64_t, 4> wrong = {1, 2, 1, 2};
  const std::array<MutableTensorView, 1> other = {MutableTensorView{wrong, std::span(planes).first(4)}};
  EXPECT_FALSE(read.network->Forward({in, image}, other, {}).has_value()) << "an output of another shape";
}

TEST(Onnx, NamesTheOperatorThatTheEngineLacks) {
  const OnnxFile file{.op = "Frobnicate"};
  const auto read = MakeOnnxNetwork(AsBytes(file.Write()), {});
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, HasSubstr("Frobnicate"));
}

TEST(Onnx, WeightsInAnotherFileAreRefusedByName) {
  const OnnxFile file{.location = "../../etc/passwd"};
  EXPECT_THAT(Refusal(file.Write()), AllOf(HasSubstr("'weights'"), HasSubstr("'../../etc/passwd'")));
}

TEST(Onnx, TagsThatOtherReadersTakeForOtherFieldsAreRefused) {
  // The tag of 'external_data', field 13, with a bit above the 32 that protobuf keeps.
  const std::string entry = "\xea\x80\x80\x80\x10" + std::string("\x02\x0a\x00", 3);
  const std::string tensor = "*" + std::string(1, static_cast<char>(entry.size())) + entry;   // field 5
  const std::string graph = ":" + std::string(1, static_cast<char>(tensor.size())) + tensor;  // field 7
  EXPECT_THAT(Refusal(graph), HasSubstr("is not an ONNX model"));
  const std::string plain = "\x6a" + std::string("\x02\x0a\x00", 3);
  const std::string seen = "*" + std::string(1, static_cast<char>(plain.size())) + plain;
  EXPECT_THAT(Refusal(":" + std::string(1, static_cast<char>(seen.size())) + seen), HasSubstr("lies in another file"));
  EXPECT_THAT(Refusal(std::string("\x02\x00", 2) + OnnxFile().Write()), HasSubstr("is not an ONNX model"));
}

TEST(Onnx, UndefinedNumbersAreRefusedByName) {
  const OnnxFile file{.weights = {0, std::numeric_limits<float>::quiet_NaN(), 0}};
  EXPECT_THAT(Refusal(file.Write()), HasSubstr("Tensor 'weights' of the ONNX file holds undefined numbers"));
  const OnnxFile masks{.weights = {0, -std::numeric_limits<float>::infinity(), 0}};
  EXPECT_EQ(Refusal(masks.Write()), "") << "networks mask with these";
}

TEST(Onnx, DamagedFilesAreRefused) {
  const std::string file = OnnxFile().Write();
  for (std::size_t size = 0; size + 8 < file.size(); ++size) {
    EXPECT_THAT(Refusal(file.substr(0, size)), HasSubstr("is not an ONNX model")) << size;
  }
  EXPECT_THAT(Refusal("no network at all"), HasSubstr("is not an ONNX model"));
  std::string nested = "\x0a";
  for (int i = 0; i < 5; ++i) nested += nested;
  EXPECT_THAT(Refusal(nested), HasSubstr("is not an ONNX model"));
}

}  // namespace
}  // namespace intelliclinix::nn
