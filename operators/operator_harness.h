#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/data/batch_builder.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"
#include "operators/expressions/expr.h"
#include "operators/operator.h"
#include "proto/plan.pb.h"
#include "state/task_state.h"

// One operator driven by hand, with rows written as text. For tests only.
//   harness.Push("+I ann 7\n+I ann 5").AdvanceWatermark("12:01");
//   EXPECT_EQ(harness.TakeOutput(), "+I ann 12:00 12\n");
// A cell of TIMESTAMP is a time of 2026-01-01; NULL is NULL.

namespace weir {

inline int64_t TimeOfDayMs(const std::string& text) {
  std::optional<int32_t> ms = ParseTime(text);
  CHECK(ms.has_value()) << text;
  return 1767225600000 + *ms;  // 2026-01-01
}

class OperatorHarness : private Collector {
 public:
  class Time : public Clock {
   public:
    Timestamp WallNow() const override { return ms; }
    int64_t MonotonicNanos() const override { return ms * 1'000'000; }
    int64_t ms = 1'000'000;
  };

  OperatorHarness(plan::OperatorNode node, Schema input, Schema output)
      : node_(std::move(node)),
        input_(std::make_shared<const Schema>(std::move(input))),
        output_(std::make_shared<const Schema>(std::move(output))) {
    ToProto(*output_, node_.mutable_output());
    Start({});
  }

  OperatorHarness& Push(const std::string& rows) {
    BatchBuilder builder(input_);
    std::istringstream lines(rows);
    for (std::string line; std::getline(lines, line);) AppendRow(line, builder);
    Drive(operator_->ProcessBatch(0, builder.Finish().WithSplit(split), *this));
    return *this;
  }
  OperatorHarness& PushBatch(Batch batch) {
    Drive(operator_->ProcessBatch(0, std::move(batch), *this));
    return *this;
  }
  OperatorHarness& AdvanceWatermark(const std::string& time) {
    Drive(operator_->ProcessWatermark({TimeOfDayMs(time), false}, *this));
    return *this;
  }
  OperatorHarness& PushWatermark(Watermark watermark) {
    Drive(operator_->ProcessWatermark(watermark, *this));
    return *this;
  }
  OperatorHarness& FireTimer(Timestamp now) {
    Drive(operator_->OnTimer(now, *this));
    return *this;
  }
  // For state that is forgotten with time.
  OperatorHarness& Pass(int64_t ms) {
    time_.ms += ms;
    EXPECT_EQ(state_->MakeRoom(), OkStatus());
    return *this;
  }
  OperatorHarness& EndInput() {
    Drive(operator_->ProcessWatermark({kMaxTimestamp, false}, *this));
    Drive(operator_->Flush(FlushReason::kEndOfInput, *this));
    return *this;
  }
  // What came out since the last call, one row a line, watermarks as "W 12:00".
  std::string TakeOutput() { return std::exchange(text_, {}); }
  // The same as batches.
  std::vector<Batch> TakeBatches() {
    text_.clear();
    return std::exchange(batches_, {});
  }
  Status failure() const { return failure_; }

  // What people see of its state, sorted: "group: key*, COUNT" (the key's columns with a star),
  // then a row a line. `key`: only the rows of that one, of STRING.
  std::string State(const std::optional<std::string>& key = std::nullopt) {
    std::string text;
    for (const StateView& view : operator_->StateViews()) {
      text += view.table + ":";
      for (uint32_t i = 0; i < view.rows->size(); ++i) {
        const bool is_key = std::find(view.keys.begin(), view.keys.end(), i) != view.keys.end();
        text += (i == 0 ? " " : ", ") + (*view.rows)[i].name + (is_key ? "*" : "");
      }
      text += "\n";
      PageRead read;
      if (key) {
        EncodedKeys keys;
        view.codec->Encode(std::vector{ColumnOf(DataType::String(), {Value(*key)})}, 1, keys);
        read.key = view.entries_of(keys.key(0), keys.hash(0));
      }
      BatchBuilder rows(view.rows);
      read.take = [&](int64_t slice, std::string_view entry, Slot slot) {
        view.add_row(slice, entry, slot, rows);
        return true;
      };
      while (!read.done) EXPECT_EQ(state_->ReadSome("uid", view.table, read, 10), OkStatus());
      text += SortedLines(TextOf(rows.Finish()));
    }
    return text;
  }

  Operator& op() { return *operator_; }
  SplitWatermarks splits;
  int split = -1;
  std::map<std::string, int64_t> counters;

 private:
  void Start(const std::vector<std::string>& restored) {
    TaskState::Config config;
    config.key_groups = {0, 127};
    config.clock = &time_;
    state_ = std::make_unique<TaskState>(std::move(config));
    context_.node = &node_;
    context_.input_schema = input_;
    context_.output_schema = output_;
    context_.state = &state_->ForOperator("uid");
    context_.splits = &splits;
    context_.wake = [] {};
    context_.metrics.add = [this](const char* name, int64_t n) { counters[name] += n; };
    StatusOr<std::unique_ptr<Operator>> made = MakeOperator(node_);
    CHECK(made.ok()) << made.status();
    operator_ = std::move(*made);
    Status opened = operator_->Open(context_, restored);
    CHECK(opened.ok()) << opened;
  }

  void AppendRow(const std::string& line, BatchBuilder& builder) {
    std::istringstream cells(line);
    std::string kind, cell;
    cells >> kind;
    for (size_t i = 0; i < input_->size(); ++i) {
      cells >> cell;
      const DataType& type = (*input_)[i].type;
      ColumnBuilder& column = builder.column(i);
      if (cell == "NULL") {
        column.AppendNull();
      } else if (type.is_timestamp()) {
        column.Append<int64_t>(TimeOfDayMs(cell) * 1000);
      } else if (type.is_string()) {
        column.AppendBytes(cell);
      } else if (type.kind() == TypeKind::kBoolean) {
        column.Append<uint8_t>(cell == "true");
      } else if (type.kind() == TypeKind::kBigInt) {
        column.Append<int64_t>(std::stoll(cell));
      } else {
        column.Append<int32_t>(std::stoi(cell));
      }
    }
    builder.CloseRow(kind == "-U"   ? RowKind::kUpdateBefore
                     : kind == "+U" ? RowKind::kUpdateAfter
                     : kind == "-D" ? RowKind::kDelete
                                    : RowKind::kInsert);
  }

  void Drive(StatusOr<Progress> progress) {
    while (progress.ok() && *progress == Progress::kMore) progress = operator_->Resume(*this);
    if (!progress.ok()) failure_ = progress.status();
  }

  static std::string TimeText(int64_t ms) {
    if (ms == kMaxTimestamp) return "end";
    if (ms == kMinTimestamp) return "none";
    int64_t day_ms = ms - 1767225600000;
    char text[32];
    std::snprintf(text, sizeof(text), "%02d:%02d", static_cast<int>(day_ms / 3'600'000),
                  static_cast<int>(day_ms / 60'000 % 60));
    std::string out = text;
    if (day_ms % 60'000) {
      std::snprintf(text, sizeof(text), ":%02d", static_cast<int>(day_ms / 1000 % 60));
      out += text;
    }
    if (day_ms % 1000) {
      std::snprintf(text, sizeof(text), ".%03d", static_cast<int>(day_ms % 1000));
      out += text;
    }
    return out;
  }

  void Emit(int, Batch batch) override {
    batches_.push_back(batch);
    text_ += TextOf(batch);
  }
  static std::string TextOf(const Batch& batch) {
    std::string text;
    for (size_t i = 0; i < batch.rows(); ++i) {
      text += RowKindText(batch.kind(i));
      for (const ColumnPtr& column : batch.columns()) {
        text += ' ';
        if (column->type().is_timestamp() && !column->IsNull(i)) {
          text += TimeText(column->GetValue(i).integer() / 1000);
        } else {
          AppendCastText(*column, i, TimeZone(), text);
        }
      }
      text += '\n';
    }
    return text;
  }
  static std::string SortedLines(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const std::string& line : lines) out += line;
    return out;
  }
  void EmitWatermark(Watermark watermark) override {
    text_ += watermark.idle ? "W idle\n" : "W " + TimeText(watermark.time) + "\n";
  }

  plan::OperatorNode node_;
  SchemaPtr input_;
  SchemaPtr output_;
  Time time_;
  std::unique_ptr<TaskState> state_;
  OperatorContext context_;
  std::unique_ptr<Operator> operator_;
  std::string text_;
  std::vector<Batch> batches_;
  Status failure_;
};

// Fills a call of the plan.
inline void AddCall(const std::string& function, std::vector<uint32_t> arguments,
                    std::vector<DataType> types, const DataType& result,
                    plan::AggregateCall* call) {
  call->set_function(function);
  call->set_name(function);
  for (uint32_t argument : arguments) call->add_arguments(argument);
  for (const DataType& type : types) ToProto(type, call->add_argument_types());
  ToProto(result, call->mutable_type());
}

}  // namespace weir
