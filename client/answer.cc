#include "client/answer.h"

#include "common/base/secrets.h"

namespace weir {

int Fail(const Status& status) {
  std::cerr << "weir: " << WithoutSecrets(status.message()) << std::endl;
  return 1;
}

int Fail(const rpc::SqlError& error) {
  // With its line and caret where it is about a place in a script.
  if (error.line() > 0) {
    std::cerr << error.rendered() << std::flush;
  } else {
    std::cerr << "weir: " << error.message() << std::endl;
  }
  return 1;
}

Status ToStatus(const rpc::SqlError& error) {
  return Status(static_cast<StatusCode>(error.code()), error.message());
}

}  // namespace weir
