#include "base/public_message.h"

#include <cctype>

namespace intelliclinix {

bool NamesPath(std::string_view text) {
  constexpr std::string_view kBefore = " \t\n'\"(<=:,";
  for (std::size_t i = text.find('/'); i != std::string_view::npos; i = text.find('/', i + 1)) {
    const bool begins = i == 0 || kBefore.find(text[i - 1]) != std::string_view::npos;
    const std::string_view rest = text.substr(i + 1);
    const bool named = !rest.empty() && (std::isalnum(static_cast<unsigned char>(rest.front())) != 0 ||
                                         rest.front() == '.' || rest.front() == '_');
    if (begins && named && !rest.starts_with("api/")) return true;
  }
  return false;
}

std::string PublicMessage(const Error& error) {
  if (!NamesPath(error.message)) return error.message;
  if (error.code == ErrorCode::kResourceExhausted) {
    return "The server has no room left on its disk or in its memory. Tell its operator, and try again later.";
  }
  if (error.code == ErrorCode::kUnavailable) {
    return "A part of the server that this needs does not answer. Try again in some seconds.";
  }
  return "The server could not do this because of a fault of its own; its log says more.";
}

}  // namespace intelliclinix
