#include "base/random.h"

#include <cerrno>
#include <cstdlib>

#include <sys/random.h>

namespace intelliclinix {

void FillRandom(std::span<std::uint8_t> bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got < 0 && errno != EINTR) std::abort();
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
}

}  // namespace intelliclinix
