#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/batch_builder.h"

// Message bytes to rows and back.

namespace weir {

// Why one message could not be decoded: a value for the table's bad-row policy, not an error.
struct BadMessage {
  size_t index = 0;    // in the span given
  std::string reason;  // "amount: 'abc' is not a DECIMAL(10, 2)"
};

// Decodes straight into the builders of the columns wanted. Not thread-safe: one per task.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Appends the rows of the messages to `out`, whose columns are the projection, and closes them;
  // each view has 64 readable bytes past its end. Most formats give one row a message, a changelog
  // format several or none: row_of gets, for each row appended, the index of its message. A message
  // that cannot be decoded leaves no row and one entry in `bad`. A view whose data() is null is a
  // null value (a tombstone): no row and nothing bad, unless the format says otherwise.
  virtual Status Decode(std::span<const std::string_view> messages, BatchBuilder& out,
                        std::vector<uint32_t>& row_of, std::vector<BadMessage>& bad) = 0;
};

// Turns rows into messages. Not thread-safe.
class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends row `row` of the batch to `out`.
  virtual Status Encode(const Batch& batch, size_t row, std::string& out) = 0;
};

struct DecoderContext {
  SchemaPtr schema;  // columns of the format: what each message may carry
  std::vector<uint32_t>
      projection;  // columns wanted; column i of the builder is schema[projection[i]]
  std::string time_zone = "UTC";
  // Of each column wanted: the field of the ROW that is wanted alone, from the outside in; empty:
  // the whole column. None at all: whole columns. Only for formats that have `reads_fields`; no two
  // of one column are the same or contain each other.
  std::vector<std::vector<uint32_t>> fields;
};

struct Format {
  std::string name;  // 'format' = 'json'
  // Both get the table's options for the format, without its name and what goes before it:
  // "ignore-parse-errors" of "value.json.ignore-parse-errors". Unknown ones are refused with the
  // nearest known name. With "ignore-parse-errors" a cell that cannot be read is NULL, and what the
  // decoder reports as bad is to be skipped and counted.
  std::function<StatusOr<std::unique_ptr<Decoder>>(const DecoderContext&,
                                                   const std::map<std::string, std::string>&)>
      make_decoder;
  std::function<StatusOr<std::unique_ptr<Encoder>>(SchemaPtr,
                                                   const std::map<std::string, std::string>&)>
      make_encoder;
  // Keys without the format's name: "ignore-parse-errors".
  std::vector<std::string> options;
  bool reads_fields = false;   // can decode single fields of a ROW (DecoderContext::fields)
  bool emits_changes = false;  // debezium: -U and -D come out of it
};

const std::vector<Format>& Formats();
// kInvalidArgument with the nearest known name.
StatusOr<const Format*> FindFormat(std::string_view name);

}  // namespace weir
