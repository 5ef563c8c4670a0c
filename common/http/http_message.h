#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace weir {

// What a client asks, with its escapes undone.
struct HttpRequest {
  std::string method;                 // "GET", ...; a HEAD is handed over as a GET
  std::vector<std::string> segments;  // of the path: "/jobs/a%2Fb" is {"jobs", "a/b"}
  std::vector<std::pair<std::string, std::string>> query;    // in order, names may repeat
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first of that name; null: there is none.
  const std::string* FindQuery(std::string_view name) const;
  const std::string* FindHeader(std::string_view lower_case_name) const;
};

struct HttpResponse {
  // Takes the next piece of a body; an empty one is its end. Once, from any thread.
  using TakePiece = std::function<void(std::string)>;

  int status = 200;
  std::string content_type = "text/plain; charset=UTF-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
  // Set: the body goes on after `body`, and ends with the connection. Called on the server's thread
  // whenever the piece before is sent, so that nothing piles up; destroyed when the client goes.
  std::function<void(TakePiece)> next_piece;
};

// Fills segments and query from "/a/b?c=d". Refuses (invalid argument) what is no path, a broken
// escape and a zero byte, plain or escaped. A slash at the end and doubled ones count for nothing.
Status ParseTarget(std::string_view target, HttpRequest* request);

}  // namespace weir
