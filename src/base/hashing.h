// SHA-256 and CRC-32 while bytes stream by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace intelliclinix {

/// A running SHA-256 (FIPS 180-4). Threads: one.
class Sha256 {
 public:
  Sha256();
  void Update(std::span<const std::byte> bytes);
  /// 64 lower-case hex digits. Call once; the object is used up.
  std::string FinishHex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// SHA-256 of `bytes`, 64 lower-case hex digits.
std::string Sha256Hex(std::span<const std::byte> bytes);

/// CRC-32 of ZIP and PNG (ISO 3309), continued from `crc` (0 to begin).
std::uint32_t Crc32(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace intelliclinix
