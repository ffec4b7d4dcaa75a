#include <iomanip>
#include <sstream>

#include "app/doctor_report.h"
#include "base/digits.h"

namespace intelliclinix::app {
namespace {

std::string Gibibytes(const Json& bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << bytes.get<double>() / (1ULL << 30) << " GiB";
  return text.str();
}

/// "avx2 yes, avx512f no".
std::string FeaturesText(const Json& features) {
  std::string text;
  for (const auto& [name, there] : features.items()) {
    text += (text.empty() ? "" : ", ") + name + (there.get<bool>() ? " yes" : " no");
  }
  return text;
}

/// What the network sees.
std::string InputText(const Json& input) {
  if (input.is_null()) return "";
  return "; sees " + std::to_string(input["channels"].get<int>()) + " channels, sides from " +
         std::to_string(input["least_side"].get<int>()) + " to " + std::to_string(input["tile"].get<int>()) +
         " px by " + std::to_string(input["multiple"].get<int>());
}

std::string ModelText(const Json& model) {
  constexpr std::size_t kShownDigits = 12;
  if (!model["fit"].get<bool>()) return "NOT FIT";
  std::ostringstream text;
  text << "fit; " << model["engine"].get<std::string>() << ", " << model["precision"].get<std::string>() << "; weights "
       << model["weights_sha256"].get<std::string>().substr(0, kShownDigits) << InputText(model["input"]);
  if (model["self_test_compared"].get<bool>()) {
    text << "; self-test differs by " << model["self_test_max_error"].get<double>();
  } else {
    text << "; it has no self-test";
  }
  text << std::fixed << std::setprecision(0) << "; loaded in " << model["load_and_self_test_ms"].get<double>() << " ms";
  for (const auto& [precision, tile_ms] : model["tile_ms"].items()) {
    if (!tile_ms.is_null()) text << "; one tile takes a core " << tile_ms.get<double>() << " ms in " << precision;
  }
  return text.str();
}

/// The largest image that is taken.
std::string ImageLimitsText(const Json& limits) {
  return "up to " + GroupDigits(limits["max_pixels"].get<std::uint64_t>()) + " px and " +
         std::to_string(limits["max_channels"].get<int>()) + " channels, within " + Gibibytes(limits["max_memory"]);
}

std::string DataText(const Json& data) {
  std::string text = data["folder"].get<std::string>();
  if (data.contains("free_bytes")) text += ", " + Gibibytes(data["free_bytes"]) + " free";
  return text + (data["writable"].get<bool>() ? "" : ", NOT WRITABLE");
}

}  // namespace

std::string ReportText(const Json& report) {
  std::ostringstream text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text << std::left << std::setw(14) << name << value << '\n';
  };
  const Json& memory = report["memory"];
  line("version", report["version"].get<std::string>());
  line("processor", report["cpu"]["model"].get<std::string>());
  line("features", FeaturesText(report["cpu"]["features"]));
  line("cores", std::to_string(report["cpu"]["usable_cores"].get<int>()) + " may be used; " +
                    std::to_string(report["threads"].get<int>()) + " threads compute");
  line("precision", report["precision"]["default"].get<std::string>() +
                        (report["precision"]["bf16_possible"].get<bool>() ? "; bf16 by choice (precision=bf16)"
                                                                          : "; this processor has no bf16"));
  line("memory", Gibibytes(memory["available_bytes"]) + " of " + Gibibytes(memory["total_bytes"]) + " available" +
                     (memory["limit_bytes"].is_null() ? "" : "; limited to " + Gibibytes(memory["limit_bytes"])));
  line("images", ImageLimitsText(report["input"]));
  line("data", DataText(report["data"]));
  line("open files", std::to_string(report["open_files"]["now"].get<std::uint64_t>()) + ", may be raised to " +
                         std::to_string(report["open_files"]["permitted"].get<std::uint64_t>()));
  for (const auto& [id, model] : report["models"].items()) line("model", id + ": " + ModelText(model));
  for (const Json& problem : report["problems"]) line("PROBLEM", problem.get<std::string>());
  if (report["problems"].empty()) line("problems", "none");
  return text.str();
}

}  // namespace intelliclinix::app
