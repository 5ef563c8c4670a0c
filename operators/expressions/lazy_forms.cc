#include <algorithm>
#include <list>
#include <numeric>

#include "common/data/column_builder.h"
#include "operators/expressions/node.h"

// AND, OR, CASE, COALESCE, NULLIF: the forms that evaluate an argument only for the rows that reach
// it.

namespace weir {
namespace {

// Three-valued logic in bytes: AND is the minimum, OR the maximum.
constexpr uint8_t kFalse = 0, kUnknown = 1, kTrue = 2;

void ReadLogic(const Column& column, uint8_t* out) {
  size_t rows = column.size();
  ColumnView<uint8_t> view(column);
  const uint8_t* flat = view.flat_values();
  if (flat && !view.may_have_nulls()) {
    for (size_t i = 0; i < rows; ++i) out[i] = static_cast<uint8_t>(flat[i] << 1);
    return;
  }
  for (size_t i = 0; i < rows; ++i) {
    out[i] = view.IsNull(i) ? kUnknown : static_cast<uint8_t>(view[i] << 1);
  }
}

ColumnPtr WriteLogic(std::vector<uint8_t> logic) {
  size_t rows = logic.size();
  uint8_t unknown = 0;
  for (size_t i = 0; i < rows; ++i) unknown |= static_cast<uint8_t>(logic[i] & 1);
  Column::Flat parts;
  if (unknown) {
    std::vector<uint8_t> validity((rows + 7) / 8);
    for (size_t i = 0; i < rows; ++i) {
      validity[i >> 3] |= static_cast<uint8_t>((~logic[i] & 1) << (i & 7));
    }
    parts.validity = Buffer::Of(std::move(validity));
  }
  for (size_t i = 0; i < rows; ++i) logic[i] >>= 1;
  parts.values = Buffer::Of(std::move(logic));
  return Column::MakeFlat(DataType::Boolean(), rows, std::move(parts));
}

class AndOrNode : public Node {
 public:
  AndOrNode(bool is_and, std::vector<NodePtr> args)
      : is_and_(is_and), decided_(is_and ? kFalse : kTrue), args_(std::move(args)) {
    constant = total = true;
    for (const NodePtr& arg : args_) {
      constant = constant && arg->constant;
      total = total && arg->total;
    }
  }

  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    size_t rows = frame.rows();
    std::vector<uint8_t> logic(rows, is_and_ ? kTrue : kFalse);
    std::vector<uint8_t> next(rows);
    for (const NodePtr& arg : args_) {
      std::vector<uint32_t> reached;
      if (!arg->total) {
        for (size_t i = 0; i < rows; ++i) {
          if (logic[i] != decided_) reached.push_back(static_cast<uint32_t>(i));
        }
        if (reached.empty()) break;
      }
      if (arg->total || reached.size() == rows) {
        ASSIGN_OR_RETURN(ColumnPtr column, arg->Eval(frame));
        ReadLogic(*column, next.data());
        Combine(logic.data(), next.data(), rows);
      } else {
        Frame branch(frame, reached);
        ASSIGN_OR_RETURN(ColumnPtr column, arg->Eval(branch));
        ReadLogic(*column, next.data());
        for (size_t k = 0; k < reached.size(); ++k) Combine(&logic[reached[k]], &next[k], 1);
      }
    }
    return WriteLogic(std::move(logic));
  }

 private:
  void Combine(uint8_t* into, const uint8_t* from, size_t rows) const {
    if (is_and_) {
      for (size_t i = 0; i < rows; ++i) into[i] = std::min(into[i], from[i]);
    } else {
      for (size_t i = 0; i < rows; ++i) into[i] = std::max(into[i], from[i]);
    }
  }

  bool is_and_;
  uint8_t decided_;
  std::vector<NodePtr> args_;
};

// The rows that are still to be decided, as rows of the form's own frame.
class Remaining {
 public:
  explicit Remaining(Frame& frame) : frame_(frame) {}
  Frame& current() { return branch_ ? *branch_ : frame_; }
  size_t size() { return current().rows(); }

  // Rows `local` of the current ones, as rows of the form's frame.
  std::vector<uint32_t> Absolute(std::span<const uint32_t> local) const {
    std::vector<uint32_t> rows(local.begin(), local.end());
    if (branch_) {
      for (uint32_t& row : rows) row = rows_[row];
    }
    return rows;
  }
  // Evaluates `value` for the rows `local` of the current ones.
  Status Decide(Node& value, std::span<const uint32_t> local, std::vector<Piece>& pieces) {
    if (local.empty()) return OkStatus();
    if (local.size() == size()) {
      ASSIGN_OR_RETURN(ColumnPtr values, value.Eval(current()));
      pieces.push_back({std::move(values), branch_ ? rows_ : std::vector<uint32_t>()});
      return OkStatus();
    }
    std::vector<uint32_t> rows = Absolute(local);
    Frame decided(frame_, rows);
    ASSIGN_OR_RETURN(ColumnPtr values, value.Eval(decided));
    pieces.push_back({std::move(values), std::move(rows)});
    return OkStatus();
  }
  void Keep(std::span<const uint32_t> local) {
    if (local.size() == size()) return;
    rows_ = Absolute(local);
    branch_.emplace(frame_, rows_);
  }

 private:
  Frame& frame_;
  std::vector<uint32_t> rows_;
  std::optional<Frame> branch_;
};

class CaseNode : public Node {
 public:
  CaseNode(DataType type, std::vector<NodePtr> args)
      : type_(std::move(type)), args_(std::move(args)) {
    constant = total = true;
    for (const NodePtr& arg : args_) {
      constant = constant && arg->constant;
      total = total && arg->total;
    }
  }

  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    if (frame.rows() == 0) return ColumnBuilder(type_).Finish();
    std::vector<Piece> pieces;
    Remaining remaining(frame);
    for (size_t i = 0; i + 1 < args_.size(); i += 2) {
      ASSIGN_OR_RETURN(ColumnPtr condition, args_[i]->Eval(remaining.current()));
      std::vector<uint32_t> holds = TrueRows(*condition);
      std::vector<uint32_t> rest = Complement(holds, remaining.size());
      RETURN_IF_ERROR(remaining.Decide(*args_[i + 1], holds, pieces));
      if (rest.empty()) return MergePieces(pieces, type_, frame.rows());
      remaining.Keep(rest);
    }
    std::vector<uint32_t> all(remaining.size());
    std::iota(all.begin(), all.end(), 0u);
    RETURN_IF_ERROR(remaining.Decide(*args_.back(), all, pieces));
    return MergePieces(pieces, type_, frame.rows());
  }

 private:
  DataType type_;
  std::vector<NodePtr> args_;
};

class CoalesceNode : public Node {
 public:
  CoalesceNode(DataType type, std::vector<NodePtr> args)
      : type_(std::move(type)), args_(std::move(args)) {
    constant = total = true;
    for (const NodePtr& arg : args_) {
      constant = constant && arg->constant;
      total = total && arg->total;
    }
  }

  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    if (frame.rows() == 0) return ColumnBuilder(type_).Finish();
    std::vector<Piece> pieces;
    Remaining remaining(frame);
    for (size_t i = 0; i < args_.size(); ++i) {
      ASSIGN_OR_RETURN(ColumnPtr values, args_[i]->Eval(remaining.current()));
      std::vector<uint32_t> nulls, given;
      bool last = i + 1 == args_.size();
      for (size_t row = 0; row < values->size(); ++row) {
        bool keep = !last && values->may_have_nulls() && values->IsNull(row);
        (keep ? nulls : given).push_back(static_cast<uint32_t>(row));
      }
      if (nulls.empty() && pieces.empty()) return Column::Retype(values, type_);
      if (!given.empty()) {
        pieces.push_back({Column::Take(values, given), remaining.Absolute(given)});
      }
      if (nulls.empty()) break;
      remaining.Keep(nulls);
    }
    return MergePieces(pieces, type_, frame.rows());
  }

 private:
  DataType type_;
  std::vector<NodePtr> args_;
};

class NullIfNode : public Node {
 public:
  explicit NullIfNode(NullIfParts parts) : parts_(std::move(parts)) {
    constant = parts_.a->constant && parts_.b->constant;
  }

  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    size_t rows = frame.rows();
    ASSIGN_OR_RETURN(ColumnPtr a, parts_.a->Eval(frame));
    ASSIGN_OR_RETURN(ColumnPtr b, parts_.b->Eval(frame));
    std::vector<ColumnPtr> compared = {a, b};
    if (parts_.cast_a) {
      ASSIGN_OR_RETURN(compared[0],
                       parts_.cast_a({&a, 1}, parts_.compared_type_a, rows, frame.context()));
    }
    if (parts_.cast_b) {
      ASSIGN_OR_RETURN(compared[1],
                       parts_.cast_b({&b, 1}, parts_.compared_type_b, rows, frame.context()));
    }
    ASSIGN_OR_RETURN(ColumnPtr equal,
                     parts_.equal(compared, DataType::Boolean(), rows, frame.context()));
    std::vector<uint32_t> equal_rows = TrueRows(*equal);
    if (equal_rows.empty()) return Column::Retype(a, parts_.type);
    ColumnBuilder out(parts_.type, rows);
    size_t next = 0;
    for (size_t i = 0; i < rows; ++i) {
      if (next < equal_rows.size() && equal_rows[next] == i) {
        out.AppendNull();
        ++next;
      } else {
        out.AppendFrom(*a, i);
      }
    }
    return out.Finish();
  }

 private:
  NullIfParts parts_;
};

template <class T>
Buffer ScatterCells(std::span<const Piece> pieces, size_t rows) {
  std::vector<T> values(rows);
  for (const Piece& piece : pieces) {
    const T* from = piece.values->base().values<T>();
    for (size_t k = 0; k < piece.rows.size(); ++k) {
      values[piece.rows[k]] = from[piece.values->BaseIndex(k)];
    }
  }
  return Buffer::Of(std::move(values));
}

ColumnPtr MergeFixed(std::span<const Piece> pieces, const DataType& type, size_t rows) {
  Column::Flat parts;
  switch (type.fixed_width()) {
    case 1:
      parts.values = ScatterCells<uint8_t>(pieces, rows);
      break;
    case 2:
      parts.values = ScatterCells<uint16_t>(pieces, rows);
      break;
    case 4:
      parts.values = ScatterCells<uint32_t>(pieces, rows);
      break;
    case 8:
      parts.values = ScatterCells<uint64_t>(pieces, rows);
      break;
    default:
      parts.values = ScatterCells<Int128>(pieces, rows);
      break;
  }
  bool nulls = false;
  for (const Piece& piece : pieces) nulls = nulls || piece.values->may_have_nulls();
  if (nulls) {
    std::vector<uint8_t> validity((rows + 7) / 8, 0xff);
    for (const Piece& piece : pieces) {
      for (size_t k = 0; k < piece.rows.size(); ++k) {
        uint32_t row = piece.rows[k];
        if (piece.values->IsNull(k)) validity[row >> 3] &= static_cast<uint8_t>(~(1u << (row & 7)));
      }
    }
    parts.validity = Buffer::Of(std::move(validity));
  }
  return Column::MakeFlat(type, rows, std::move(parts));
}

}  // namespace

std::vector<uint32_t> Complement(std::span<const uint32_t> rows, size_t size) {
  std::vector<uint32_t> rest;
  rest.reserve(size - rows.size());
  size_t next = 0;
  for (size_t i = 0; i < size; ++i) {
    if (next < rows.size() && rows[next] == i) {
      ++next;
    } else {
      rest.push_back(static_cast<uint32_t>(i));
    }
  }
  return rest;
}

ColumnPtr MergePieces(std::span<const Piece> pieces, const DataType& type, size_t rows) {
  if (pieces.size() == 1 && pieces[0].rows.empty()) return Column::Retype(pieces[0].values, type);
  if (type.fixed_width() != 0) return MergeFixed(pieces, type, rows);
  // Text and nested cells: each piece's cells (one, when it is constant) in a row, and indices.
  ColumnBuilder cells(type);
  std::vector<uint32_t> indices(rows);
  for (const Piece& piece : pieces) {
    bool constant = piece.values->is_constant();
    for (size_t k = 0; k < piece.rows.size(); ++k) {
      if (k == 0 || !constant) cells.AppendFrom(*piece.values, k);
      indices[piece.rows[k]] = static_cast<uint32_t>(cells.size() - 1);
    }
  }
  return Column::MakeDictionary(cells.Finish(), std::move(indices));
}

NodePtr MakeAndOr(bool is_and, std::vector<NodePtr> args) {
  return std::make_unique<AndOrNode>(is_and, std::move(args));
}

NodePtr MakeCase(DataType type, std::vector<NodePtr> args) {
  return std::make_unique<CaseNode>(std::move(type), std::move(args));
}

NodePtr MakeCoalesce(DataType type, std::vector<NodePtr> args) {
  return std::make_unique<CoalesceNode>(std::move(type), std::move(args));
}

NodePtr MakeNullIf(NullIfParts parts) { return std::make_unique<NullIfNode>(std::move(parts)); }

}  // namespace weir
