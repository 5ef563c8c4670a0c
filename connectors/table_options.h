#pragma once

#include <string>

#include "common/config/option_reader.h"
#include "connectors/connector.h"
#include "formats/format.h"

namespace weir {

// The WITH options of one table, read by type; every read declares its key. Finish() refuses what
// nobody read. Messages begin with the table: "table `orders`: unknown option 'topc'; ...".
//
// 'connector' and the options that belong to the planner (watermarks, parallelism) are declared
// for every table.
class TableOptions : public OptionReader {
 public:
  // Borrows the table.
  explicit TableOptions(const TableInfo& table);

  // The table's formats: 'format' or 'value.format', and 'key.format' where `keyed` allows it; the
  // options of each are checked by making its decoder, or its encoder. A table that has none is
  // refused.
  void ReadFormats(bool reading, bool keyed);

 private:
  void CheckFormat(const std::string& prefix, const std::string& name, SchemaPtr schema,
                   bool reading);

  const TableInfo& table_;
};

// What messages of a table are made of, by its options 'key.fields' ('upsert-kafka': its primary
// key), 'key.fields-prefix' and 'value.fields-include'; files do not hold the partition columns,
// which their folders are named after. Names are those in the message, columns index the table's
// schema.
struct MessagePart {
  std::string format;  // its name; empty: there is no such part
  SchemaPtr schema;
  std::vector<uint32_t> columns;
};
struct MessageLayout {
  MessagePart key;  // empty when the table has no key format
  MessagePart value;
};
StatusOr<MessageLayout> LayoutOf(const TableInfo& table);

// The encoders of a table's values and keys; of keys null when the table has none.
StatusOr<std::unique_ptr<Encoder>> MakeValueEncoder(const TableInfo& table);
StatusOr<std::unique_ptr<Encoder>> MakeKeyEncoder(const TableInfo& table);

}  // namespace weir
