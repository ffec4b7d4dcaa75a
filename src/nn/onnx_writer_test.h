// Writes small ONNX files for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intelliclinix::nn {

/// One network from "image" [n, channels, h, w] to "planes" [n, 3, h, w]: a convolution with `weights`, one value a
/// plane and channel, by `op`.
struct OnnxFile {
  std::int64_t channels = 1;
  std::string op = "Conv";
  std::vector<float> weights = {0, 1, -1};  // 3 planes
  std::string location{};                   // not empty: the weights lie in that file
  std::string offset{};                     // not empty: what is said of where there
  std::string length{};
  std::int64_t side = 0;  // of the image; 0: any

  /// The bytes of the weights.
  std::string Raw() const { return {reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)}; }

  std::string Write() const {
    const std::string opset = Number(2, 13);
    return Number(1, 8) + Bytes(7, Graph()) + Bytes(8, opset);
  }

 private:
  static std::string Varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>(value | 0x80U);
    return bytes + static_cast<char>(value);
  }
  static std::string Number(std::uint64_t id, std::uint64_t value) { return Varint(id << 3U) + Varint(value); }
  static std::string Bytes(std::uint64_t id, std::string_view bytes) {
    return Varint(id << 3U | 2U) + Varint(bytes.size()) + std::string(bytes);
  }

  std::string Port(const std::string& name, std::int64_t planes) const {
    const std::string free = side > 0 ? Number(1, static_cast<std::uint64_t>(side)) : Bytes(2, "s");
    const std::string shape = Bytes(1, Number(1, 1)) + Bytes(1, Number(1, static_cast<std::uint64_t>(planes))) +
                              Bytes(1, free) + Bytes(1, free);
    return Bytes(1, name) + Bytes(2, Bytes(1, Number(1, 1) + Bytes(2, shape)));
  }

  std::string Weights() const {
    std::string tensor = Number(1, 3) + Number(1, static_cast<std::uint64_t>(channels)) + Number(1, 1) + Number(1, 1) +
                         Number(2, 1) + Bytes(8, "weights");
    if (location.empty()) return tensor + Bytes(9, Raw());
    for (const auto& [key, value] :
         {std::pair("location", location), std::pair("offset", offset), std::pair("length", length)}) {
      if (!value.empty()) tensor += Bytes(13, Bytes(1, key) + Bytes(2, value));
    }
    return tensor + Number(14, 1);
  }

  std::string Graph() const {
    const std::string node = Bytes(1, "image") + Bytes(1, "weights") + Bytes(2, "planes") + Bytes(4, op);
    return Bytes(1, node) + Bytes(2, "g") + Bytes(5, Weights()) + Bytes(11, Port("image", channels)) +
           Bytes(12, Port("planes", 3));
  }
};

}  // namespace intelliclinix::nn
