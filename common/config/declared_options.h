#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "common/config/option_reader.h"

// Every option of Weir but those of tables: the one place where key, type, default and meaning are
// said. `weir config`, docs/configuration.md, SET and the readers below all use it. Keys are
// Flink's wherever Flink has the option.

namespace weir {

enum class OptionScope {
  kJob,          // SET, --set, or a default in the configuration file
  kPrompt,       // SET in `weir sql` and `weir local`
  kJobManager,   // the process `weir jobmanager`
  kTaskManager,  // the process `weir taskmanager`
  kProcess,      // both processes
};

enum class OptionType { kString, kBool, kInteger, kReal, kDuration, kMemorySize, kOneOf, kPorts };

// "9249" or "9250-9260".
struct PortRange {
  int first = 0;
  int last = 0;
};

struct OptionDeclaration {
  std::string_view key;
  OptionScope scope;
  OptionType type;
  std::string_view fallback;  // as a user writes it; empty: unset
  std::string_view sentence;
  std::string_view flag = {};       // of the process: "--rpc-port"
  std::string_view values = {};     // kOneOf: "a|b", compared without case
  std::string_view older_key = {};  // of Flink, with the same meaning
  int64_t least = INT64_MIN;        // kInteger, kMemorySize
  int64_t most = INT64_MAX;
};

// In the order in which people read them.
std::span<const OptionDeclaration> DeclaredOptions();
// By its key or its older one; null: there is none.
const OptionDeclaration* FindOption(std::string_view key);
// Every key under which a value of the option may stand; `key` alone, where there is no such
// option.
std::vector<std::string> SpellingsOf(std::string_view key);
// All of them, to find the nearest.
std::vector<std::string> DeclaredKeys();
// Whether the option is one of `scope`; of both processes is of each of them.
bool IsOf(const OptionDeclaration& option, OptionScope scope);
// kInvalidArgument, "is not a duration such as ...", when no value of the option looks like this.
Status CheckOption(const OptionDeclaration& option, std::string_view value);
// "duration", "a|b", "integer from 1", ...
std::string TypeText(const OptionDeclaration& option);

// Typed reads of declared options, with their defaults. The first value that does not fit is kept
// as the error, which begins with `subject`; its read gives the default. Borrows `values`.
class ConfigReader {
 public:
  ConfigReader(std::string subject, const std::map<std::string, std::string>& values)
      : subject_(std::move(subject)), values_(values) {}

  // Each option must be declared with that type, and with a default unless it is a text: CHECKed.
  std::string String(std::string_view key);
  std::string OneOf(std::string_view key);  // as the declaration spells it
  bool Bool(std::string_view key);
  int64_t Integer(std::string_view key);
  double Real(std::string_view key);
  weir::Duration Duration(std::string_view key);
  int64_t MemorySize(std::string_view key);
  PortRange Ports(std::string_view key);

  void Fail(std::string_view key, std::string_view reason);
  const Status& first_error() const { return error_; }

 private:
  // The value that counts: what is set and fits, or the default.
  std::string_view Text(std::string_view key, OptionType type);

  const std::string subject_;
  const std::map<std::string, std::string>& values_;
  Status error_;
};

}  // namespace weir
