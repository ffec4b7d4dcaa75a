#include "image/run_deflate.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "image/huffman.h"

namespace intelliclinix::image {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;  // sums over a piece stay far below 2^64
constexpr std::uint64_t kAdlerBase = 65'521;
constexpr std::size_t kShortestMatch = 3;
constexpr std::size_t kLongestMatch = 258;
constexpr int kEndOfBlock = 256;
constexpr int kLongestCode = 15;
constexpr int kLongestLengthCode = 7;

/// The symbol of a match's length, and the bits behind it.
struct LengthSymbol {
  std::uint16_t symbol = 0;
  std::uint8_t extra_bits = 0;
  std::uint8_t extra = 0;
};

/// By length - 3. Source: RFC 1951 section 3.2.5.
constexpr std::array<LengthSymbol, 256> LengthSymbols() {
  std::array<LengthSymbol, 256> table{};
  int length = 0;
  for (int symbol = 257; symbol < 285; ++symbol) {
    const int extra_bits = symbol < 265 ? 0 : (symbol - 261) / 4;
    for (int extra = 0; extra < 1 << extra_bits && length < 255; ++extra, ++length) {
      table[static_cast<std::size_t>(length)] = {
          static_cast<std::uint16_t>(symbol), static_cast<std::uint8_t>(extra_bits), static_cast<std::uint8_t>(extra)};
    }
  }
  table[255] = {285, 0, 0};
  return table;
}
constexpr std::array<LengthSymbol, 256> kLengthSymbols = LengthSymbols();

/// How many bytes from `at` on equal those `distance` before them.
std::size_t RunLength(const std::uint8_t* at, const std::uint8_t* end, int distance) {
  const std::uint8_t* const start = at;
  for (std::uint64_t here = 0, before = 0; end - at >= 8; at += 8) {
    std::memcpy(&here, at, 8);
    std::memcpy(&before, at - distance, 8);
    if (here != before) break;
  }
  while (at < end && *at == at[-distance]) ++at;
  return static_cast<std::size_t>(at - start);
}

/// Lengths of codes as a block tells them: themselves, and runs of zeros.
struct LengthCode {
  std::uint8_t symbol = 0;  ///< 0 to 15, or 17 or 18
  std::uint8_t extra_bits = 0;
  std::uint8_t extra = 0;
};

std::vector<LengthCode> TellLengths(std::span<const std::uint8_t> lengths) {
  std::vector<LengthCode> told;
  for (std::size_t i = 0; i < lengths.size();) {
    const auto* const end = std::find_if(lengths.data() + i, lengths.data() + lengths.size(),
                                         [](std::uint8_t length) { return length != 0; });
    const std::size_t zeros = std::min<std::size_t>(138, static_cast<std::size_t>(end - lengths.data()) - i);
    if (zeros < 3) {
      told.push_back({.symbol = lengths[i++]});
      continue;
    }
    const bool many = zeros > 10;
    told.push_back({.symbol = static_cast<std::uint8_t>(many ? 18 : 17),
                    .extra_bits = static_cast<std::uint8_t>(many ? 7 : 3),
                    .extra = static_cast<std::uint8_t>(zeros - (many ? 11 : 3))});
    i += zeros;
  }
  return told;
}

}  // namespace

RunDeflate::RunDeflate(int pixel_bytes) : pixel_bytes_(pixel_bytes) {
  assert(pixel_bytes >= 1 && pixel_bytes <= kDistances);
  tokens_.reserve(kTokensOfBlock);
  stream_ = {std::byte{0x78}, std::byte{0x01}};  // a window of 32 KiB, compressed fast
}

void RunDeflate::Add(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPieceBytes);
    AddPiece(bytes.first(count));
    bytes = bytes.subspan(count);
  }
}

void RunDeflate::AddPiece(std::span<const std::uint8_t> bytes) {
  const std::uint8_t* const end = bytes.data() + bytes.size();
  for (const std::uint8_t* at = bytes.data(); at < end;) {
    const auto behind = at - bytes.data();
    std::size_t run = behind >= 1 && *at == at[-1] ? RunLength(at, end, 1) : 0;
    if (run >= kShortestMatch) {
      CheckSameBytes(*at, run);
      AddMatches(run, 1);
      at += run;
      continue;
    }
    run = behind >= pixel_bytes_ && *at == at[-pixel_bytes_] ? RunLength(at, end, pixel_bytes_) : 0;
    if (run >= kShortestMatch) {
      AddMatches(run, pixel_bytes_);
    } else {
      run = 1;
      AddLiteral(*at);
    }
    CheckBytes({at, run});
    at += run;
  }
  sum_ %= kAdlerBase;
  sum_of_sums_ %= kAdlerBase;
}

void RunDeflate::AddLiteral(std::uint8_t value) {
  if (tokens_.size() == kTokensOfBlock) PutBlock(false);
  tokens_.push_back(value);
  ++symbol_counts_[value];
}

void RunDeflate::AddMatches(std::size_t bytes, int distance) {
  while (bytes > 0) {
    std::size_t length = std::min(bytes, kLongestMatch);
    if (bytes > length && bytes - length < kShortestMatch) length -= kShortestMatch;
    if (tokens_.size() == kTokensOfBlock) PutBlock(false);
    const std::size_t index = length - kShortestMatch;
    tokens_.push_back(static_cast<std::uint16_t>(kLiterals + 4 * index + static_cast<std::size_t>(distance - 1)));
    ++symbol_counts_[kLengthSymbols[index].symbol];
    ++distance_counts_[static_cast<std::size_t>(distance - 1)];
    bytes -= length;
  }
}

void RunDeflate::CheckSameBytes(std::uint8_t value, std::uint64_t count) {
  sum_of_sums_ += count * sum_ + value * (count * (count + 1) / 2);
  sum_ += count * value;
}

void RunDeflate::CheckBytes(std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    sum_ += byte;
    sum_of_sums_ += sum_;
  }
}

void RunDeflate::PutBits(std::uint64_t bits, int count) {
  bits_ |= bits << bit_count_;
  bit_count_ += count;
  while (bit_count_ >= 8) {
    stream_.push_back(static_cast<std::byte>(bits_ & 0xFF));
    bits_ >>= 8;
    bit_count_ -= 8;
  }
}

void RunDeflate::PutTables(std::span<const std::uint8_t> lengths) {
  constexpr std::array<std::uint8_t, 19> kOrder = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const std::vector<LengthCode> told = TellLengths(lengths);
  std::array<std::uint32_t, kOrder.size()> counts{};
  for (const LengthCode& code : told) ++counts[code.symbol];
  const std::vector<std::uint8_t> code_lengths = HuffmanLengths(counts, kLongestLengthCode);
  const std::vector<std::uint16_t> codes = HuffmanCodes(code_lengths);
  PutBits(kSymbols - 257, 5);
  PutBits(kDistances - 1, 5);
  PutBits(kOrder.size() - 4, 4);
  for (const std::uint8_t symbol : kOrder) PutBits(code_lengths[symbol], 3);
  for (const LengthCode& code : told) {
    PutBits(codes[code.symbol], code_lengths[code.symbol]);
    PutBits(code.extra, code.extra_bits);
  }
}

void RunDeflate::PutBlock(bool last) {
  ++symbol_counts_[kEndOfBlock];
  std::vector<std::uint8_t> lengths = HuffmanLengths(symbol_counts_, kLongestCode);
  // A block tells of one distance at least, whether there is a match or none.
  if (std::ranges::all_of(distance_counts_, [](std::uint32_t count) { return count == 0; })) distance_counts_[0] = 1;
  const std::vector<std::uint8_t> distance_lengths = HuffmanLengths(distance_counts_, kLongestCode);
  const std::vector<std::uint16_t> codes = HuffmanCodes(lengths);
  const std::vector<std::uint16_t> distance_codes = HuffmanCodes(distance_lengths);
  const std::vector<std::uint8_t> symbol_lengths = lengths;
  lengths.insert(lengths.end(), distance_lengths.begin(), distance_lengths.end());

  PutBits(last ? 1 : 0, 1);
  PutBits(2, 2);  // the block has tables of its own
  PutTables(lengths);
  for (const std::uint16_t token : tokens_) {
    if (token < kLiterals) {
      PutBits(codes[token], symbol_lengths[token]);
      continue;
    }
    const unsigned match = token - kLiterals;
    const LengthSymbol& length = kLengthSymbols[match / 4];
    PutBits(codes[length.symbol], symbol_lengths[length.symbol]);
    PutBits(length.extra, length.extra_bits);
    PutBits(distance_codes[match % 4], distance_lengths[match % 4]);
  }
  PutBits(codes[kEndOfBlock], symbol_lengths[kEndOfBlock]);
  tokens_.clear();
  symbol_counts_.fill(0);
  distance_counts_.fill(0);
}

std::vector<std::byte> RunDeflate::Finish() {
  PutBlock(true);
  if (bit_count_ > 0) PutBits(0, 8 - bit_count_);
  const std::uint64_t check = sum_of_sums_ << 16 | sum_;
  for (int shift = 24; shift >= 0; shift -= 8) stream_.push_back(static_cast<std::byte>(check >> shift & 0xFF));
  return std::move(stream_);
}

}  // namespace intelliclinix::image
