#include "http/head_check.h"

#include <algorithm>
#include <cstdint>

#include "http/target.h"
#include "http/text.h"

namespace intelliclinix::http {
namespace {

using Finding = std::optional<Problem>;

Problem Bad(std::string detail, std::string_view field = {}) {
  return Problem{400, std::move(detail), std::string(field)};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Far above what browsers and proxies send; bounds the work that a head can cause.
constexpr int kMaxFields = 128;

// Fields of which at most one, or exactly one, may stand in a head.
struct Framing {
  bool http_1_1 = false;
  int fields = 0;
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
};

Finding CheckVersion(std::string_view version, Framing& framing) {
  const bool shaped = version.size() == 8 && version.starts_with("HTTP/") && IsDigit(version[5]) && version[6] == '.' &&
                      IsDigit(version[7]);
  if (!shaped) return Bad("The request line does not end in an HTTP version.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Problem{505, "This server speaks HTTP/1.1 and HTTP/1.0 only.", ""};
  }
  framing.http_1_1 = version == "HTTP/1.1";
  return std::nullopt;
}

// No "@": a user's name and password have no place in front of a host (RFC 9110 section 4.2.4).
bool IsHost(std::string_view value) {
  return std::ranges::all_of(value, [](char c) {
    return IsTokenChar(c) || c == ':' || c == '[' || c == ']' || c == '(' || c == ')' || c == ';' || c == '=';
  });
}

Finding CheckTarget(std::string_view method, std::string_view target) {
  if (target == "*" && method == "OPTIONS") return std::nullopt;
  const std::optional<AbsoluteTarget> absolute = SplitAbsolute(target);
  if (absolute && (absolute->authority.empty() || !IsHost(absolute->authority))) {
    return Bad("The request target is a URL whose host is not a host name or address.");
  }
  if (!absolute && !target.starts_with('/')) {
    return Bad("The request target must be a path that begins with \"/\", or a URL that begins with \"http://\".");
  }
  const bool visible = std::ranges::all_of(
      target, [](char c) { return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '<' && c != '>'; });
  if (!visible) return Bad("The request target has a character that must be percent-encoded.");
  return std::nullopt;
}

Finding CheckRequestLine(std::string_view line, Framing& framing) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Bad("The request line must be a method, a target and an HTTP version with one space between them.");
  }
  const std::string_view method = line.substr(0, first);
  if (!IsToken(method)) return Bad("The request method is not a token.");
  if (Finding finding = CheckVersion(line.substr(last + 1), framing)) return finding;
  return CheckTarget(method, line.substr(first + 1, last - first - 1));
}

Finding CheckHost(std::string_view value, Framing& framing) {
  if (++framing.hosts > 1) return Bad("The request has more than one Host.", "Host");
  if (!IsHost(value)) return Bad("The Host is not a host name or address.", "Host");
  return std::nullopt;
}

Finding CheckContentLength(std::string_view value, Framing& framing) {
  if (++framing.lengths > 1) return Bad("The request has more than one Content-Length.", "Content-Length");
  // 19 digits stay below 2^64.
  const bool valid = !value.empty() && value.size() <= 19 && std::ranges::all_of(value, IsDigit);
  if (!valid) return Bad("The Content-Length is not a decimal number of at most 19 digits.", "Content-Length");
  return std::nullopt;
}

Finding CheckTransferEncoding(std::string_view value, Framing& framing) {
  if (++framing.codings > 1) return Bad("The request has more than one Transfer-Encoding.", "Transfer-Encoding");
  if (!framing.http_1_1) return Bad("HTTP/1.0 has no Transfer-Encoding; send a Content-Length.", "Transfer-Encoding");
  if (!EqualsIgnoreCase(value, "chunked")) {
    return Bad("The only Transfer-Encoding that this server takes is chunked.", "Transfer-Encoding");
  }
  return std::nullopt;
}

Finding CheckField(std::string_view line, Framing& framing) {
  if (++framing.fields > kMaxFields) return Problem{431, "The request has more than 128 header fields.", ""};
  if (line.front() == ' ' || line.front() == '\t') return Bad("A header field must not be folded over several lines.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Bad("A header line has no colon.");
  const std::string_view name = line.substr(0, colon);
  if (!IsToken(name)) return Bad("A header name is empty or has a character that is not allowed, such as a space.");
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (EqualsIgnoreCase(name, "Host")) return CheckHost(value, framing);
  if (EqualsIgnoreCase(name, "Content-Length")) return CheckContentLength(value, framing);
  if (EqualsIgnoreCase(name, "Transfer-Encoding")) return CheckTransferEncoding(value, framing);
  return std::nullopt;
}

Finding CheckBytes(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(head[i]);
    if (byte == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return Bad("The head has a bare CR.");
    if (byte == '\n' && (i == 0 || head[i - 1] != '\r')) return Bad("The head has a bare LF; lines end in CR LF.");
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7F;
    if (control) return Bad("The head has a control character.");
  }
  return std::nullopt;
}

Finding CheckFraming(const Framing& framing) {
  if (framing.http_1_1 && framing.hosts == 0) return Bad("The request has no Host.", "Host");
  if (framing.lengths > 0 && framing.codings > 0) {
    return Bad("The request has both Content-Length and Transfer-Encoding.", "Content-Length");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> FindHeadEnd(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::nullopt;
}

std::optional<Problem> CheckHead(std::string_view head) {
  if (Finding finding = CheckBytes(head)) return finding;
  if (!head.ends_with("\r\n\r\n")) return Bad("The head does not end in an empty line.");
  Framing framing;
  std::size_t begin = head.find("\r\n");
  if (Finding finding = CheckRequestLine(head.substr(0, begin), framing)) return finding;
  for (begin += 2; begin < head.size();) {
    const std::size_t end = head.find("\r\n", begin);
    if (end == begin) break;
    if (Finding finding = CheckField(head.substr(begin, end - begin), framing)) return finding;
    begin = end + 2;
  }
  if (begin + 2 != head.size()) return Bad("The head has an empty line inside.");
  return CheckFraming(framing);
}

}  // namespace intelliclinix::http
