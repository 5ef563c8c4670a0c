#include "sql/ast.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace weir::sql::ast {

std::string Identifier::Upper() const { return AsciiUpper(text); }

std::string Name::ToString() const {
  std::string out;
  for (const Identifier& part : parts) {
    if (!out.empty()) out += '.';
    out += part.text;
  }
  return out;
}

}  // namespace weir::sql::ast
