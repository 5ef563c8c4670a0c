#include <cstddef>
#include <cstdint>
#include <string>

#include "common/data/batch_codec.h"

// Data frames from a stranger: refused, or a batch whose every cell can be read.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using weir::DataType;
  static const weir::SchemaPtr schema = std::make_shared<const weir::Schema>(
      std::vector<weir::Field>{{"b", DataType::Boolean()},
                               {"n", DataType::BigInt()},
                               {"d", DataType::Decimal(20, 2)},
                               {"s", DataType::String()},
                               {"l", DataType::Array(DataType::String())},
                               {"m", DataType::Map(DataType::String(), DataType::Int())},
                               {"r", DataType::Row({{"x", DataType::Int()}})}});
  auto elements =
      weir::DecodeElements(std::string(reinterpret_cast<const char*>(data), size), schema);
  if (!elements.ok()) return 0;
  std::string again;
  for (const weir::StreamElement& element : *elements) {
    const auto* batch = std::get_if<weir::Batch>(&element);
    if (batch) {
      // Constant columns cost nothing to claim many rows with: look at some of them.
      for (const weir::ColumnPtr& column : batch->columns()) {
        for (size_t i = 0; i < batch->rows() && i < 1000; ++i) {
          if (!column->is_constant() && column->base().size() > 100000) break;
          (void)column->IsNull(i);
        }
      }
    }
    weir::AppendElement(element, again);
  }
  // What was read can be written and read again.
  if (!weir::DecodeElements(again, schema).ok()) __builtin_trap();
  return 0;
}
