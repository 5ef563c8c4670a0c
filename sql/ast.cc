#include "sql/ast.h"

#include <algorithm>

namespace weir::sql::ast {

std::string Identifier::Upper() const {
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

std::string Name::ToString() const {
  std::string out;
  for (const Identifier& part : parts) {
    if (!out.empty()) out += '.';
    out += part.text;
  }
  return out;
}

}  // namespace weir::sql::ast
