#include "runners/artifacts/text.h"

#include <cmath>
#include <span>
#include <utility>

#include "base/byte_source.h"
#include "base/hashing.h"
#include "base/json.h"

namespace intelliclinix::runners {

std::string Quoted(std::string_view name) { return DumpJson(Json(std::string(name))); }

void AppendNumbers(std::string& text, const Cell& cell, const std::vector<Column>& columns) {
  text += '{';
  for (const Column& column : columns) {
    const double value = column.value(cell, column);
    if (!std::isfinite(value)) continue;
    if (text.back() != '{') text += ',';
    text += '"';
    text += column.name;  // names of columns have nothing to escape
    text += "\":";
    AppendNumber(text, value);
  }
  text += '}';
}

std::string ObjectUuid(std::string_view identity, std::uint32_t label) {
  const std::string name = std::string(identity) + "/" + std::to_string(label);
  std::string hex = Sha256Hex(AsBytes(name)).substr(0, 32);
  hex[12] = '8';                  // version
  hex[16] = "89ab"[hex[16] % 4];  // variant
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

ArtifactBytes TextArtifact(std::string_view kind, std::string filename, std::string_view content_type,
                           std::string_view text) {
  const std::span<const std::byte> bytes = AsBytes(text);
  return {.kind = std::string(kind),
          .filename = std::move(filename),
          .content_type = std::string(content_type),
          .bytes = {bytes.begin(), bytes.end()}};
}

}  // namespace intelliclinix::runners
