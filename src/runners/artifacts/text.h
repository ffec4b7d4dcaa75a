// Numbers and names as the text formats share them.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runners/artifacts/cells.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// As short as it reads back the same.
template <typename Number>
void AppendNumber(std::string& text, Number number) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string Quoted(std::string_view name);

/// A JSON object of the columns' numbers by name. JSON has no NaN and no infinity: those are left out.
void AppendNumbers(std::string& text, const Cell& cell, const std::vector<Column>& columns);

/// The id of an object: the first half of a SHA-256 over `identity` and the label, as a UUID of version 8 (RFC 9562).
std::string ObjectUuid(std::string_view identity, std::uint32_t label);

ArtifactBytes TextArtifact(std::string_view kind, std::string filename, std::string_view content_type,
                           std::string_view text);

}  // namespace intelliclinix::runners
