#include "client/rows_json.h"

#include <memory>

#include "common/data/batch_codec.h"
#include "formats/format.h"
#include "operators/expressions/expr.h"

namespace weir {

StatusOr<std::string> RowsAsJson(const plan::Schema& schema,
                                 const std::vector<std::string>& batches) {
  ASSIGN_OR_RETURN(const SchemaPtr columns, FromProto(schema));
  ASSIGN_OR_RETURN(const Format* format, FindFormat("json"));
  ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder,
                   format->make_encoder(columns, {{"encode.decimal-as-plain-number", "true"}}));
  std::string out = "[";
  for (const std::string& bytes : batches) {
    ASSIGN_OR_RETURN(const std::vector<StreamElement> elements, DecodeElements(bytes, columns));
    for (const StreamElement& element : elements) {
      const auto* batch = std::get_if<Batch>(&element);
      if (batch == nullptr) continue;
      for (size_t row = 0; row < batch->rows(); ++row) {
        if (out.size() > 1) out += ',';
        out += "{\"kind\":\"";
        out.append(RowKindText(batch->kind(row))).append("\",\"row\":");
        RETURN_IF_ERROR(encoder->Encode(*batch, row, out));
        out += '}';
      }
    }
  }
  return out + "]";
}

}  // namespace weir
