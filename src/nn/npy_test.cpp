#include "nn/npy.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/pickle_writer_test.h"

namespace intelliclinix::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string Npy(std::string_view header, std::string_view content) {
  return std::string("\x93NUMPY\x01\0", 8) + LittleEndianBytes(static_cast<std::uint16_t>(header.size())) +
         std::string(header) + std::string(content);
}

std::string Header(std::string_view type, std::string_view shape) {
  return "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': " + std::string(shape) + ", }\n";
}

Result<Tensor> ReadArray(std::string_view bytes) {
  MemorySource source(AsBytes(bytes));
  return ReadNpy(source);
}

std::string ArrayErrorOf(std::string_view bytes) {
  Result<Tensor> tensor = ReadArray(bytes);
  return tensor.has_value() ? "no error" : tensor.error().message;
}

Result<std::map<std::string, Tensor>> ReadDict(std::string_view bytes) {
  MemorySource source(AsBytes(bytes));
  return ReadNpyDict(source);
}

std::string DictErrorOf(std::string_view bytes) {
  auto tensors = ReadDict(bytes);
  return tensors.has_value() ? "no error" : tensors.error().message;
}

std::unique_ptr<FileSource> Model(const std::string& name) {
  return *FileSource::Open(std::string(INTELLICLINIX_SOURCE_DIR) + "/models/" + name);
}

TEST(ReadNpy, ReadsTheSelfTestInput) {
  Result<Tensor> tensor = ReadNpy(*Model("cpnet_self_test_input.npy"));
  ASSERT_TRUE(tensor.has_value()) << tensor.error().message;
  EXPECT_THAT(tensor->shape, ElementsAre(2, 112, 112));
  EXPECT_THAT(tensor->values, SizeIs(2 * 112 * 112));
}

TEST(ReadNpy, ConvertsEveryElementType) {
  EXPECT_THAT(ReadArray(Npy(Header("<f4", "(2,)"), LittleEndianBytes(1.5F) + LittleEndianBytes(-2.0F)))->values,
              ElementsAre(1.5F, -2.0F));
  EXPECT_THAT(ReadArray(Npy(Header("<f8", "(1,)"), LittleEndianBytes(0.1)))->values, ElementsAre(0.1F));
  EXPECT_THAT(ReadArray(Npy(Header(">i2", "(2,)"), std::string("\x01\x02\xff\xfe", 4)))->values,
              ElementsAre(258.F, -2.F));
  EXPECT_THAT(ReadArray(Npy(Header("|u1", "(2,)"), "\xff\x07"))->values, ElementsAre(255.F, 7.F));
  EXPECT_THAT(ReadArray(Npy(Header("|b1", "(1,)"), "\x01"))->values, ElementsAre(1.F));
  EXPECT_THAT(ReadArray(Npy(Header("<u8", "(1,)"), LittleEndianBytes(std::uint64_t{1} << 63)))->values,
              ElementsAre(0x1p63F));
}

TEST(ReadNpy, WidensFloat16AtItsEdges) {
  std::string halves;
  for (std::uint16_t bits : {0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00}) {
    halves += LittleEndianBytes(bits);
  }
  Result<Tensor> tensor = ReadArray(Npy(Header("<f2", "(11,)"), halves));
  ASSERT_TRUE(tensor.has_value());
  const std::vector<float>& values = tensor->values;
  EXPECT_EQ(values[0], 0.F);
  EXPECT_TRUE(std::signbit(values[1]));
  EXPECT_EQ(values[2], 0x1p-24F);
  EXPECT_EQ(values[3], 1023 * 0x1p-24F);
  EXPECT_EQ(values[4], 0x1p-14F);
  EXPECT_EQ(values[5], 1.F);
  EXPECT_EQ(values[6], -2.F);
  EXPECT_EQ(values[7], 65504.F);
  EXPECT_EQ(values[8], INFINITY);
  EXPECT_EQ(values[9], -INFINITY);
  EXPECT_TRUE(std::isnan(values[10]));
}

TEST(ReadNpy, ReadsScalarsAndEmptyArrays) {
  EXPECT_THAT(ReadArray(Npy(Header("<f4", "()"), LittleEndianBytes(3.F)))->shape, SizeIs(0));
  EXPECT_THAT(ReadArray(Npy(Header("<f4", "(0, 3)"), ""))->values, SizeIs(0));
}

TEST(ReadNpy, SaysWhatIsWrong) {
  EXPECT_THAT(ArrayErrorOf("Hello, this is text, not an array"), HasSubstr("is not a NumPy array"));
  EXPECT_THAT(ArrayErrorOf(""), HasSubstr("too short"));
  EXPECT_THAT(ArrayErrorOf(Npy(Header("|O", "()"), "x")), HasSubstr("Python objects"));
  EXPECT_THAT(ArrayErrorOf(Npy(Header("<c8", "(1,)"), "12345678")), HasSubstr("type '<c8'"));
  EXPECT_THAT(ArrayErrorOf(Npy(Header("<f4", "(2,)"), "1234")), HasSubstr("promises 8 bytes"));
  EXPECT_THAT(ArrayErrorOf(Npy(Header("<f4", "(-2,)"), "1234")), HasSubstr("header"));
  EXPECT_THAT(ArrayErrorOf(Npy(Header("<f4", "(4000000000, 4000000000, 4000000000)"), "1234")),
              HasSubstr("larger than"));
  EXPECT_THAT(ArrayErrorOf(Npy("{'descr': '<f4', 'shape': (1,), }", "1234")), HasSubstr("header"));
  EXPECT_THAT(ArrayErrorOf(Npy("__import__('os')", "1234")), HasSubstr("header"));
}

TEST(EncodeNpy, IsReadBack) {
  Tensor tensor{.shape = {2, 3}, .values = {1, -2, 3.5, 0, 1e-30F, 1e30F}};
  std::vector<std::byte> bytes = EncodeNpy(tensor);
  EXPECT_EQ(bytes.size() % 64, 24U) << "the numbers begin at a multiple of 64";
  MemorySource source(std::move(bytes));
  Result<Tensor> read = ReadNpy(source);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->shape, tensor.shape);
  EXPECT_EQ(read->values, tensor.values);
}

TEST(ReadNpyDict, ReadsBothFormsOfTheSizeModel) {
  auto pickled = ReadNpyDict(*Model("size_nuclei_bbbc038.npy"));
  auto archive = ReadNpyDict(*Model("size_nuclei_bbbc038.npz"));
  ASSERT_TRUE(pickled.has_value()) << pickled.error().message;
  ASSERT_TRUE(archive.has_value()) << archive.error().message;
  ASSERT_THAT(*pickled, SizeIs(4));
  ASSERT_THAT(*archive, SizeIs(4));
  for (const auto& [name, tensor] : *pickled) EXPECT_EQ(tensor.values, archive->at(name).values) << name;
  EXPECT_THAT(pickled->at("A").shape, ElementsAre(256));
  EXPECT_THAT(pickled->at("diam_mean").values, ElementsAre(17.F));
  EXPECT_THAT(pickled->at("ymean").values, ElementsAre(0.17753428F));
}

std::string PickledDict(const PickleWriter& writer) { return Npy(Header("|O", "()"), writer.Stop()); }

TEST(ReadNpyDict, ReadsANumpyScalar) {
  PickleWriter writer;
  writer.EmptyDict().Text("s").Global("numpy.core.multiarray", "scalar").Mark();
  writer.Global("numpy", "dtype").Mark().Text("f8").Bool(false).Bool(true).Tuple().Reduce();
  writer.Bytes(LittleEndianBytes(2.5)).Tuple().Reduce().SetItem();
  auto tensors = ReadDict(PickledDict(writer));
  ASSERT_TRUE(tensors.has_value()) << tensors.error().message;
  EXPECT_THAT(tensors->at("s").values, ElementsAre(2.5F));
}

TEST(ReadNpyDict, RefusesCallsByName) {
  PickleWriter writer;
  writer.Global("os", "system").Mark().Text("touch /tmp/owned").Tuple().Reduce();
  EXPECT_EQ(DictErrorOf(PickledDict(writer)),
            "The NumPy file calls 'os.system', which a dict of arrays does not need; it is not read.");
}

std::string ArrayIn(std::string_view type, std::int32_t side, std::string_view content) {
  PickleWriter writer;
  writer.EmptyDict().Text("A").Global("numpy.core.multiarray", "_reconstruct").Mark().Global("numpy", "ndarray");
  writer.Ints({0}).Bytes("b").Tuple().Reduce().Mark().Int(1).Ints({side});
  writer.Global("numpy", "dtype").Mark().Text(type).Bool(false).Bool(true).Tuple().Reduce();
  writer.Bool(false).Bytes(content).Tuple().Build().SetItem();
  return PickledDict(writer);
}

TEST(ReadNpyDict, RefusesShapesThatLie) {
  EXPECT_EQ(DictErrorOf(ArrayIn("f4", 1, "1234")), "no error");
  EXPECT_THAT(DictErrorOf(ArrayIn("f4", 2, "1234")), HasSubstr("'A'"));
  EXPECT_THAT(DictErrorOf(ArrayIn("f4", -1, "1234")), HasSubstr("'A'"));
  EXPECT_THAT(DictErrorOf(ArrayIn("O8", 1, "12345678")), HasSubstr("'A'"));
}

TEST(ReadNpyDict, RefusesWhatIsNoDict) {
  EXPECT_THAT(DictErrorOf(Npy(Header("<f4", "(1,)"), "1234")), HasSubstr("one array, not a dict"));
  EXPECT_THAT(DictErrorOf(PickledDict(PickleWriter().Text("x"))), HasSubstr("not a dict"));
  EXPECT_THAT(DictErrorOf(PickledDict(PickleWriter().EmptyDict().Text("x").Text("y").SetItem())), HasSubstr("'x'"));
}

TEST(ReadNpyDict, SurvivesEveryCutAndManyFlips) {
  for (const char* name : {"size_nuclei_bbbc038.npy", "size_nuclei_bbbc038.npz"}) {
    const std::vector<std::byte> bytes = *ReadAll(*Model(name), 1 << 20);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const std::span<const std::byte> cut = std::span<const std::byte>(bytes).first(length);
      MemorySource source{cut};
      EXPECT_FALSE(ReadNpyDict(source).has_value()) << name << " cut to " << length;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::vector<std::byte> flipped = bytes;
      flipped[at] ^= std::byte{0x41};
      MemorySource source(std::move(flipped));
      (void)ReadNpyDict(source);
    }
  }
}

}  // namespace
}  // namespace intelliclinix::nn
