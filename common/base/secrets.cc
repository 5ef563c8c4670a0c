#include "common/base/secrets.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "common/base/ascii.h"

namespace weir {
namespace {

using Span = std::pair<size_t, size_t>;

bool IsQuote(char c) { return c == '\'' || c == '"' || c == '`'; }
bool IsKeyCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
}

size_t SkipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
  return at;
}

// What is quoted from `at` on, without its quotes. Escaped are a doubled quote, as in SQL, and what
// follows a backslash, as in JSON and JAAS. To the end of the text where the quote is not closed.
Span Quoted(std::string_view text, size_t at) {
  const char quote = text[at];
  size_t end = at + 1;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\' && quote != '\'') {
      ++end;
    } else if (text[end] == quote) {
      if (quote == '"' || end + 1 >= text.size() || text[end + 1] != quote) break;
      ++end;
    }
  }
  return {at + 1, std::min(end, text.size())};
}

// The value that is given to the key which ends before `at`; none where none is given.
std::optional<Span> ValueBehind(std::string_view text, size_t at) {
  const bool quoted_key = at < text.size() && IsQuote(text[at]);
  size_t from = SkipBlanks(text, quoted_key ? at + 1 : at);
  // "token: ..." without quotes is a sentence.
  if (from >= text.size() || (text[from] != '=' && !(quoted_key && text[from] == ':'))) return {};
  from = SkipBlanks(text, from + 1);
  if (from >= text.size()) return {};
  if (IsQuote(text[from])) return Quoted(text, from);
  size_t end = from;
  while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0 &&
         std::string_view("&;,'\")").find(text[end]) == std::string_view::npos) {
    ++end;
  }
  return Span{from, end};
}

// The password of the URL whose authority begins at `at`.
std::optional<Span> PasswordOfUrl(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && std::string_view("/?#'\"` \t\n").find(text[end]) == text.npos) ++end;
  const std::string_view authority = text.substr(at, end - at);
  const size_t host = authority.rfind('@');
  const size_t colon = authority.find(':');
  if (host == text.npos || colon == text.npos || colon > host) return {};
  return Span{at + colon + 1, at + host};
}

}  // namespace

bool IsSecretOption(std::string_view key) {
  const std::string lower = AsciiLower(key);
  if (lower.ends_with("-file") || lower.ends_with("_file")) return false;  // a path
  for (std::string_view part :
       {"password", "passwd", "secret", "token", "jaas", "credential", "ssl.key.pem",
        "ssl.keystore.key", "private", "api-key", "apikey", "passphrase", "basic-auth",
        "service-key", "account.key", "auth-params", "http-headers", "oauthbearer.config"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<Span> FindSecrets(std::string_view text) {
  std::vector<Span> found;
  const auto add = [&found](const std::optional<Span>& span) {
    if (span && span->first < span->second) found.push_back(*span);
    return span ? span->second : 0;
  };
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("://")) {
      at = std::max(at + 3, add(PasswordOfUrl(text, at + 3)));
    } else if (IsKeyCharacter(text[at])) {
      size_t end = at;
      while (end < text.size() && IsKeyCharacter(text[end])) ++end;
      const bool secret = IsSecretOption(text.substr(at, end - at));
      at = std::max(end, secret ? add(ValueBehind(text, end)) : 0);
    } else {
      ++at;
    }
  }
  return found;
}

std::string WithoutSecrets(std::string text) {
  const std::vector<Span> secrets = FindSecrets(text);
  for (auto span = secrets.rbegin(); span != secrets.rend(); ++span) {
    text.replace(span->first, span->second - span->first, kHidden);
  }
  return text;
}

std::string ShownOption(std::string_view key, const std::string& value) {
  return IsSecretOption(key) ? std::string(kHidden) : WithoutSecrets(value);
}

}  // namespace weir
