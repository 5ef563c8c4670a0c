#include "common/config/defaults.h"

namespace weir {

void EraseParallelism(std::map<std::string, std::string>* defaults) {
  defaults->erase("parallelism.default");
  defaults->erase("table.exec.resource.default-parallelism");
}

}  // namespace weir
