#include "connectors/kafka/kafka_record.h"

#include <re2/re2.h>

#include <algorithm>

#include "common/base/nearest_name.h"
#include "connectors/kafka/kafka_metadata.h"

namespace weir {
StatusOr<std::unique_ptr<KafkaRecordEncoder>> KafkaRecordEncoder::Make(
    const TableInfo& table, const KafkaSinkOptions& options) {
  RETURN_IF_ERROR(CheckKafkaMetadata(table));
  auto encoder = std::make_unique<KafkaRecordEncoder>();
  encoder->table_ = table.name;
  encoder->topics_ = options.topics;
  encoder->upsert_ = options.upsert;
  ASSIGN_OR_RETURN(MessageLayout layout, LayoutOf(table));
  encoder->key_.layout = std::move(layout.key);
  encoder->value_.layout = std::move(layout.value);
  ASSIGN_OR_RETURN(encoder->key_.encoder, MakeKeyEncoder(table));
  ASSIGN_OR_RETURN(encoder->value_.encoder, MakeValueEncoder(table));
  for (size_t i = 0; i < table.metadata_keys.size(); ++i) {
    const std::string& key = table.metadata_keys[i];
    int column = static_cast<int>(table.physical_columns + i);
    if (key == "topic") encoder->topic_column_ = column;
    if (key == "timestamp") encoder->timestamp_column_ = column;
    if (key == "headers") encoder->header_map_column_ = column;
    if (key == "header-list") encoder->header_list_column_ = column;
  }
  return encoder;
}

void KafkaRecordEncoder::Begin(const Batch& batch) {
  batch_ = batch;
  for (Part* part : {&key_, &value_}) {
    if (!part->encoder) continue;
    std::vector<ColumnPtr> columns;
    for (uint32_t column : part->layout.columns) columns.push_back(batch.column(column));
    part->rows = batch.WithColumns(part->layout.schema, std::move(columns));
  }
}

Status KafkaRecordEncoder::Part::Encode(size_t row, std::optional<std::string>& out) const {
  // 'raw' is the cell itself, so that no cell is no bytes.
  if (!encoder || (layout.format == "raw" && rows.column(0)->IsNull(row))) {
    out.reset();
    return OkStatus();
  }
  if (out) {
    out->clear();
  } else {
    out.emplace();
  }
  return encoder->Encode(rows, row, *out);
}

Status KafkaRecordEncoder::Encode(size_t row, KafkaRecord& out) {
  if (Status s = key_.Encode(row, out.key); !s.ok()) return std::move(s).Annotate("key");
  if (upsert_ && IsRetraction(batch_.kind(row))) {
    out.value.reset();
  } else {
    RETURN_IF_ERROR(value_.Encode(row, out.value));
  }
  out.timestamp_ms = 0;
  if (timestamp_column_ >= 0) {
    const Column& column = *batch_.column(static_cast<size_t>(timestamp_column_));
    if (!column.IsNull(row)) out.timestamp_ms = ColumnView<int64_t>(column)[row] / 1000;
  }
  RETURN_IF_ERROR(EncodeTopic(row, out));
  return EncodeHeaders(row, out);
}

Status KafkaRecordEncoder::EncodeTopic(size_t row, KafkaRecord& out) const {
  if (topic_column_ < 0) {
    if (out.topic.empty()) out.topic = topics_.names[0];
    return OkStatus();
  }
  const Column& column = *batch_.column(static_cast<size_t>(topic_column_));
  if (column.IsNull(row)) {
    return InvalidArgumentError("a row whose topic is NULL");
  }
  std::string_view topic = ColumnView<std::string_view>(column)[row];
  if (topic == out.topic) return OkStatus();  // as the row before it
  const bool known = topics_.pattern.empty() ? std::find(topics_.names.begin(), topics_.names.end(),
                                                         topic) != topics_.names.end()
                                             : RE2::FullMatch(topic, topics_.pattern);
  if (!known) {
    std::string name(topic);
    return InvalidArgumentError(
        "a row for the topic '" + name + "', which is not one of the table: " +
        (topics_.pattern.empty() ? "'topic' does not name it" + DidYouMean(name, topics_.names)
                                 : "'topic-pattern' = '" + topics_.pattern + "' does not fit it"));
  }
  out.topic = topic;
  return OkStatus();
}

Status KafkaRecordEncoder::EncodeHeaders(size_t row, KafkaRecord& out) const {
  out.headers.clear();
  auto add = [&](const Column& names, const Column& values, size_t i) {
    if (names.IsNull(i)) return InvalidArgumentError("a header whose name is NULL");
    std::optional<std::string> value;
    if (!values.IsNull(i)) value = ColumnView<std::string_view>(values)[i];
    out.headers.emplace_back(ColumnView<std::string_view>(names)[i], std::move(value));
    return OkStatus();
  };
  for (int at : {header_map_column_, header_list_column_}) {
    if (at < 0) continue;
    const Column& column = *batch_.column(static_cast<size_t>(at));
    if (column.IsNull(row)) continue;
    const Column& base = column.base();
    const size_t cell = column.BaseIndex(row);
    for (uint32_t i = base.offsets()[cell]; i < base.offsets()[cell + 1]; ++i) {
      if (at == header_map_column_) {
        RETURN_IF_ERROR(add(*base.child(0), *base.child(1), i));
        continue;
      }
      const Column& rows = *base.child(0);
      if (rows.IsNull(i)) continue;
      const size_t entry = rows.BaseIndex(i);
      RETURN_IF_ERROR(add(*rows.base().child(0), *rows.base().child(1), entry));
    }
  }
  return OkStatus();
}

}  // namespace weir
