#include "sql/ast.h"

namespace weir::sql::ast {

std::string Name::ToString() const {
  std::string out;
  for (const Identifier& part : parts) {
    if (!out.empty()) out += '.';
    out += part.text;
  }
  return out;
}

}  // namespace weir::sql::ast
