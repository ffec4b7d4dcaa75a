#include "base/hashing.h"

#include <openssl/evp.h>
#include <zlib.h>

#include "base/hex.h"

namespace intelliclinix {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

void Sha256::Update(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string Sha256::FinishHex() {
  std::array<std::uint8_t, 32> digest;
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  return HexEncode(digest);
}

std::string Sha256Hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.FinishHex();
}

std::uint32_t Crc32(std::uint32_t crc, std::span<const std::byte> bytes) {
  if (bytes.empty()) return crc;  // zlib takes a null pointer for the wish to begin anew
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace intelliclinix
