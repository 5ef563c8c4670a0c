#include "jobmanager/rest/router.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/check.h"

namespace weir {
namespace {

std::optional<PathValues> Fit(std::string_view pattern, const std::vector<std::string>& segments,
                              size_t first) {
  PathValues values;
  size_t at = first;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::string_view piece = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(piece.size());
    if (piece.empty()) break;  // "/"
    if (at == segments.size()) return std::nullopt;
    const std::string& segment = segments[at++];
    if (piece.starts_with(':')) {
      values.Add(piece.substr(1), segment);
    } else if (segment != piece) {
      return std::nullopt;
    }
  }
  if (at != segments.size()) return std::nullopt;
  return values;
}

int HttpStatusOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kOutOfRange:
      return 400;
    case StatusCode::kUnauthenticated:
      return 401;
    case StatusCode::kPermissionDenied:
      return 403;
    case StatusCode::kNotFound:
      return 404;
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kResourceExhausted:
    case StatusCode::kAborted:
      return 409;
    case StatusCode::kUnimplemented:
      return 501;
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

const std::string& PathValues::Get(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  CHECK(false) << "no " << name << " in the path";
  return values_.front().second;
}

Match FindRoute(const std::vector<Route>& routes, const HttpRequest& request) {
  const size_t first = !request.segments.empty() && request.segments[0] == "v1" ? 1 : 0;
  for (const Route& route : routes) {
    if (route.method != request.method) continue;
    if (auto path = Fit(route.pattern, request.segments, first)) return {&route, *std::move(path)};
  }
  return {};
}

HttpResponse MakeErrorResponse(int status, const std::string& text) {
  using Json = nlohmann::ordered_json;
  const Json body = {{"errors", Json::array({text})}};
  return MakeJsonResponse(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

HttpResponse MakeErrorResponse(const Status& error) {
  return MakeErrorResponse(HttpStatusOf(error.code()), error.message());
}

HttpResponse MakeJsonResponse(int status, std::string body) {
  return {
      .status = status, .content_type = "application/json; charset=UTF-8", .body = std::move(body)};
}

}  // namespace weir
