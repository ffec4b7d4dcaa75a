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
#include "bench/layers.h"
#include "bench/peaks.h"
#include "bench/take.h"
#include "nn/checkpoint.h"
#include "nn/cpnet.h"
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
  bool layers = false;
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
  app.add_option("--cpu", options.cpu, "The newest instructions that the native engine may use")
      ->check([](const std::string& name) { return nn::ParseCpuLevel(name) ? "" : "there are no such instructions"; });
  app.add_flag("--layers", options.layers, "Times the layers of the native engine too");
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

/// The layers of a variant.
struct Layers {
  std::string variant;
  std::vector<LayerKind> kinds;
};

struct Measurement {
  nn::StateDict weights;
  std::vector<Variant> variants;
  std::vector<Layers> layers;
  std::vector<Peak> peaks;
  nlohmann::json left_out = nlohmann::json::array();
};

nn::EngineOptions EngineOf(const Options& options, const std::string& variant) {
  return {.engine = variant.starts_with("native") ? nn::Engine::kNative : nn::Engine::kOpenvino,
          .precision = variant.ends_with("bf16") ? nn::Precision::kBfloat16 : nn::Precision::kFloat32,
          .cpu = nn::ParseCpuLevel(options.cpu).value(),
          .threads = options.threads};
}

Result<Measurement> Prepare(const Options& options) {
  IC_ASSIGN_OR_RETURN(const auto source, FileSource::Open(options.weights));
  Measurement result;
  IC_ASSIGN_OR_RETURN(result.weights, nn::ReadCheckpoint(*source));
  Tile tile(options.side);
  for (const std::string& name : options.variants) {
    auto network = nn::MakeCpnet(result.weights, EngineOf(options, name));
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

void PassAgain(Tile& tile, const nn::Network& network) {
  if (!tile.Pass(network).has_value()) std::abort();  // the first pass of Prepare went well
}

void Round(const Options& options, ComputePool& pool, std::vector<Tile>& tiles, Measurement& result) {
  for (Variant& variant : result.variants) {
    const double many = TimeOnThreads(options.threads, [&](int i) {
      for (int n = 0; n < options.tiles; ++n) PassAgain(tiles[static_cast<std::size_t>(i)], *variant.network);
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

Status MeasureLayers(const Options& options, std::vector<Tile>& tiles, Measurement& result) {
  IC_ASSIGN_OR_RETURN(const nn::Cpnet net, nn::FindCpnet(result.weights));
  const auto pass = [&](const nn::Network& network, int thread) {
    PassAgain(tiles[static_cast<std::size_t>(thread)], network);
  };
  for (const Variant& variant : result.variants) {
    const nn::EngineOptions engine = EngineOf(options, variant.name);
    if (engine.engine != nn::Engine::kNative) continue;
    result.layers.push_back({variant.name, TimeLayers(net, {.precision = engine.precision,
                                                            .cpu = engine.cpu,
                                                            .threads = options.threads,
                                                            .rounds = options.rounds,
                                                            .pass = pass})});
  }
  return {};
}

nlohmann::json ToJson(const Layers& layers) {
  nlohmann::json kinds = nlohmann::json::array();
  for (const LayerKind& kind : layers.kinds) {
    kinds.push_back({{"kind", kind.name},
                     {"layers", kind.layers},
                     {"ms", kind.seconds * 1e3},
                     {"gflop", kind.operations / 1e9},
                     {"direct_gflop", kind.direct_operations / 1e9},
                     {"mbytes", kind.bytes / 1e6}});
  }
  return {{"variant", layers.variant}, {"kinds", kinds}};
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
  nlohmann::json layers = nlohmann::json::array();
  for (const Layers& one : result.layers) layers.push_back(ToJson(one));
  return {{"threads", options.threads},  {"side", options.side}, {"rounds", options.rounds}, {"variants", variants},
          {"left_out", result.left_out}, {"peaks", peaks},       {"layers", layers}};
}

}  // namespace
}  // namespace intelliclinix::bench

int main(int argc, char** argv) {
  using namespace intelliclinix::bench;
  Options options;
  if (const auto status = Parse(argc, argv, options)) return *status;
  Measurement result = Take(Prepare(options));
  std::vector<Tile> tiles(static_cast<std::size_t>(options.threads), Tile(options.side));
  intelliclinix::ComputePool pool(options.threads);
  for (int round = 0; round < options.rounds; ++round) Round(options, pool, tiles, result);
  if (options.layers) Take(MeasureLayers(options, tiles, result));
  std::cout << ToJson(options, result) << '\n';
  return 0;
}
