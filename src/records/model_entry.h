// A model that clients can choose: one entry of the catalogue.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace intelliclinix::records {

/// A file that a model needs.
struct ModelFile {
  std::string path;    ///< where it lies on this machine
  std::string sha256;  ///< what it must hash to, 64 lower-case hex digits
  std::uint64_t bytes = 0;
};

struct ModelEntry {
  std::string id;           ///< what clients send as model_id, for example "cellpose_default"
  std::string name;         ///< for people
  std::string runner_name;  ///< the runner that runs it, for example "cellpose"
  std::string description;
  std::string input_type = "flat";
  std::string license;
  std::string source;                      ///< where the weights come from
  std::map<std::string, ModelFile> files;  ///< by role, as the runner names them: "weights", "size_model", ...
};

}  // namespace intelliclinix::records
