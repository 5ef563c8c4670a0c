#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/table_options.h"

namespace weir {

// The folders of a table that is PARTITIONED BY: below its path one level for each partition
// column, "day=2026-01-01/hour=3"; files in them do not hold these columns. Names and values are
// escaped as Hive and Flink do ("a/b" is "a%2Fb"); NULL and empty text have a name of their own.
class PartitionFolders {
 public:
  PartitionFolders() = default;  // no folders: a table without partitions
  // Reads 'partition.default-name'; refuses columns of types that no folder can be named after.
  PartitionFolders(const TableInfo& table, TableOptions& options);

  size_t depth() const { return keys_.size(); }
  bool Has(uint32_t column) const;  // is it one of the partition columns

  // The folder of a row, relative to the table's path; empty without partitions.
  void FolderOf(const Batch& batch, size_t row, std::string& out) const;

  // Whether a folder of this name belongs on the level, counted from 0.
  bool Fits(size_t level, std::string_view name) const;
  // What folders of the level are named: "hour=...".
  std::string Pattern(size_t level) const;
  // What the folders of the file say of the column. `root` is the table's path.
  StatusOr<Value> Cell(const std::string& root, const std::string& file, uint32_t column) const;

 private:
  struct Key {
    uint32_t column = 0;
    std::string prefix;  // "hour=", escaped
    DataType type;
  };
  std::vector<Key> keys_;
  std::string default_name_;
};

// Every byte that may not stand in a folder's name as %XX, and back.
void AppendEscaped(std::string_view text, std::string& out);
std::string Unescaped(std::string_view text);

}  // namespace weir
