#include "common/config/configuration.h"

#include <yaml-cpp/yaml.h>

#include <cctype>
#include <exception>
#include <filesystem>
#include <set>
#include <utility>

#include "common/base/nearest_name.h"

namespace weir {
namespace {

struct Entry {
  std::string key;
  std::string text;
  int line;
};

// Nested maps with their keys joined by dots. False: something that is no text, list or map.
bool Flatten(const YAML::Node& node, const std::string& key, std::vector<Entry>& out) {
  const int line = node.Mark().line + 1;
  switch (node.Type()) {
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      return true;  // "key:" alone says nothing
    case YAML::NodeType::Scalar:
      out.push_back({key, node.Scalar(), line});
      return true;
    case YAML::NodeType::Sequence: {
      std::string list;
      for (const YAML::Node& one : node) {
        if (!one.IsScalar()) return false;
        list += (list.empty() ? "" : ";") + one.Scalar();
      }
      out.push_back({key, std::move(list), line});
      return true;
    }
    case YAML::NodeType::Map:
      for (const auto& entry : node) {
        if (!entry.first.IsScalar()) return false;
        const std::string& name = entry.first.Scalar();
        if (!Flatten(entry.second, key.empty() ? name : key + "." + name, out)) return false;
      }
      return true;
  }
  return false;
}

std::string Shown(const std::string& key, const std::string& text) {
  return "option '" + key + "'" + (IsSecretOption(key) ? "" : " = '" + WithoutSecrets(text) + "'");
}

}  // namespace

std::string EnvironmentName(std::string_view key) {
  std::string name = "WEIR_";
  for (char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return name;
}

Status Configuration::ReadFile(const std::string& path) {
  // yaml-cpp 0.7 would throw from the middle of a constructor, and lose its buffer.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return InvalidArgumentError("cannot read the configuration " + path +
                                ": it is a folder; name the file in it");
  }
  std::vector<Entry> entries;
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (!root.IsMap() && !root.IsNull()) return InvalidArgumentError(path + " holds no keys");
    if (!Flatten(root, "", entries)) {
      return InvalidArgumentError(path + " holds a list of lists, or a key that is no text");
    }
  } catch (const YAML::BadFile&) {
    return NotFoundError("cannot read the configuration " + path);
  } catch (const YAML::Exception& e) {
    return InvalidArgumentError(path + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg);
  } catch (const std::exception& e) {  // of the stream that it reads
    return InvalidArgumentError("cannot read the configuration " + path + ": " + e.what());
  }
  std::set<std::string> seen;
  for (const Entry& entry : entries) {
    const std::string from = path + ":" + std::to_string(entry.line);
    const OptionDeclaration* option = FindOption(entry.key);
    if (option == nullptr) {
      notes_.push_back(from + ": '" + entry.key + "' is no option of Weir" +
                       DidYouMean(entry.key, DeclaredKeys()));
      continue;
    }
    if (!seen.insert(std::string(option->key)).second) {
      return InvalidArgumentError(from + ": '" + entry.key + "' is said twice");
    }
    Status set = Set(entry.key, entry.text, from);
    if (!set.ok()) return std::move(set).Annotate(from);
  }
  return OkStatus();
}

Status Configuration::ReadEnvironment(const Environment& environment) {
  for (const OptionDeclaration& option : DeclaredOptions()) {
    const std::string name = EnvironmentName(option.key);
    const std::optional<std::string> text = environment(name);
    if (!text) continue;
    Status set = Set(std::string(option.key), *text, name);
    if (!set.ok()) return std::move(set).Annotate(name);
  }
  return OkStatus();
}

Status Configuration::Set(const std::string& key, const std::string& text,
                          const std::string& from) {
  const OptionDeclaration* option = FindOption(key);
  if (option == nullptr) {
    return InvalidArgumentError("there is no option '" + key + "'" +
                                DidYouMean(key, DeclaredKeys()));
  }
  if (Status fits = CheckOption(*option, text); !fits.ok()) {
    return InvalidArgumentError(Shown(key, text) + " " + fits.message());
  }
  values_.insert_or_assign(std::string(option->key), Value{text, from});
  return OkStatus();
}

const Configuration::Value* Configuration::Find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

std::map<std::string, std::string> Configuration::Of(OptionScope scope) const {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : values_) {
    if (IsOf(*FindOption(key), scope)) texts.emplace(key, value.text);
  }
  return texts;
}

}  // namespace weir
