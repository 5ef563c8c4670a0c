#include "common/base/nearest_name.h"
#include "formats/csv/csv_format.h"
#include "formats/format.h"
#include "formats/json/json_format.h"
#include "formats/raw/raw_format.h"

namespace weir {

const std::vector<Format>& Formats() {
  static const std::vector<Format>& formats = *new std::vector<Format>{
      CsvFormat(),
      JsonFormat(),
      RawFormat(),
  };
  return formats;
}

StatusOr<const Format*> FindFormat(std::string_view name) {
  std::vector<std::string> names;
  std::string list;
  for (const Format& format : Formats()) {
    if (format.name == name) return &format;
    names.push_back(format.name);
    list += (list.empty() ? "" : ", ") + format.name;
  }
  return InvalidArgumentError("unknown format '" + std::string(name) + "'" +
                              DidYouMean(name, names) + " (there are: " + list + ")");
}

}  // namespace weir
