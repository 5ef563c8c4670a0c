#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/data/batch.h"

namespace weir {

// The rows that one transaction is to write. With a key only the last change of each key stays, and
// the keys come in one order everywhere: no statement meets a key twice, and no two writers lock
// the same rows in different orders. Without a key every row stays, in order.
class ChangeBuffer {
 public:
  explicit ChangeBuffer(std::vector<uint32_t> key) : key_(std::move(key)) {}

  void Add(const Batch& batch);
  size_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }

  struct Ref {
    uint32_t batch;
    uint32_t row;
  };
  struct Changes {
    std::vector<Batch> batches;
    std::vector<Ref> upserts;
    std::vector<Ref> deletes;
  };
  // Folds what the buffer holds, and empties it.
  Changes Take();
  // The same rows in a buffer of their own, not folded yet; this one is empty afterwards.
  ChangeBuffer Split();

 private:
  void AppendKey(const Batch& batch, size_t row, std::string& out) const;

  std::vector<uint32_t> key_;
  std::vector<Batch> batches_;
  size_t rows_ = 0;  // added, before folding
};

}  // namespace weir
