#include "nn/onnx_inline.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/onnx.h"
#include "nn/onnx_check.h"
#include "nn/onnx_writer_test.h"

namespace intelliclinix::nn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// The file with its tensors in it, where `content` is that of the file "w.bin", the only one.
Result<std::string> Inlined(const OnnxFile& file, const std::string& content, std::uint64_t max_bytes = 1 << 20) {
  const auto open = [&content](const std::string& location) -> Result<std::unique_ptr<ByteSource>> {
    if (location != "w.bin") return Fail(ErrorCode::kInvalidArgument, "'" + location + "' is not read.");
    return std::make_unique<MemorySource>(AsBytes(content));
  };
  IC_ASSIGN_OR_RETURN(const auto bytes, InlineTensors(AsBytes(file.Write()), open, max_bytes));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string RefusalOf(const OnnxFile& file, const std::string& content) {
  const auto inlined = Inlined(file, content);
  return inlined ? "" : inlined.error().message;
}

TEST(InlineTensors, OfOneFileChangesNothing) { EXPECT_EQ(Inlined({}, "").value(), OnnxFile().Write()); }

TEST(InlineTensors, TheNetworkComputesTheSame) {
  const OnnxFile whole;
  const OnnxFile parts{.location = "w.bin", .offset = "4", .length = "12"};
  ASSERT_FALSE(CheckOnnx(AsBytes(parts.Write())).has_value());
  const std::string inlined = Inlined(parts, "head" + whole.Raw() + "tail").value();
  ASSERT_TRUE(CheckOnnx(AsBytes(inlined)).has_value());
  const OnnxNetwork network = MakeOnnxNetwork(AsBytes(inlined), {}).value();
  const std::array<float, 2> image = {0.5F, 2};
  std::array<float, 6> planes{};
  const std::array<std::int64_t, 4> in = {1, 1, 1, 2};
  const std::array<std::int64_t, 4> out = {1, 3, 1, 2};
  const std::array<MutableTensorView, 1> outputs = {MutableTensorView{out, planes}};
  ASSERT_TRUE(network.network->Forward({in, image}, outputs, {}).has_value());
  EXPECT_THAT(planes, ElementsAre(0, 0, 0.5F, 2, -0.5F, -2));
}

TEST(InlineTensors, WithoutALengthItIsTheRestOfTheFile) {
  const OnnxFile whole;
  EXPECT_EQ(Inlined({.location = "w.bin"}, whole.Raw()).value(),
            Inlined({.location = "w.bin", .offset = "1"}, "x" + whole.Raw()).value());
}

TEST(InlineTensors, WhatIsWrongIsToldWithTheTensor) {
  EXPECT_THAT(RefusalOf({.location = "../w.bin"}, ""),
              AllOf(HasSubstr("'weights'"), HasSubstr("'../w.bin' is not read")));
  const std::string twelve(12, 'x');
  for (const auto& [offset, length] : {std::pair("1", "12"), std::pair("13", ""), std::pair("0", "13"),
                                       std::pair("18446744073709551615", "12"), std::pair("12", "1")}) {
    EXPECT_THAT(RefusalOf({.location = "w.bin", .offset = offset, .length = length}, twelve),
                AllOf(HasSubstr("'weights'"), HasSubstr("beyond the end of 'w.bin'")))
        << offset;
  }
  EXPECT_THAT(RefusalOf({.location = "w.bin", .offset = "-1"}, twelve),
              AllOf(HasSubstr("'weights'"), HasSubstr("no number")));
}

TEST(InlineTensors, NoMoreIsReadThanMayBe) {
  const auto large = Inlined({.location = "w.bin"}, std::string(1000, 'x'), 1000);
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Inlined({}, "", 10).error().code, ErrorCode::kTooLarge);
}

TEST(InlineTensors, DamagedFilesAreRefused) {
  const std::string file = OnnxFile{.location = "w.bin"}.Write();
  const auto open = [](const std::string&) -> Result<std::unique_ptr<ByteSource>> {
    return std::make_unique<MemorySource>(std::vector<std::byte>(12));
  };
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto inlined = InlineTensors(AsBytes(file).first(size), open, 1 << 20);
    if (inlined) continue;  // a message that is whole, and has no graph
    EXPECT_THAT(inlined.error().message, HasSubstr("is not an ONNX model")) << size;
  }
}

}  // namespace
}  // namespace intelliclinix::nn
