// The peaks of this machine, as one JSON object.
#include <algorithm>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/compute_pool.h"
#include "bench/peaks.h"

namespace intelliclinix::bench {
namespace {

struct Options {
  int threads = AvailableCores();
  int rounds = 10;
  double seconds = 0.2;                                   // a kernel a round
  std::size_t bytes_per_thread = std::size_t{256} << 20;  // more than the caches hold
};

std::optional<int> Parse(int argc, char** argv, Options& options) {
  CLI::App app{"Measures what the cores can multiply and what the memory can move."};
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--bytes", options.bytes_per_thread)->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

struct Peak {
  Kernel kernel;
  std::int64_t passes = 1;
  double one_core = 0;
  double all_cores = 0;
};

nlohmann::json Measure(const Options& options) {
  std::vector<Peak> peaks;
  for (Kernel& kernel : KernelsOfThisCpu()) {
    const std::int64_t passes = PassesFor(kernel, options.seconds);
    peaks.push_back({std::move(kernel), passes});
  }
  Bandwidth bandwidth;
  for (int round = 0; round < options.rounds; ++round) {
    for (Peak& peak : peaks) {
      peak.one_core = std::max(peak.one_core, Gflops(peak.kernel, 1, peak.passes));
      peak.all_cores = std::max(peak.all_cores, Gflops(peak.kernel, options.threads, peak.passes));
    }
    const Bandwidth now = MeasureBandwidth(options.threads, options.bytes_per_thread);
    bandwidth = {std::max(bandwidth.read, now.read), std::max(bandwidth.copy, now.copy)};
  }
  nlohmann::json list = nlohmann::json::array();
  for (const Peak& peak : peaks) {
    list.push_back({{"kernel", peak.kernel.name},
                    {"precision", peak.kernel.precision},
                    {"gflops_one_core", peak.one_core},
                    {"gflops_all_cores", peak.all_cores}});
  }
  return {{"threads", options.threads},
          {"peaks", list},
          {"memory_gbytes_per_s", {{"read", bandwidth.read}, {"copy", bandwidth.copy}}}};
}

}  // namespace
}  // namespace intelliclinix::bench

int main(int argc, char** argv) {
  intelliclinix::bench::Options options;
  if (const auto status = Parse(argc, argv, options)) return *status;
  std::cout << intelliclinix::bench::Measure(options) << '\n';
  return 0;
}
