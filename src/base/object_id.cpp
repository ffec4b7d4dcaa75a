#include "base/object_id.h"

#include <atomic>
#include <chrono>
#include <cstring>

#include "base/hex.h"
#include "base/random.h"

namespace intelliclinix {

ObjectId ObjectId::Generate() {
  static const std::array<std::uint8_t, 8> kProcess = RandomBytes<8>();
  static std::atomic<std::uint32_t> counter = kProcess[5] << 16 | kProcess[6] << 8 | kProcess[7];
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
  const std::uint32_t count = counter.fetch_add(1, std::memory_order_relaxed);

  std::array<std::uint8_t, 12> bytes;
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  std::memcpy(&bytes[4], kProcess.data(), 5);
  for (int i = 0; i < 3; ++i) bytes[9 + i] = static_cast<std::uint8_t>(count >> (16 - 8 * i));
  return ObjectId(bytes);
}

Result<ObjectId> ObjectId::Parse(std::string_view hex) {
  std::array<std::uint8_t, 12> bytes;
  if (!HexDecode(hex, bytes)) {
    return Fail(ErrorCode::kInvalidArgument, "An id is 24 hexadecimal digits.");
  }
  return ObjectId(bytes);
}

std::string ObjectId::ToString() const { return HexEncode(bytes_); }

}  // namespace intelliclinix
