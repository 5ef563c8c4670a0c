#include "connectors/table_options.h"

#include <algorithm>

#include "common/base/nearest_name.h"

namespace weir {
namespace {

std::string OptionOr(const TableInfo& table, const std::string& key, const std::string& fallback) {
  auto found = table.options.find(key);
  return found == table.options.end() ? fallback : found->second;
}

// Where a part's format stands ("", "value." or "key.") and its name; empty when there is none.
struct FormatName {
  std::string prefix;
  std::string name;
};

FormatName ValueFormat(const TableInfo& table) {
  if (table.options.contains("value.format")) {
    return {"value.", table.options.at("value.format")};
  }
  return {"", OptionOr(table, "format", "")};
}

// The options that begin with `prefix`, without it.
std::map<std::string, std::string> Under(const TableInfo& table, const std::string& prefix) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : table.options) {
    if (key.starts_with(prefix)) out.emplace(key.substr(prefix.size()), value);
  }
  return out;
}

// Its key is made of the primary key, and its formats are named by 'key.format', 'value.format'.
bool IsKeyedByPrimaryKey(const TableInfo& table) {
  return OptionOr(table, "connector", "") == "upsert-kafka";
}

// Its partition columns are in the names of folders, not in messages.
bool HasPartitionFolders(const TableInfo& table) {
  return OptionOr(table, "connector", "") == "filesystem";
}

// The names of the key's columns.
std::vector<std::string> KeyFields(const TableInfo& table, OptionReader& options) {
  if (!IsKeyedByPrimaryKey(table)) return options.List("key.fields");
  std::vector<std::string> names;
  for (uint32_t column : table.primary_key) names.push_back((*table.schema)[column].name);
  return names;
}

std::string Subject(const TableInfo& table) { return "table `" + table.name + "`"; }

}  // namespace

TableOptions::TableOptions(const TableInfo& table)
    : OptionReader(Subject(table), table.options), table_(table) {
  for (const char* key :
       {"connector", "scan.watermark.idle-timeout", "scan.parallelism", "sink.parallelism"}) {
    Accept(key);
  }
}

void TableOptions::ReadFormats(bool reading, bool keyed) {
  for (const char* key : {"format", "value.format"}) Accept(key);
  if (keyed) {
    for (const char* key :
         {"key.format", "key.fields", "key.fields-prefix", "value.fields-include"}) {
      Accept(key);
    }
  }
  if (Has("format") && Has("value.format")) {
    Fail("value.format", "contradicts 'format': only one of them may be given");
  }
  StatusOr<MessageLayout> layout = LayoutOf(table_);
  if (!layout.ok()) return FailWith(std::move(layout).status());
  FormatName value = ValueFormat(table_);
  if (value.name.empty()) {
    Required(IsKeyedByPrimaryKey(table_) ? "value.format" : "format");
    return;
  }
  CheckFormat(value.prefix, value.name, layout->value.schema, reading);
  if (keyed && Has("key.format")) {
    CheckFormat("key.", *String("key.format"), layout->key.schema, reading);
  }
}

void TableOptions::CheckFormat(const std::string& prefix, const std::string& name, SchemaPtr schema,
                               bool reading) {
  StatusOr<const Format*> format = FindFormat(name);
  if (!format.ok()) {
    return FailWith(std::move(format).status().Annotate(Subject(table_)));
  }
  std::map<std::string, std::string> options = WithPrefix(prefix + name + ".");
  Status status;
  if (reading) {
    DecoderContext context{.schema = schema, .projection = {}};
    for (uint32_t i = 0; i < schema->size(); ++i) context.projection.push_back(i);
    status = (*format)->make_decoder(context, options).status();
  } else if (!(*format)->make_encoder) {
    status = InvalidArgumentError("format '" + name + "' can only be read");
  } else {
    status = (*format)->make_encoder(schema, options).status();
  }
  if (!status.ok()) FailWith(std::move(status).Annotate(Subject(table_)));
}

StatusOr<MessageLayout> LayoutOf(const TableInfo& table) {
  OptionReader options(Subject(table), table.options);
  std::vector<std::string> key_names = KeyFields(table, options);
  std::string prefix = options.String("key.fields-prefix", "");
  std::string include = options.OneOf("value.fields-include", "ALL", {"ALL", "EXCEPT_KEY"});
  bool has_key = options.Has("key.format");
  if (has_key && key_names.empty()) {
    options.Fail("key.format", "needs 'key.fields': the columns that are in the key");
  }
  if (!has_key && options.Has("key.fields")) options.Fail("key.fields", "needs 'key.format'");
  if (!prefix.empty() && include == "ALL") {
    options.Fail("key.fields-prefix", "needs 'value.fields-include' = 'EXCEPT_KEY'");
  }
  RETURN_IF_ERROR(options.first_error());

  MessageLayout layout;
  layout.key.format = OptionOr(table, "key.format", "");
  layout.value.format = ValueFormat(table).name;
  std::vector<std::string> known;
  for (uint32_t i = 0; i < table.physical_columns; ++i) known.push_back((*table.schema)[i].name);
  std::vector<Field> keys, values;
  for (const std::string& name : key_names) {
    auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      return InvalidArgumentError(Subject(table) + ": 'key.fields' names '" + name +
                                  "', which is no column of it" + DidYouMean(name, known));
    }
    if (!name.starts_with(prefix)) {
      return InvalidArgumentError(Subject(table) + ": the column '" + name +
                                  "' of 'key.fields' does not begin with 'key.fields-prefix' = '" +
                                  prefix + "'");
    }
    uint32_t column = static_cast<uint32_t>(found - known.begin());
    layout.key.columns.push_back(column);
    keys.push_back({name.substr(prefix.size()), (*table.schema)[column].type});
  }
  for (uint32_t i = 0; i < table.physical_columns; ++i) {
    bool in_key = std::find(layout.key.columns.begin(), layout.key.columns.end(), i) !=
                  layout.key.columns.end();
    bool in_folder = HasPartitionFolders(table) &&
                     std::find(table.partition_keys.begin(), table.partition_keys.end(), i) !=
                         table.partition_keys.end();
    if ((in_key && include == "EXCEPT_KEY") || in_folder) continue;
    layout.value.columns.push_back(i);
    values.push_back((*table.schema)[i]);
  }
  layout.key.schema = std::make_shared<const Schema>(std::move(keys));
  layout.value.schema = std::make_shared<const Schema>(std::move(values));
  return layout;
}

StatusOr<std::unique_ptr<Encoder>> MakeValueEncoder(const TableInfo& table) {
  FormatName name = ValueFormat(table);
  ASSIGN_OR_RETURN(MessageLayout layout, LayoutOf(table));
  ASSIGN_OR_RETURN(const Format* format, FindFormat(name.name));
  return format->make_encoder(layout.value.schema, Under(table, name.prefix + name.name + "."));
}

StatusOr<std::unique_ptr<Encoder>> MakeKeyEncoder(const TableInfo& table) {
  ASSIGN_OR_RETURN(MessageLayout layout, LayoutOf(table));
  if (layout.key.format.empty()) return std::unique_ptr<Encoder>();
  ASSIGN_OR_RETURN(const Format* format, FindFormat(layout.key.format));
  return format->make_encoder(layout.key.schema, Under(table, "key." + layout.key.format + "."));
}

}  // namespace weir
