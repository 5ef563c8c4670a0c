#include "common/base/secrets.h"
#include "sql/show.h"
#include "sql/unparse.h"

namespace weir::sql {
namespace {

// Types as Flink writes them in SHOW CREATE: STRING and TIMESTAMP_LTZ in their long forms.
std::string LongTypeText(const DataType& type) {
  std::string out;
  switch (type.kind()) {
    case TypeKind::kVarChar:
      out = "VARCHAR(" + std::to_string(type.length()) + ")";
      break;
    case TypeKind::kVarBinary:
      out = "VARBINARY(" + std::to_string(type.length()) + ")";
      break;
    case TypeKind::kTimestampLtz:
      out = "TIMESTAMP(" + std::to_string(type.precision()) + ") WITH LOCAL TIME ZONE";
      break;
    case TypeKind::kArray:
      out = "ARRAY<" + LongTypeText(type.element()) + ">";
      break;
    case TypeKind::kMultiset:
      out = "MULTISET<" + LongTypeText(type.element()) + ">";
      break;
    case TypeKind::kMap:
      out = "MAP<" + LongTypeText(type.key()) + ", " + LongTypeText(type.value()) + ">";
      break;
    case TypeKind::kRow:
      out = "ROW<";
      for (const Field& field : type.fields()) {
        if (out.size() > 4) out += ", ";
        out += QuoteIdentifier(field.name) + " " + LongTypeText(field.type);
      }
      out += ">";
      break;
    default:
      return type.ToString();
  }
  return type.nullable() ? out : out + " NOT NULL";
}

std::string CommentText(const std::optional<std::string>& comment) {
  return comment && !comment->empty() ? " COMMENT " + QuoteString(*comment) : "";
}

std::string ColumnText(const CatalogColumn& column) {
  std::string out = QuoteIdentifier(column.name) + " ";
  switch (column.kind) {
    case CatalogColumn::Kind::kPhysical:
      out += LongTypeText(column.type);
      break;
    case CatalogColumn::Kind::kComputed:
      out += "AS " + Unparse(*column.expr);
      break;
    case CatalogColumn::Kind::kMetadata:
      out += LongTypeText(column.type) + " METADATA";
      if (column.metadata_key != column.name) out += " FROM " + QuoteString(column.metadata_key);
      if (column.is_virtual) out += " VIRTUAL";
      break;
  }
  return out + CommentText(column.comment);
}

std::string QuotedList(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + QuoteIdentifier(name);
  return out;
}

// "(\n  a,\n  b\n)\n"
std::string Block(const std::vector<std::string>& lines) {
  std::string out = "(\n";
  for (size_t i = 0; i < lines.size(); ++i) {
    out += "  " + lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  }
  return out + ")\n";
}

}  // namespace

std::string CreateTableText(const CatalogTable& table) {
  std::vector<std::string> elements;
  for (const CatalogColumn& column : table.columns) elements.push_back(ColumnText(column));
  if (table.watermark) {
    elements.push_back("WATERMARK FOR " + QuoteIdentifier(table.watermark->column) + " AS " +
                       Unparse(*table.watermark->expr));
  }
  if (!table.primary_key.empty()) {
    elements.push_back("CONSTRAINT " + QuoteIdentifier(table.primary_key_name) + " PRIMARY KEY (" +
                       QuotedList(table.primary_key) + ") NOT ENFORCED");
  }
  std::string out = table.temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ";
  out += QuotedPath({table.catalog, table.database, table.name}) + " " + Block(elements);
  if (table.comment && !table.comment->empty()) {
    out += "COMMENT " + QuoteString(*table.comment) + "\n";
  }
  if (!table.partition_keys.empty()) {
    out += "PARTITIONED BY (" + QuotedList(table.partition_keys) + ")\n";
  }
  if (!table.options.empty()) {
    std::vector<std::string> options;
    for (const auto& [key, value] : table.options) {
      options.push_back(QuoteString(key) + " = " + QuoteString(ShownOption(key, value)));
    }
    out += "WITH " + Block(options);
  }
  return out;
}

std::string CreateViewText(const CatalogView& view, const Schema& schema) {
  std::vector<std::string> columns;
  for (const Field& field : schema.fields()) columns.push_back(QuoteIdentifier(field.name));
  std::string out = view.temporary ? "CREATE TEMPORARY VIEW " : "CREATE VIEW ";
  out += QuotedPath({view.catalog, view.database, view.name}) + " " + Block(columns);
  if (view.comment && !view.comment->empty()) out += "COMMENT " + QuoteString(*view.comment) + "\n";
  return out + "AS " + WithoutSecrets(view.text) + "\n";
}

}  // namespace weir::sql
