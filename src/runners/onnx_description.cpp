#include "runners/onnx_description.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>

#include <toml++/toml.h>

#include "nn/cpnet_shapes.h"
#include "nn/onnx.h"

namespace intelliclinix::runners {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr std::size_t kMostText = 2000;

std::unexpected<Error> Refuse(const std::string& message) {
  return Fail(ErrorCode::kInvalidArgument, message, "description");
}

std::string Where(const toml::node& node) {
  return "The description, line " + std::to_string(node.source().begin.line) + ": ";
}

/// Reads the keys of one table. The first fault counts; Finish tells it, and the key that nothing asked for.
class Table {
 public:
  /// `name`: of the table, empty for the file's own.
  Table(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  const toml::table* Inner(const char* key) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) SetFault(*node, key, "must be a table.");
    return node->as_table();
  }

  void Text(const char* key, std::string& value) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return;
    const auto text = node->value_exact<std::string>();
    if (!text || text->size() > kMostText) return SetFault(*node, key, "must be a text of at most 2000 bytes.");
    value = *text;
  }

  void Whole(const char* key, int least, int most, int& value) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return;
    const auto number = node->value_exact<std::int64_t>();
    if (!number || *number < least || *number > most) {
      return SetFault(*node, key,
                      "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
    }
    value = static_cast<int>(*number);
  }

  /// A number above 0.
  void Positive(const char* key, double& value) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return;
    const auto number = node->value<double>();
    if (!number || !(*number > 0) || !(*number < 1e6)) return SetFault(*node, key, "must be a number above 0.");
    value = *number;
  }

  void Percentiles(const char* key, std::array<double, 2>& value) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return;
    const toml::array* const pair = node->as_array();
    const auto low = pair != nullptr && pair->size() == 2 ? pair->get(0)->value<double>() : std::nullopt;
    const auto high = pair != nullptr && pair->size() == 2 ? pair->get(1)->value<double>() : std::nullopt;
    if (!low || !high || !(*low >= 0 && *low < *high && *high <= 100)) {
      return SetFault(*node, key, "must be two numbers of 0 to 100, the first smaller than the second.");
    }
    value = {*low, *high};
  }

  /// The place of a text among `choices`; `fallback` where the key is missing.
  std::size_t Choice(const char* key, std::initializer_list<std::string_view> choices, std::size_t fallback) {
    const toml::node* const node = Take(key);
    if (node == nullptr) return fallback;
    const auto text = node->value_exact<std::string>();
    const auto* const found = std::find(choices.begin(), choices.end(), text.value_or(""));
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    std::string list;
    for (const std::string_view choice : choices) list += (list.empty() ? "'" : ", '") + std::string(choice) + "'";
    SetFault(*node, key, "must be one of " + list + ".");
    return fallback;
  }

  void Require(const char* key) {
    if (table_.contains(key) || fault_) return;
    fault_ = "The description lacks " + Named(key) + ". Add it.";
  }

  Status Finish() {
    for (const auto& [key, node] : table_) {
      if (fault_) break;
      const bool known = std::ranges::find(asked_, key.str()) != asked_.end();
      if (!known) SetFault(node, std::string(key.str()).substr(0, 40).c_str(), "is unknown. Take it out.");
    }
    if (fault_) return Refuse(*fault_);
    return {};
  }

 private:
  const toml::node* Take(const char* key) {
    asked_.emplace_back(key);
    return table_.get(key);
  }

  std::string Named(const char* key) const { return "'" + (name_.empty() ? "" : name_ + ".") + key + "'"; }

  void SetFault(const toml::node& node, const char* key, const std::string& rule) {
    if (!fault_) fault_ = Where(node) + Named(key) + " " + rule;
  }

  const toml::table& table_;
  std::string name_;
  std::vector<std::string> asked_;
  std::optional<std::string> fault_;
};

/// A file beside the description: a name without folders.
bool IsFileName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos && name.find('\\') == name.npos;
}

Status ReadScaling(const toml::table* table, unet::Reading& reading) {
  if (table == nullptr) return {};
  Table scaling(*table, "scaling");
  reading.scaled = scaling.Choice("kind", {"none", "percentile"}, 1) == 1;
  scaling.Percentiles("percentile", reading.percentile);
  return scaling.Finish();
}

Status ReadWatershed(const toml::table* table, unet::Reading& reading) {
  if (table == nullptr) return Refuse("The description lacks the table 'semantic_watershed'. Add it.");
  Table classes(*table, "semantic_watershed");
  classes.Require("classes");
  classes.Require("interior");
  classes.Whole("classes", 2, 64, reading.classes);
  classes.Whole("background", 0, 63, reading.background);
  classes.Whole("interior", 0, 63, reading.interior);
  reading.softmax = classes.Choice("output", {"probabilities", "logits"}, 1) == 1;
  IC_RETURN_IF_ERROR(classes.Finish());
  const bool good = reading.background < reading.classes && reading.interior < reading.classes &&
                    reading.background != reading.interior;
  if (!good) return Refuse("The description's 'background' and 'interior' must be two of its classes, from 0 on.");
  return {};
}

Status ReadFlows(const toml::table* table, OnnxDescription& description) {
  if (table == nullptr) return Refuse("The description lacks the table 'cellpose_flows'. Add it.");
  Table flows(*table, "cellpose_flows");
  double diam_mean = 0;
  double diam_labels = 0;
  flows.Require("diam_mean");
  flows.Positive("diam_mean", diam_mean);
  flows.Positive("diam_labels", diam_labels);
  IC_RETURN_IF_ERROR(flows.Finish());
  description.diameters.diam_mean = static_cast<float>(diam_mean);
  description.diameters.diam_labels = static_cast<float>(diam_labels > 0 ? diam_labels : diam_mean);
  return {};
}

Status ReadTest(const toml::table* table, OnnxDescription& description) {
  if (table == nullptr) return {};
  Table test(*table, "test");
  test.Require("input");
  test.Require("output");
  test.Text("input", description.test_input);
  test.Text("output", description.test_output);
  test.Positive("tolerance", description.test_tolerance);
  IC_RETURN_IF_ERROR(test.Finish());
  if (IsFileName(description.test_input) && IsFileName(description.test_output)) return {};
  return Refuse("The description's 'test.input' and 'test.output' must be names of files beside it, without folders.");
}

Status CheckTiles(const OnnxDescription& description) {
  const unet::Reading& reading = description.reading;
  if (reading.channels != 1 && reading.channels != 2 && reading.channels != 3) {
    return Refuse("The description's 'channels' must be 1, 2 or 3.");
  }
  const bool flows = description.interpretation == Interpretation::kCellposeFlows;
  if (!flows && reading.tile % reading.multiple != 0)
    return Refuse("The description's 'tile' must be a multiple of 'multiple'.");
  if (reading.overlap > reading.tile / 2) return Refuse("The description's 'overlap' must be at most half of 'tile'.");
  if (flows && (reading.channels == 3 || 16 % reading.multiple != 0)) {
    return Refuse("With 'cellpose_flows', 'channels' must be 1 or 2, and 'multiple' 1, 2, 4, 8 or 16.");
  }
  if (!flows && reading.channels == 2) return Refuse("With 'semantic_watershed', 'channels' must be 1 or 3.");
  return {};
}

Result<OnnxDescription> Read(const toml::table& root) {
  OnnxDescription description;
  unet::Reading& reading = description.reading;
  Table table(root, "");
  table.Text("name", description.name);
  table.Text("description", description.description);
  table.Text("license", description.license);
  table.Text("source", description.source);
  table.Require("interpretation");
  const bool flows = table.Choice("interpretation", {"semantic_watershed", "cellpose_flows"}, 0) == 1;
  description.interpretation = flows ? Interpretation::kCellposeFlows : Interpretation::kSemanticWatershed;
  reading.channels = flows ? static_cast<int>(nn::kCpnetPlanes) : 1;
  table.Whole("channels", 1, 3, reading.channels);
  table.Whole("multiple", 1, 512, reading.multiple);
  // With flows, tiles and scaling are parameters of Cellpose's.
  if (!flows) table.Whole("tile", 64, 4096, reading.tile);
  if (!flows) table.Whole("overlap", 0, 2048, reading.overlap);
  const toml::table* const scaling = flows ? nullptr : table.Inner("scaling");
  const toml::table* const classes = table.Inner("semantic_watershed");
  const toml::table* const planes = table.Inner("cellpose_flows");
  const toml::table* const test = table.Inner("test");
  IC_RETURN_IF_ERROR(table.Finish());
  if ((flows ? classes : planes) != nullptr) {
    return Refuse("The description has a table of another interpretation than its own. Take it out.");
  }
  IC_RETURN_IF_ERROR(ReadScaling(scaling, reading));
  IC_RETURN_IF_ERROR(flows ? ReadFlows(planes, description) : ReadWatershed(classes, reading));
  IC_RETURN_IF_ERROR(ReadTest(test, description));
  IC_RETURN_IF_ERROR(CheckTiles(description));
  return description;
}

bool Fits(std::int64_t side, std::int64_t wanted) { return side == nn::kAnySide || side == wanted; }

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t side : shape) {
    text += (text.empty() ? "" : ", ") + (side == nn::kAnySide ? std::string("any") : std::to_string(side));
  }
  return "[" + text + "]";
}

}  // namespace

Result<OnnxDescription> ParseOnnxDescription(std::span<const std::byte> text) {
  if (text.size() > kMostBytes) return Refuse("The description has more than 64 KiB.");
  try {
    return Read(toml::parse(std::string_view(reinterpret_cast<const char*>(text.data()), text.size())));
  } catch (const toml::parse_error& error) {
    return Refuse("The description, line " + std::to_string(error.source().begin.line) +
                  ": this is not TOML: " + std::string(error.description()).substr(0, 200) + ".");
  }
}

Status CheckSignature(const OnnxDescription& description, const std::vector<std::int64_t>& input,
                      const std::vector<std::int64_t>& output) {
  const unet::Reading& reading = description.reading;
  const bool flows = description.interpretation == Interpretation::kCellposeFlows;
  const std::int64_t planes = flows ? nn::kCpnetOutputs : reading.classes;
  const auto is = [&](const std::vector<std::int64_t>& shape, std::int64_t channels) {
    return shape.size() == 4 && Fits(shape[0], 1) && Fits(shape[1], channels) && Fits(shape[2], reading.tile) &&
           Fits(shape[3], reading.tile);
  };
  if (!is(input, reading.channels)) {
    return Refuse("The description does not fit the network: this takes " + ShapeText(input) + ", and [1, " +
                  std::to_string(reading.channels) + ", any, any] or tiles of " + std::to_string(reading.tile) +
                  " px (channels, tile) are described.");
  }
  if (!is(output, planes)) {
    return Refuse("The description does not fit the network: this gives " + ShapeText(output) + ", and [1, " +
                  std::to_string(planes) + ", height, width] is described.");
  }
  const bool fixed = input[2] != nn::kAnySide || input[3] != nn::kAnySide;
  if (flows && fixed) {
    return Refuse("With 'cellpose_flows' the network must take tiles of any size. Export it with dynamic axes.");
  }
  return {};
}

}  // namespace intelliclinix::runners
