#include "sql/metadata_columns.h"

#include <vector>

#include "connectors/connector.h"
#include "operators/functions/function_registry.h"

namespace weir::sql {

SqlResult<DataType> MetadataType(const CatalogTable& table, const CatalogColumn& column,
                                 const std::map<std::string, std::string>& options, bool writing) {
  auto option = options.find("connector");
  if (option == options.end()) return column.type;
  StatusOr<const Connector*> connector = FindConnector(option->second);
  if (!connector.ok()) return column.type;

  std::vector<std::string> keys;
  const Connector::Metadata* found = nullptr;
  for (const Connector::Metadata& metadata : (*connector)->metadata) {
    if (writing && !metadata.writable) continue;
    keys.push_back(metadata.key);
    if (metadata.key == column.metadata_key) found = &metadata;
  }
  const std::string where = "metadata key '" + column.metadata_key + "' in column `" + column.name +
                            "` of table `" + table.name + "`";
  if (found == nullptr) {
    std::string hint = DidYouMean(column.metadata_key, keys);
    if (hint.empty() && writing) {
      hint = "declare the column VIRTUAL when it is not to be written";
    } else if (hint.empty()) {
      for (const std::string& key : keys) hint += (hint.empty() ? "there are " : ", ") + key;
    }
    return SqlError{StatusCode::kNotFound,
                    "the connector '" + option->second +
                        (writing ? "' cannot write the " : "' does not have the ") + where,
                    column.span, std::move(hint)};
  }
  const DataType& from = writing ? column.type : found->type;
  const DataType& to = writing ? found->type : column.type;
  if (!from.EqualsIgnoringNullability(to) && !CanCast(from, to)) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the " + where + " is of type " + found->type.ToString() +
                        ", which cannot be cast to " + column.type.ToString(),
                    column.span, ""};
  }
  return found->type;
}

}  // namespace weir::sql
