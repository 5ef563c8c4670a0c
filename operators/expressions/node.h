#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "operators/expressions/evaluator.h"
#include "operators/functions/function_registry.h"

// What a CompiledExpr is made of. Private to this folder.

namespace weir {

// The rows that an evaluation is about: all rows of a batch, or those of them that reach a branch.
// Columns of a branch are gathered when they are first asked for.
class Frame {
 public:
  Frame(const Batch& batch, const EvalContext& context)
      : batch_(&batch), context_(context), rows_(batch.rows()) {}
  // `rows` are rows of `parent`, which outlives this.
  Frame(Frame& parent, std::vector<uint32_t> rows)
      : parent_(&parent),
        context_(parent.context_),
        rows_(rows.size()),
        selection_(std::move(rows)) {}
  // Rows without columns: for what reads none.
  Frame(const EvalContext& context, size_t rows) : context_(context), rows_(rows) {}

  size_t rows() const { return rows_; }
  const EvalContext& context() const { return context_; }
  const ColumnPtr& column(uint32_t i) {
    if (!parent_) {
      CHECK(batch_ != nullptr) << "a constant expression reads column " << i;
      return batch_->column(i);
    }
    if (columns_.size() <= i) columns_.resize(i + 1);
    if (!columns_[i]) columns_[i] = Column::Take(parent_->column(i), selection_);
    return columns_[i];
  }

 private:
  const Batch* batch_ = nullptr;
  Frame* parent_ = nullptr;
  const EvalContext& context_;
  size_t rows_;
  std::vector<uint32_t> selection_;
  std::vector<ColumnPtr> columns_;
};

class Node {
 public:
  virtual ~Node() = default;
  // A column of frame.rows() cells of the physical type of the expression.
  virtual StatusOr<ColumnPtr> Eval(Frame& frame) = 0;

  bool constant = false;  // the same cell for every row and batch
  bool total = false;     // cheap and never fails: see ScalarFunction::total
};
using NodePtr = std::unique_ptr<Node>;

// The values of some rows of a result; all pieces together are all rows, each once.
struct Piece {
  ColumnPtr values;
  std::vector<uint32_t> rows;  // values[k] is row rows[k]; empty when it is every row in order
};
ColumnPtr MergePieces(std::span<const Piece> pieces, const DataType& type, size_t rows);

// Rows [0, size) that are not in `rows`, which ascends.
std::vector<uint32_t> Complement(std::span<const uint32_t> rows, size_t size);

// AND, OR over any number of arguments.
NodePtr MakeAndOr(bool is_and, std::vector<NodePtr> args);
// c1, v1, c2, v2, ..., else
NodePtr MakeCase(DataType type, std::vector<NodePtr> args);
NodePtr MakeCoalesce(DataType type, std::vector<NodePtr> args);
// `equal` compares (compared_a, compared_b), which are computed from a and b.
struct NullIfParts {
  DataType type;
  NodePtr a;
  NodePtr b;
  ScalarKernel cast_a;  // null: none is needed
  ScalarKernel cast_b;
  DataType compared_type_a;
  DataType compared_type_b;
  ScalarKernel equal;
};
NodePtr MakeNullIf(NullIfParts parts);

}  // namespace weir
