// The engines for CPnet and the machine's peaks in one process, in turns, as one JSON object.
#include <algorithm>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <random>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/byte_source.h"
#include "base/compute_pool.h"
#include "bench/peaks.h"
#include "nn/checkpoint.h"
#include "nn/network.h"

namespace intelliclinix::bench {
namespace {

struct Options {
  std::vector<std::string> variants = {"native-f32", "native-bf16", "openvino-f32", "openvino-bf16"};
  int threads = AvailableCores();
  int rounds = 20;
  int tiles = 4;  // a thread and round
  std::int64_t side = 224;
  std::string cpu = "amx";  // the newest instructions of the native engine
  std::string weights = INTELLICLINIX_SOURCE_DIR "/models/nuclei_bbbc038.pth";
};

std::optional<int> Parse(int argc, char** argv, Options& options) {
  CLI::App app{"Times tiles through CPnet; the least time of all rounds counts."};
  app.add_option("--variants", options.variants, "Engines and precisions")
      ->delimiter(',')
      ->check(CLI::IsMember(options.variants));
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--tiles", options.tiles, "Tiles a thread and round")->check(CLI::PositiveNumber);
  app.add_option("--side", options.side, "Side of the tiles, px, a multiple of 16")->check(CLI::PositiveNumber);
  app.add_option("--cpu", options.cpu, "The newest instructions that the native engine may use");
  app.add_option("--weights", options.weights, "The checkpoint")->check(CLI::ExistingFile);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

/// The memory of one caller. Noise stands in for an image: no engine's time depends on the pixels.
class Tile {
 public:
  explicit Tile(std::int64_t side)
      : side_(side), input_(static_cast<std::size_t>(2 * side * side)), output_(input_.size() / 2 * 3), style_(256) {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> brightness(0, 1);
    std::ranges::generate(input_, [&] { return brightness(random); });
  }

  Status Pass(const nn::Network& network, nn::Crew crew = {}) {
    const std::int64_t input_shape[] = {1, 2, side_, side_};
    const std::int64_t output_shape[] = {1, 3, side_, side_};
    const std::int64_t style_shape[] = {1, 256};
    const nn::MutableTensorView outputs[] = {{output_shape, output_}, {style_shape, style_}};
    return network.Forward({input_shape, input_}, outputs, crew);
  }

 private:
  std::int64_t side_;
  std::vector<float> input_;
  std::vector<float> output_;
  std::vector<float> style_;
};

struct Variant {
  std::string name;
  std::unique_ptr<nn::Network> network;
  double many_ms = std::numeric_limits<double>::infinity();  // a tile, with every thread at tiles of its own
  double lone_ms = std::numeric_limits<double>::infinity();  // a lone tile, which the threads share
};

struct Peak {
  Kernel kernel;
  std::int64_t passes = 1;
  double gflops = 0;
};

struct Measurement {
  std::vector<Variant> variants;
  std::vector<Peak> peaks;
  nlohmann::json left_out = nlohmann::json::array();
};

Result<Measurement> Prepare(const Options& options) {
  IC_ASSIGN_OR_RETURN(const auto source, FileSource::Open(options.weights));
  IC_ASSIGN_OR_RETURN(const nn::StateDict weights, nn::ReadCheckpoint(*source));
  const std::optional<nn::CpuLevel> cpu = nn::ParseCpuLevel(options.cpu);
  if (!cpu) return Fail(ErrorCode::kInvalidArgument, "There are no instructions named '" + options.cpu + "'.", "cpu");
  Measurement result;
  Tile tile(options.side);
  for (const std::string& name : options.variants) {
    const nn::EngineOptions engine{
        .engine = name.starts_with("native") ? nn::Engine::kNative : nn::Engine::kOpenvino,
        .precision = name.ends_with("bf16") ? nn::Precision::kBfloat16 : nn::Precision::kFloat32,
        .cpu = *cpu,
        .threads = options.threads,
    };
    auto network = nn::MakeCpnet(weights, engine);
    if (!network.has_value()) {
      result.left_out.push_back({{"variant", name}, {"why", network.error().message}});
      continue;
    }
    IC_RETURN_IF_ERROR(tile.Pass(**network));
    result.variants.push_back({name, std::move(*network)});
  }
  for (Kernel& kernel : KernelsOfThisCpu()) {
    const std::int64_t passes = PassesFor(kernel, 0.1);
    result.peaks.push_back({std::move(kernel), passes});
  }
  return result;
}

void Round(const Options& options, ComputePool& pool, std::vector<Tile>& tiles, Measurement& result) {
  const auto pass = [](Tile& tile, const nn::Network& network) {
    if (!tile.Pass(network).has_value()) std::abort();  // the first pass of Prepare went well
  };
  for (Variant& variant : result.variants) {
    const double many = TimeOnThreads(options.threads, [&](int i) {
      for (int n = 0; n < options.tiles; ++n) pass(tiles[static_cast<std::size_t>(i)], *variant.network);
    });
    const double lone = TimeOnThreads(1, [&](int) {
      if (!tiles[0].Pass(*variant.network, {.pool = &pool, .size = pool.threads()}).has_value()) std::abort();
    });
    variant.many_ms = std::min(variant.many_ms, many * 1e3 / options.threads / options.tiles);
    variant.lone_ms = std::min(variant.lone_ms, lone * 1e3);
  }
  for (Peak& peak : result.peaks) {
    peak.gflops = std::max(peak.gflops, Gflops(peak.kernel, options.threads, peak.passes));
  }
}

nlohmann::json ToJson(const Options& options, const Measurement& result) {
  nlohmann::json variants = nlohmann::json::array();
  for (const Variant& variant : result.variants) {
    const nn::NetworkDescription description = variant.network->Describe();
    variants.push_back({{"variant", variant.name},
                        {"engine", description.engine},
                        {"precision", nn::PrecisionName(description.precision)},
                        {"many_ms", variant.many_ms},
                        {"lone_ms", variant.lone_ms}});
  }
  nlohmann::json peaks = nlohmann::json::array();
  for (const Peak& peak : result.peaks) {
    peaks.push_back(
        {{"kernel", peak.kernel.name}, {"precision", peak.kernel.precision}, {"gflops_all_cores", peak.gflops}});
  }
  return {{"threads", options.threads}, {"side", options.side},        {"rounds", options.rounds},
          {"variants", variants},       {"left_out", result.left_out}, {"peaks", peaks}};
}

}  // namespace
}  // namespace intelliclinix::bench

int main(int argc, char** argv) {
  using namespace intelliclinix::bench;
  Options options;
  if (const auto status = Parse(argc, argv, options)) return *status;
  auto result = Prepare(options);
  if (!result.has_value()) {
    std::cerr << "network_bench: " << result.error().message << '\n';
    return 1;
  }
  std::vector<Tile> tiles(static_cast<std::size_t>(options.threads), Tile(options.side));
  intelliclinix::ComputePool pool(options.threads);
  for (int round = 0; round < options.rounds; ++round) Round(options, pool, tiles, *result);
  std::cout << ToJson(options, *result) << '\n';
  return 0;
}
