#include "connectors/print/print.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

// As java.time prints them: seconds only when something follows the minutes, and 3, 6 or 9 digits
// of the fraction.
void AppendJavaTime(int64_t micros_of_day, std::string& out) {
  std::string text;
  AppendTime(static_cast<int32_t>(micros_of_day / 1000), 0, text);
  int64_t fraction = micros_of_day % kMicrosPerSecond;
  if (fraction == 0 && text.ends_with(":00")) text.resize(5);
  out += text;
  if (fraction == 0) return;
  std::string digits = std::to_string(kMicrosPerSecond + fraction);  // "1" and six digits
  if (digits.ends_with("000")) digits.resize(4);
  out += '.' + digits.substr(1);
}

void AppendJavaTimestamp(int64_t micros, std::string& out) {
  AppendDate(DayOfMicros(micros), out);
  out += 'T';
  AppendJavaTime(MicrosOfDay(micros), out);
}

// java.time.Instant always prints seconds.
void AppendJavaInstant(int64_t micros, std::string& out) {
  AppendJavaTimestamp(micros, out);
  if (out.size() - out.rfind('T') == std::string_view("T00:00").size()) out += ":00";
  out += 'Z';
}

void AppendNested(const Column& column, size_t row, std::string& out) {
  const Column& base = column.base();
  size_t k = column.BaseIndex(row);
  TypeKind kind = column.type().kind();
  if (kind == TypeKind::kRow) {
    out += "+I[";
    for (size_t i = 0; i < base.flat().children.size(); ++i) {
      if (i > 0) out += ", ";
      AppendPrinted(*base.child(i), k, out);
    }
    out += ']';
    return;
  }
  out += kind == TypeKind::kArray ? '[' : '{';
  for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
    if (i > base.offsets()[k]) out += ", ";
    AppendPrinted(*base.child(0), i, out);
    if (kind == TypeKind::kArray) continue;
    out += '=';
    AppendPrinted(*base.child(1), i, out);
  }
  out += kind == TypeKind::kArray ? ']' : '}';
}

void AppendBytesAsNumbers(std::string_view bytes, std::string& out) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(static_cast<signed char>(bytes[i]));
  }
  out += ']';
}

class PrintWriter final : public SinkWriter {
 public:
  PrintWriter(int descriptor, std::string prefix)
      : descriptor_(descriptor), prefix_(std::move(prefix)) {}

  StatusOr<bool> Write(const Batch& batch) override {
    std::string text;
    for (size_t row = 0; row < batch.rows(); ++row) {
      text += prefix_;
      text += RowKindText(batch.kind(row));
      text += '[';
      for (size_t i = 0; i < batch.columns().size(); ++i) {
        if (i > 0) text += ", ";
        AppendPrinted(*batch.column(i), row, text);
      }
      text += "]\n";
    }
    RETURN_IF_ERROR(WriteAll(text));
    return true;
  }

  StatusOr<bool> Flush() override { return true; }

 private:
  Status WriteAll(std::string_view text) {
    while (!text.empty()) {
      ssize_t n = ::write(descriptor_, text.data(), text.size());
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) return InternalError("cannot print: " + std::string(std::strerror(errno)));
      text.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

  const int descriptor_;
  const std::string prefix_;
};

class PrintSink final : public Sink {
 public:
  PrintSink(std::string identifier, bool standard_error)
      : identifier_(std::move(identifier)), standard_error_(standard_error) {}
  bool accepts_updates() const override { return true; }
  bool needs_update_before() const override { return true; }
  Status Validate() override { return OkStatus(); }

  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    std::string prefix = identifier_;
    if (context.identity.parallelism > 1) {
      if (!prefix.empty()) prefix += ':';
      prefix += std::to_string(context.identity.subtask + 1);
    }
    if (!prefix.empty()) prefix += "> ";
    return std::unique_ptr<SinkWriter>(std::make_unique<PrintWriter>(
        standard_error_ ? STDERR_FILENO : STDOUT_FILENO, std::move(prefix)));
  }

 private:
  const std::string identifier_;
  const bool standard_error_;
};

}  // namespace

void AppendPrinted(const Column& column, size_t row, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  switch (column.type().kind()) {
    case TypeKind::kBoolean:
      out += column.cell<uint8_t>(row) ? "true" : "false";
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return AppendBytesAsNumbers(ColumnView<std::string_view>(column)[row], out);
    case TypeKind::kTime:
      return AppendJavaTime(int64_t{column.cell<int32_t>(row)} * kMicrosPerMilli, out);
    case TypeKind::kTimestamp:
      return AppendJavaTimestamp(column.cell<int64_t>(row), out);
    case TypeKind::kTimestampLtz:
      return AppendJavaInstant(column.cell<int64_t>(row), out);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return AppendNested(column, row, out);
    default:
      return AppendCastText(column, row, TimeZone(), out);
  }
}

Connector PrintConnector() {
  Connector connector;
  connector.name = "print";
  connector.writes_partitions = true;
  connector.make_sink = [](const TableInfo& table) -> StatusOr<std::unique_ptr<Sink>> {
    TableOptions options(table);
    std::string identifier = options.String("print-identifier", "");
    bool standard_error = options.Bool("standard-error", false);
    RETURN_IF_ERROR(options.Finish());
    return std::unique_ptr<Sink>(
        std::make_unique<PrintSink>(std::move(identifier), standard_error));
  };
  return connector;
}

}  // namespace weir
