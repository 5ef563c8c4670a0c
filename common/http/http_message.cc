#include "common/http/http_message.h"

#include "common/base/hex.h"

namespace weir {
namespace {

StatusOr<std::string> Unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return InvalidArgumentError("a % without two hex digits in the URL");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return InvalidArgumentError("a zero byte in the URL");
    out.push_back(c);
  }
  return out;
}

// Calls `visit` with each piece between separators.
template <class F>
Status ForEachPiece(std::string_view text, char separator, F&& visit) {
  while (!text.empty()) {
    const size_t end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    if (!piece.empty()) RETURN_IF_ERROR(visit(piece));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return OkStatus();
}

const std::string* Find(const std::vector<std::pair<std::string, std::string>>& pairs,
                        std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace

const std::string* HttpRequest::FindQuery(std::string_view name) const { return Find(query, name); }

const std::string* HttpRequest::FindHeader(std::string_view name) const {
  return Find(headers, name);
}

Status ParseTarget(std::string_view target, HttpRequest* request) {
  request->segments.clear();
  request->query.clear();
  if (!target.starts_with('/')) return InvalidArgumentError("the URL has no path");
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  RETURN_IF_ERROR(ForEachPiece(target.substr(0, question), '/', [&](std::string_view piece) {
    StatusOr<std::string> segment = Unescape(piece, false);
    if (segment.ok()) request->segments.push_back(*std::move(segment));
    return std::move(segment).status();
  }));
  if (question == std::string_view::npos) return OkStatus();
  return ForEachPiece(target.substr(question + 1), '&', [&](std::string_view piece) -> Status {
    const size_t equals = piece.find('=');
    ASSIGN_OR_RETURN(std::string name, Unescape(piece.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      ASSIGN_OR_RETURN(value, Unescape(piece.substr(equals + 1), true));
    }
    request->query.emplace_back(std::move(name), std::move(value));
    return OkStatus();
  });
}

}  // namespace weir
