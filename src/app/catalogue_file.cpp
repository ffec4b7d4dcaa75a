#include "app/catalogue_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include <yaml-cpp/yaml.h>

#include "base/file.h"

namespace intelliclinix::app {
namespace {

namespace fs = std::filesystem;

/// Reads nodes of one file, and says where an error is.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  std::unexpected<Error> Refuse(const YAML::Mark& mark, const std::string& why) const {
    return Fail(ErrorCode::kInvalidArgument, "'" + path_ + "', line " + std::to_string(mark.line + 1) + ": " + why);
  }

  /// The members of a mapping that has exactly the keys `keys`, each once.
  Result<std::map<std::string, YAML::Node>> Members(const YAML::Node& node, const std::set<std::string>& keys) const {
    IC_ASSIGN_OR_RETURN(auto members, AnyMembers(node));
    for (const auto& [key, value] : members) {
      if (!keys.contains(key)) return Refuse(value.Mark(), "the key '" + key + "' is unknown.");
    }
    for (const std::string& key : keys) {
      if (!members.contains(key)) return Refuse(node.Mark(), "the key '" + key + "' is missing.");
    }
    return members;
  }

  /// The members of a mapping of any keys, each once.
  Result<std::map<std::string, YAML::Node>> AnyMembers(const YAML::Node& node) const {
    if (!node.IsMap()) return Refuse(node.Mark(), "keys with values are expected here.");
    std::map<std::string, YAML::Node> members;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return Refuse(member.first.Mark(), "a key must be a text.");
      const std::string& key = member.first.Scalar();
      if (!members.emplace(key, member.second).second) {
        return Refuse(member.first.Mark(), "the key '" + key + "' is there twice.");
      }
    }
    return members;
  }

  Result<std::string> Text(const YAML::Node& node, const std::string& key) const {
    if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
    return Refuse(node.Mark(), "'" + key + "' must be a text.");
  }

  Result<records::ModelFile> File(const YAML::Node& node) const;
  Result<records::ModelEntry> Entry(const YAML::Node& node) const;

 private:
  std::string path_;
};

bool IsSha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool IsId(const std::string& text) {
  return text.size() <= 64 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.") == std::string::npos;
}

Result<records::ModelFile> Reader::File(const YAML::Node& node) const {
  IC_ASSIGN_OR_RETURN(const auto members, Members(node, {"path", "sha256", "bytes"}));
  records::ModelFile file;
  IC_ASSIGN_OR_RETURN(const std::string name, Text(members.at("path"), "path"));
  file.path = fs::path(path_).parent_path() / name;
  IC_ASSIGN_OR_RETURN(file.sha256, Text(members.at("sha256"), "sha256"));
  if (!IsSha256(file.sha256)) return Refuse(members.at("sha256").Mark(), "'sha256' must be 64 lower-case hex digits.");
  IC_ASSIGN_OR_RETURN(const std::string bytes, Text(members.at("bytes"), "bytes"));
  const char* const end = bytes.data() + bytes.size();
  if (std::from_chars(bytes.data(), end, file.bytes).ptr != end) {
    return Refuse(members.at("bytes").Mark(), "'bytes' must be a whole number.");
  }
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file.path, error);
  if (error)
    return Refuse(node.Mark(), "the file '" + file.path + "' is missing. Put it there, or take the model out.");
  if (size != file.bytes) {
    return Refuse(node.Mark(), "the file '" + file.path + "' has " + std::to_string(size) + " bytes instead of " +
                                   std::to_string(file.bytes) + ": it is damaged or another one.");
  }
  return file;
}

Result<records::ModelEntry> Reader::Entry(const YAML::Node& node) const {
  IC_ASSIGN_OR_RETURN(const auto members, Members(node, {"id", "name", "runner_name", "description", "input_type",
                                                         "license", "source", "files"}));
  records::ModelEntry entry;
  for (const auto& [key, member] :
       std::initializer_list<std::pair<const char*, std::string*>>{{"id", &entry.id},
                                                                   {"name", &entry.name},
                                                                   {"runner_name", &entry.runner_name},
                                                                   {"description", &entry.description},
                                                                   {"input_type", &entry.input_type},
                                                                   {"license", &entry.license},
                                                                   {"source", &entry.source}}) {
    IC_ASSIGN_OR_RETURN(*member, Text(members.at(key), key));
  }
  if (!IsId(entry.id)) return Refuse(members.at("id").Mark(), "'id' may have a-z, 0-9, '_', '-' and '.' only.");
  if (entry.input_type != "flat") return Refuse(members.at("input_type").Mark(), "'input_type' must be flat.");
  IC_ASSIGN_OR_RETURN(const auto files, AnyMembers(members.at("files")));
  for (const auto& [role, file] : files) {
    IC_ASSIGN_OR_RETURN(entry.files[role], File(file));
  }
  return entry;
}

Result<std::vector<records::ModelEntry>> ReadEntries(const Reader& reader, const YAML::Node& root) {
  IC_ASSIGN_OR_RETURN(const auto members, reader.Members(root, {"models"}));
  const YAML::Node& list = members.at("models");
  if (!list.IsSequence()) return reader.Refuse(list.Mark(), "'models' must be a list.");
  std::vector<records::ModelEntry> entries;
  for (const YAML::Node& node : list) {
    IC_ASSIGN_OR_RETURN(records::ModelEntry entry, reader.Entry(node));
    if (std::ranges::find(entries, entry.id, &records::ModelEntry::id) != entries.end()) {
      return reader.Refuse(node.Mark(), "the id '" + entry.id + "' is taken by another model.");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

Result<std::vector<records::ModelEntry>> ReadCatalogue(const std::string& path) {
  IC_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  const Reader reader(path);
  try {
    return ReadEntries(reader, YAML::Load(text));
  } catch (const YAML::Exception& error) {
    return reader.Refuse(error.mark, "this is not YAML: " + error.msg + ".");
  }
}

}  // namespace intelliclinix::app
