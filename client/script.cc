#include "client/script.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>

namespace weir {

StatusOr<Script> ReadScript(const std::string& path) {
  Script script;
  script.name = path == "-" ? "<stdin>" : path;
  if (path == "-") {
    script.text.assign(std::istreambuf_iterator<char>(std::cin), {});
    return script;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return InvalidArgumentError("cannot read " + path + ": it is a folder");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kPermissionDenied,
                  "cannot read " + path + ": " + std::strerror(errno));
  }
  std::ostringstream text;
  text << file.rdbuf();  // unlike an iterator it does not throw when reading fails
  if (text.bad()) return UnavailableError("cannot read " + path);
  script.text = std::move(text).str();
  return script;
}

}  // namespace weir
