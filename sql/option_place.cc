#include "sql/option_place.h"

namespace weir::sql {
namespace {

// "unknown option 'x'", "option 'x' = 'y' is ...", "unknown connector 'y'", "unknown format 'y'".
bool IsAbout(std::string_view message, const std::string& key) {
  const auto names = [&](std::string_view name) {
    return message.find("option '" + std::string(name) + "'") != std::string_view::npos;
  };
  if (names(key)) return true;
  if (key == "connector") return message.find("unknown connector '") != std::string_view::npos;
  if (key.ends_with("format")) return message.find("unknown format '") != std::string_view::npos;
  // A format names its options without its own name in front: "format 'json': unknown option ...".
  for (size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
    const std::string format = key.substr(0, dot).substr(key.substr(0, dot).rfind('.') + 1);
    if (message.find("format '" + format + "'") != std::string_view::npos &&
        names(std::string_view(key).substr(dot + 1))) {
      return true;
    }
  }
  return false;
}

}  // namespace

SourceSpan PlaceOfOption(std::string_view message, const CatalogTable& table,
                         const std::map<std::string, std::string>& options,
                         const SourceSpan& otherwise) {
  for (const auto& [key, span] : table.option_spans) {
    const auto written = table.options.find(key), used = options.find(key);
    if (written == table.options.end() || used == options.end()) continue;
    if (written->second == used->second && IsAbout(message, key)) return span;
  }
  return otherwise;
}

}  // namespace weir::sql
