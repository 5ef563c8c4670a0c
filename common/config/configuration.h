#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/config/declared_options.h"

namespace weir {

// The values of declared options, each with where it was said: a YAML file, the environment, a
// flag; a later one counts.
class Configuration {
 public:
  struct Value {
    std::string text;
    std::string from;  // "weir.yaml:12", "WEIR_REST_PORT", "--rest-port"
  };
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  // Keys with dots or nested maps, as Flink's config.yaml has them; lists become texts with ';'.
  // Keys that are not declared are noted, with the nearest name, and left alone: files of Flink
  // have many. Invalid argument, with file and line, for what is no YAML, a value that its option
  // does not take, or a key said twice.
  Status ReadFile(const std::string& path);
  // WEIR_ and the key in capitals, with _ for all but letters and digits.
  Status ReadEnvironment(const Environment& environment);
  // kInvalidArgument: there is no such option, or it takes no such value.
  Status Set(const std::string& key, const std::string& text, const std::string& from);

  const Value* Find(std::string_view key) const;  // null: the default
  // The values that were said of a scope, by the options' keys.
  std::map<std::string, std::string> Of(OptionScope scope) const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::map<std::string, Value, std::less<>> values_;
  std::vector<std::string> notes_;
};

// "WEIR_TASKMANAGER_DATA_PORT"
std::string EnvironmentName(std::string_view key);

}  // namespace weir
