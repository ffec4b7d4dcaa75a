#include "nn/checkpoint.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hashing.h"
#include "nn/pickle_writer_test.h"

namespace intelliclinix::nn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kSource = INTELLICLINIX_SOURCE_DIR;

Result<StateDict> Read(std::string_view bytes, const CheckpointLimits& limits = {}) {
  MemorySource source(AsBytes(bytes));
  return ReadCheckpoint(source, limits);
}

std::string ErrorOf(std::string_view bytes) {
  Result<StateDict> state = Read(bytes);
  return state.has_value() ? "no error" : state.error().message;
}

/// A tensor to be written: a view of storage `key`.
struct View {
  std::string name;
  std::string type = "FloatStorage";
  std::string key = "0";
  std::int32_t count = 4;
  std::int32_t offset = 0;
  std::vector<std::int32_t> shape = {4};
  std::vector<std::int64_t> strides = {1};
};

template <typename T>
void WriteInts(PickleWriter& writer, const std::vector<T>& values) {
  writer.Mark();
  for (const std::int64_t value : values) writer.Raw("\x8a\x08").Raw(LittleEndianBytes(value));  // LONG1
  writer.Tuple();
}

void WriteTensor(PickleWriter& writer, const View& view) {
  writer.Global("torch._utils", "_rebuild_tensor_v2").Mark().Mark().Text("storage").Global("torch", view.type);
  writer.Text(view.key).Text("cpu").Int(view.count).Tuple().PersistentId().Int(view.offset);
  WriteInts(writer, view.shape);
  WriteInts(writer, view.strides);
  writer.Bool(false).Global("collections", "OrderedDict").EmptyTuple().Reduce().Tuple().Reduce();
}

std::string StatePickle(const std::vector<View>& views) {
  PickleWriter writer;
  writer.Global("collections", "OrderedDict").EmptyTuple().Reduce();
  for (const View& view : views) {
    writer.Text(view.name);
    WriteTensor(writer, view);
    writer.SetItem();
  }
  return writer.Stop();
}

/// The older format. `storages`: key and raw bytes with their element count before them.
std::string Legacy(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages) {
  std::string bytes = PickleWriter().Raw("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").Stop();
  bytes += PickleWriter().Raw("M\xe9\x03").Stop();
  bytes += PickleWriter().EmptyDict().Text("little_endian").Bool(true).SetItem().Stop();
  bytes += pickle;
  PickleWriter keys;
  keys.EmptyList();
  for (const auto& [key, raw] : storages) keys.Text(key).Append();
  bytes += keys.Stop();
  for (const auto& [key, raw] : storages) bytes += raw;
  return bytes;
}

template <typename T>
std::string Storage(const std::vector<T>& values) {
  std::string raw = LittleEndianBytes(static_cast<std::uint64_t>(values.size()));
  for (T value : values) raw += LittleEndianBytes(value);
  return raw;
}

const std::string kFour = Storage<float>({1, 2, 3, 4});

std::string Legacy(const std::vector<View>& views) { return Legacy(StatePickle(views), {{"0", kFour}}); }

/// A ZIP archive of stored members.
std::string Zip(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string file;
  std::string directory;
  for (const auto& [name, content] : members) {
    const auto size = static_cast<std::uint32_t>(content.size());
    const auto name_bytes = static_cast<std::uint16_t>(name.size());
    const std::string common = std::string("\x14\0\0\0\0\0\0\0\0\0", 10) +
                               LittleEndianBytes(Crc32(0, AsBytes(content))) + LittleEndianBytes(size) +
                               LittleEndianBytes(size) + LittleEndianBytes(name_bytes) + std::string(2, '\0');
    directory += std::string("PK\1\2\x14\0", 6) + common + std::string(10, '\0') +
                 LittleEndianBytes(static_cast<std::uint32_t>(file.size())) + name;
    file += "PK\3\4" + common + name + content;
  }
  const auto count = static_cast<std::uint16_t>(members.size());
  return file + directory + std::string("PK\5\6\0\0\0\0", 8) + LittleEndianBytes(count) + LittleEndianBytes(count) +
         LittleEndianBytes(static_cast<std::uint32_t>(directory.size())) +
         LittleEndianBytes(static_cast<std::uint32_t>(file.size())) + std::string(2, '\0');
}

TEST(ReadCheckpoint, ReadsTheShippedModel) {
  auto file = *FileSource::Open(kSource + "/models/nuclei_bbbc038.pth");
  Result<StateDict> state = ReadCheckpoint(*file);
  ASSERT_TRUE(state.has_value()) << state.error().message;
  std::size_t values = 0;
  for (const auto& [name, tensor] : *state) values += tensor.values.size();
  EXPECT_EQ(values, 6'600'845U + 9'544U) << "parameters, and the running statistics of the normalisations";
  EXPECT_THAT(state->at("diam_mean").values, ElementsAre(17.F));
  EXPECT_THAT(state->at("downsample.down.res_down_0.conv.conv_1.2.weight").shape, ElementsAre(32, 32, 3, 3));
  EXPECT_FALSE(state->contains("downsample.down.res_down_0.conv.conv_0.0.num_batches_tracked"));
}

TEST(ReadCheckpoint, ReadsTheSameOnManyThreads) {
  auto file = *FileSource::Open(kSource + "/models/nuclei_bbbc038.pth");
  ComputePool pool(3);
  const StateDict alone = ReadCheckpoint(*file).value();
  const StateDict together = ReadCheckpoint(*file, {}, &pool).value();
  ASSERT_EQ(together.size(), alone.size());
  for (const auto& [name, tensor] : alone) {
    EXPECT_EQ(together.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(together.at(name).values, tensor.values) << name;
  }
}

TEST(ReadCheckpoint, TellsTheFirstErrorOfManyThreads) {
  ComputePool pool(3);
  const auto bad = static_cast<double>(NAN);
  std::vector<View> views;
  std::vector<std::pair<std::string, std::string>> storages;
  for (int i = 0; i < 30; ++i) {
    views.push_back({.name = "w" + std::to_string(i), .type = "DoubleStorage", .key = std::to_string(i)});
    storages.emplace_back(std::to_string(i), Storage<double>({1, 2, 3, i < 20 ? 4 : bad}));
  }
  const std::string bytes = Legacy(StatePickle(views), storages);
  MemorySource file(AsBytes(bytes));
  for (int turn = 0; turn < 20; ++turn) {
    EXPECT_THAT(ReadCheckpoint(file, {}, &pool).error().message, HasSubstr("Tensor 'w20' of the checkpoint holds"));
  }
}

TEST(ReadCheckpoint, ReadsBothFormatsAlike) {
  const std::vector<View> views = {{.name = "w", .shape = {2, 2}, .strides = {2, 1}}};
  Result<StateDict> legacy = Read(Legacy(views));
  Result<StateDict> zip = Read(Zip({{"m/data.pkl", StatePickle(views)}, {"m/data/0", kFour.substr(8)}}));
  ASSERT_TRUE(legacy.has_value()) << legacy.error().message;
  ASSERT_TRUE(zip.has_value()) << zip.error().message;
  EXPECT_THAT(legacy->at("w").shape, ElementsAre(2, 2));
  EXPECT_THAT(legacy->at("w").values, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(zip->at("w").values, legacy->at("w").values);
}

// Written by torch.save of PyTorch 1.13, see testdata/README.md.
TEST(ReadCheckpoint, ReadsWhatPyTorchWrote) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource + "/src/nn/testdata")) {
    if (entry.path().extension() != ".pth") continue;
    ++files;
    auto file = *FileSource::Open(entry.path());
    Result<StateDict> state = ReadCheckpoint(*file);
    ASSERT_TRUE(state.has_value()) << entry.path() << state.error().message;
    ASSERT_THAT(*state, SizeIs(4)) << entry.path();
    EXPECT_THAT(state->at("conv.weight").shape, ElementsAre(2, 3)) << entry.path();
    EXPECT_THAT(state->at("conv.weight").values, ElementsAre(0, 1, 2, 3, 4, 5)) << entry.path();
    EXPECT_THAT(state->at("transposed").shape, ElementsAre(3, 2)) << entry.path();
    EXPECT_THAT(state->at("transposed").values, ElementsAre(0, 3, 1, 4, 2, 5)) << entry.path();
    EXPECT_THAT(state->at("bias").values, ElementsAre(-0.5F, 0.25F)) << entry.path();
    EXPECT_THAT(state->at("scalar").values, ElementsAre(17)) << entry.path();
  }
  EXPECT_GE(files, 4);
}

TEST(ReadCheckpoint, HandlesStridesAndSharedStorages) {
  Result<StateDict> state = Read(Legacy({{.name = "t", .shape = {2, 2}, .strides = {1, 2}},
                                         {.name = "expanded", .shape = {3, 1}, .strides = {0, 1}},
                                         {.name = "tail", .offset = 3, .shape = {1}},
                                         {.name = "far", .offset = 1, .shape = {1, 2}, .strides = {INT64_MAX, 1}},
                                         {.name = "scalar", .offset = 1, .shape = {}, .strides = {}},
                                         {.name = "none", .shape = {0, 5}, .strides = {5, 1}}}));
  ASSERT_TRUE(state.has_value()) << state.error().message;
  EXPECT_THAT(state->at("t").values, ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(state->at("expanded").values, ElementsAre(1, 1, 1));
  EXPECT_THAT(state->at("tail").values, ElementsAre(4));
  EXPECT_THAT(state->at("far").values, ElementsAre(2, 3));
  EXPECT_THAT(state->at("scalar").values, ElementsAre(2));
  EXPECT_THAT(state->at("none").values, SizeIs(0));
}

TEST(ReadCheckpoint, ReadsAnEmptyTensorWhoseOtherSidesHaveNoProduct) {
  const View vast{.name = "vast",
                  .count = 0,
                  .shape = {0, INT32_MAX, INT32_MAX, INT32_MAX},
                  .strides = {1, std::int64_t{INT32_MAX} * INT32_MAX, INT32_MAX, 1}};
  Result<StateDict> state = Read(Legacy(StatePickle({vast}), {{"0", Storage<float>({})}}));
  ASSERT_TRUE(state.has_value()) << state.error().message;
  EXPECT_THAT(state->at("vast").values, SizeIs(0));
}

TEST(ReadCheckpoint, StripsTheModulePrefixAndLeavesIntegersOut) {
  const std::vector<View> views = {{.name = "module.w"},
                                   {.name = "module.n", .type = "LongStorage", .key = "1", .count = 1, .shape = {1}}};
  Result<StateDict> state = Read(Legacy(StatePickle(views), {{"0", kFour}, {"1", Storage<std::int64_t>({7})}}));
  ASSERT_TRUE(state.has_value()) << state.error().message;
  ASSERT_THAT(*state, SizeIs(1));
  EXPECT_TRUE(state->contains("w"));
}

TEST(ReadCheckpoint, WidensEveryFloatType) {
  const std::vector<View> views = {{.name = "h", .type = "HalfStorage", .key = "h", .count = 1, .shape = {1}},
                                   {.name = "b", .type = "BFloat16Storage", .key = "b", .count = 1, .shape = {1}},
                                   {.name = "d", .type = "DoubleStorage", .key = "d", .count = 1, .shape = {1}}};
  Result<StateDict> state = Read(Legacy(StatePickle(views), {{"h", Storage<std::uint16_t>({0x3e00})},
                                                             {"b", Storage<std::uint16_t>({0x3fc0})},
                                                             {"d", Storage<double>({1.5})}}));
  ASSERT_TRUE(state.has_value()) << state.error().message;
  for (const auto& [name, tensor] : *state) EXPECT_THAT(tensor.values, ElementsAre(1.5F)) << name;
}

TEST(ReadCheckpoint, RefusesCallsByName) {
  for (auto [module, name] : {std::pair("os", "system"),
                              {"builtins", "eval"},
                              {"posix", "system"},
                              {"torch", "load"},
                              {"cellpose.resnet_torch", "CPnet"},
                              {"numpy", "ndarray"}}) {
    const std::string evil = PickleWriter().Global(module, name).Mark().Text("id").Tuple().Reduce().Stop();
    const std::string message = "The checkpoint calls '" + std::string(module) + "." + name +
                                "', which a state dict does not need; it is not read.";
    EXPECT_EQ(ErrorOf(Zip({{"m/data.pkl", evil}})), message);
    EXPECT_EQ(ErrorOf(Legacy(evil, {})), message);
    EXPECT_EQ(ErrorOf(evil), message);
  }
  const std::string stacked = PickleWriter(4).Text("os").Text("system").Raw("\x93").Stop();
  EXPECT_THAT(ErrorOf(Legacy(stacked, {})), HasSubstr("calls 'os.system'"));
}

TEST(ReadCheckpoint, RefusesOpcodesThatBuildObjects) {
  for (std::string_view opcode : {"i", "o", "\x81", "\x92", "\x82", "P", "g"}) {
    EXPECT_THAT(ErrorOf(Legacy(PickleWriter().Raw(opcode).Stop(), {})), HasSubstr("opcode")) << opcode;
  }
}

TEST(ReadCheckpoint, RefusesTensorsThatLie) {
  const std::string beyond = "Tensor 'w' of the checkpoint reaches beyond its storage.";
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .shape = {5}}})), beyond);
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .offset = 1}})), beyond);
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .offset = -1}})), beyond);
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .strides = {2}}})), beyond);
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .strides = {-1}}})), beyond);
  EXPECT_EQ(ErrorOf(Legacy({{.name = "w", .shape = {65536, 4}, .strides = {2147483647, 1}}})), beyond);
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .shape = {-4}}})), HasSubstr("no readable shape"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .shape = {2, 2}}})), HasSubstr("no readable shape"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .shape = {2147483647, 2147483647, 2147483647}, .strides = {0, 0, 0}}})),
              HasSubstr("too large"));
}

TEST(ReadCheckpoint, RefusesStoragesThatLie) {
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .count = 5}})), HasSubstr("storage '0' has another size"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "v", .count = 2, .shape = {2}}, {.name = "w"}})),
              HasSubstr("storage '0' has another size"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .key = "9"}})), HasSubstr("storage '0' is not of a known type"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .type = "OrderedDict"}})), HasSubstr("torch.OrderedDict"));
  EXPECT_THAT(ErrorOf(Legacy({{.name = "w", .count = -4}})), HasSubstr("'0'"));
  EXPECT_THAT(ErrorOf(Zip({{"m/data.pkl", StatePickle({{.name = "w"}})}})), HasSubstr("storage '0' is missing"));
  EXPECT_THAT(ErrorOf(Zip({{"m/data.pkl", StatePickle({{.name = "w"}})}, {"m/data/0", "short"}})),
              HasSubstr("storage '0' has another size"));
}

TEST(ReadCheckpoint, RefusesNumbersThatAreNotFinite) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::string file = Legacy(StatePickle({{.name = "layer.weight"}}), {{"0", Storage<float>({1, bad, 3, 4})}});
    EXPECT_THAT(ErrorOf(file), HasSubstr("Tensor 'layer.weight' of the checkpoint holds infinite or undefined"));
  }
}

TEST(ReadCheckpoint, SaysWhatTheFileHoldsInstead) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("not a PyTorch checkpoint"));
  EXPECT_THAT(ErrorOf("<html>404</html>"), HasSubstr("not a PyTorch checkpoint"));
  EXPECT_THAT(ErrorOf(Zip({{"word/document.xml", "x"}})), HasSubstr("not a PyTorch checkpoint"));
  EXPECT_THAT(ErrorOf(PickleWriter().Int(1).Stop()), HasSubstr("not a PyTorch checkpoint"));
  EXPECT_THAT(ErrorOf(Legacy(PickleWriter().EmptyList().Stop(), {})), HasSubstr("holds a list"));
  EXPECT_THAT(ErrorOf(Legacy(PickleWriter().EmptyDict().Stop(), {})), HasSubstr("without tensors"));
}

TEST(ReadCheckpoint, BoundsWhatAPickleMayDo) {
  const std::string deep = PickleWriter().Raw(std::string(100'000, '(')).Stop();
  EXPECT_THAT(ErrorOf(Legacy(deep, {})), HasSubstr("damaged"));
  std::string nested = PickleWriter().EmptyTuple().Raw(std::string(500'000, '\x85')).Stop();
  EXPECT_THAT(ErrorOf(Legacy(nested, {})), HasSubstr("holds a list"));
  const std::string many = PickleWriter().Raw(std::string(2'000'000, 'N')).Stop();
  EXPECT_THAT(ErrorOf(Legacy(many, {})), HasSubstr("more than 1000000 values"));
  std::string itself =
      PickleWriter().EmptyList().Raw("q").Raw(std::string(1, '\0')).Raw("h").Raw(std::string(1, '\0')).Append().Stop();
  EXPECT_THAT(ErrorOf(Legacy(itself, {})), HasSubstr("holds a list"));
  for (std::string_view stray : {"", "R", "b", "Q", "s", "a", "t", "u", "e", "q0", "h0", "\x87", "\x93", "\x94", "0"}) {
    EXPECT_THAT(ErrorOf(Legacy(PickleWriter().Raw(stray).Stop(), {})), HasSubstr("damaged")) << stray;
  }
}

TEST(ReadCheckpoint, BoundsCopiesOfSharedTuples) {
  PickleWriter writer;
  writer.Global("torch", "Size").Raw("q\1").Raw("0(").Raw(std::string(200'000, 'N')).Tuple().Raw("q\2");
  for (int i = 0; i < 20; ++i) writer.Raw("h\1h\2R0");
  EXPECT_THAT(ErrorOf(Legacy(writer.Stop(), {})), HasSubstr("damaged"));
}

TEST(ReadCheckpoint, HoldsTheLimitsGiven) {
  const std::string file = Legacy({{.name = "a"}, {.name = "b"}});
  EXPECT_EQ(Read(file, {.max_bytes = 100}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Read(file, {.max_tensors = 1}).error().code, ErrorCode::kTooLarge);
  std::vector<View> expanded(10);
  for (std::size_t i = 0; i < expanded.size(); ++i) {
    expanded[i] = View{.name = std::to_string(i), .shape = {1000, 4}, .strides = {0, 1}};
  }
  EXPECT_TRUE(Read(Legacy(expanded)).has_value());
  EXPECT_EQ(Read(Legacy(expanded), {.max_bytes = 100'000}).error().code, ErrorCode::kTooLarge);
}

TEST(ReadCheckpoint, SurvivesEveryCutAndManyFlips) {
  const std::vector<View> views = {{.name = "w"}, {.name = "v", .shape = {2, 2}, .strides = {1, 2}}};
  for (const std::string& file :
       {Legacy(views), Zip({{"m/data.pkl", StatePickle(views)}, {"m/data/0", kFour.substr(8)}})}) {
    for (std::size_t length = 0; length < file.size(); ++length) {
      EXPECT_FALSE(Read(std::string_view(file).substr(0, length)).has_value()) << length;
    }
    for (std::size_t at = 0; at < file.size(); ++at) {
      for (char mask : {'\x01', '\x80', '\x55'}) {
        std::string flipped = file;
        flipped[at] = static_cast<char>(flipped[at] ^ mask);
        (void)Read(flipped);
      }
    }
  }
}

TEST(ReadCheckpoint, NoticesAChangedByteInTheArchive) {
  std::string file = Zip({{"m/data.pkl", StatePickle({{.name = "w"}})}, {"m/data/0", kFour.substr(8)}});
  file[file.find("m/data/0") + 8] ^= 1;
  EXPECT_THAT(ErrorOf(file), AllOf(HasSubstr("'m/data/0'"), HasSubstr("has changed")));
}

}  // namespace
}  // namespace intelliclinix::nn
