#include "client/script.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace weir {

StatusOr<Script> ReadScript(const std::string& path) {
  Script script;
  script.name = path == "-" ? "<stdin>" : path;
  if (path == "-") {
    script.text.assign(std::istreambuf_iterator<char>(std::cin), {});
    return script;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kPermissionDenied,
                  "cannot read " + path + ": " + std::strerror(errno));
  }
  script.text.assign(std::istreambuf_iterator<char>(file), {});
  // A folder opens like a file and only fails when it is read.
  if (file.bad()) return InvalidArgumentError("cannot read " + path + ": is it a folder?");
  return script;
}

}  // namespace weir
