#include "sql/completion.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <variant>

#include "common/base/ascii.h"
#include "sql/lexer.h"
#include "sql/show.h"

namespace weir::sql {
namespace {

// Of the many words of the grammar those that people write.
constexpr const char* kKeywords[] = {
    "ADD",       "ALL",         "ALTER",     "AND",       "AS",
    "ASC",       "BEGIN",       "BETWEEN",   "BY",        "CASE",
    "CATALOG",   "CATALOGS",    "COLUMNS",   "COMMENT",   "CREATE",
    "CROSS",     "CUMULATE",    "DATABASE",  "DATABASES", "DESC",
    "DESCRIBE",  "DESCRIPTOR",  "DISTINCT",  "DROP",      "ELSE",
    "END",       "ENFORCED",    "ESCAPE",    "EXCEPT",    "EXECUTE",
    "EXISTS",    "EXPLAIN",     "FALSE",     "FILTER",    "FROM",
    "FULL",      "FUNCTIONS",   "GROUP",     "GROUPING",  "HAVING",
    "HOP",       "IF",          "IN",        "INNER",     "INSERT",
    "INTERSECT", "INTERVAL",    "INTO",      "IS",        "JOB",
    "JOBS",      "JOIN",        "KEY",       "LEFT",      "LIKE",
    "LIMIT",     "METADATA",    "NOT",       "NULL",      "ON",
    "OPTIONS",   "OR",          "ORDER",     "OUTER",     "OVER",
    "PARTITION", "PARTITIONED", "PRIMARY",   "RENAME",    "RESET",
    "RIGHT",     "ROW",         "ROWS",      "SELECT",    "SESSION",
    "SET",       "SHOW",        "STATEMENT", "STOP",      "SYSTEM_TIME",
    "TABLE",     "TABLES",      "TEMPORARY", "THEN",      "TO",
    "TRUE",      "TUMBLE",      "UNION",     "UNNEST",    "USE",
    "VALUES",    "VIEW",        "VIEWS",     "VIRTUAL",   "WATERMARK",
    "WHEN",      "WHERE",       "WITH",      "BIGINT",    "BOOLEAN",
    "BYTES",     "DATE",        "DECIMAL",   "DOUBLE",    "FLOAT",
    "INT",       "STRING",      "TIME",      "TIMESTAMP", "TIMESTAMP_LTZ",
    "VARCHAR"};

// Names of tables follow these.
bool IsBeforeTable(Keyword keyword) {
  switch (keyword) {
    case Keyword::kFROM:
    case Keyword::kJOIN:
    case Keyword::kINTO:
    case Keyword::kDESCRIBE:
    case Keyword::kDESC:
    case Keyword::kTABLE:
    case Keyword::kVIEW:
      return true;
    default:
      return false;
  }
}

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool BeginsWith(std::string_view word, std::string_view prefix) {
  return word.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), word.begin(),
                    [](char a, char b) { return AsciiUpper(a) == AsciiUpper(b); });
}

// As it has to be written.
std::string Identifier(const std::string& name) {
  const std::vector<Token> tokens = TokenizeWhatCan(name);
  const bool plain = tokens.size() == 2 && tokens[0].kind == TokenKind::kWord &&
                     tokens[0].span.length == name.size() && !IsReserved(tokens[0].keyword);
  if (plain) return name;
  std::string quoted = "`";
  for (char c : name) quoted.append(c == '`' ? 2 : 1, c);
  return quoted + "`";
}

// A table that the statement names, and what it calls it.
struct NamedTable {
  std::string alias;
  const CatalogTable* table;
};

class Completer {
 public:
  Completer(const Catalog& catalog, std::string_view before)
      : catalog_(catalog), before_(before), tokens_(TokenizeWhatCan(before)) {}

  Completion Run() {
    size_t begin = before_.size();
    while (begin > 0 && IsWordByte(before_[begin - 1])) --begin;
    completion_.begin = begin;
    prefix_ = before_.substr(begin);
    if (IsInText() || (!prefix_.empty() && std::isdigit(static_cast<unsigned char>(prefix_[0])))) {
      return {};
    }
    while (!tokens_.empty() && tokens_.back().span.offset >= begin) tokens_.pop_back();
    const Token last = tokens_.empty() ? Token() : tokens_.back();
    if (last.kind == TokenKind::kDot && tokens_.size() >= 2) {
      OfQualifier(tokens_[tokens_.size() - 2]);
    } else if (IsBeforeTable(last.keyword)) {
      Offer(catalog_.TableNames());
      if (last.keyword != Keyword::kFROM && last.keyword != Keyword::kJOIN) OfKeywords();
    } else {
      OfEverything();
    }
    return std::move(completion_);
  }

 private:
  // Within a string, a quoted name or a comment: what cannot be read as tokens, or is no token.
  bool IsInText() const {
    const size_t read = tokens_.empty() ? 0 : tokens_.back().span.offset;
    if (read < before_.size()) return true;
    const size_t behind = tokens_.size() < 2 ? 0 : tokens_[tokens_.size() - 2].span.end();
    const size_t line = before_.rfind('\n');
    const size_t comment = before_.rfind("--");
    return comment != std::string_view::npos && comment >= behind &&
           (line == std::string_view::npos || comment > line);
  }

  void Offer(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (!BeginsWith(name, prefix_)) continue;
      std::string word = Identifier(name);
      if (offered_.insert(word).second) completion_.words.push_back(std::move(word));
    }
  }

  // In the case that was begun.
  void OfKeywords() { OfWords({std::begin(kKeywords), std::end(kKeywords)}); }
  void OfWords(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    const bool lower = !prefix_.empty() && prefix_[0] >= 'a' && prefix_[0] <= 'z';
    for (std::string& word : words) {
      if (!BeginsWith(word, prefix_)) continue;
      for (char& c : word) c = lower ? AsciiLower(c) : AsciiUpper(c);
      if (offered_.insert(word).second) completion_.words.push_back(std::move(word));
    }
  }

  std::string Text(const Token& token) const {
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedWord) return "";
    SqlResult<std::string> value = TokenValue(token, before_);
    return value.ok() ? *value : "";
  }

  std::vector<NamedTable> NamedTables() const {
    std::vector<NamedTable> named;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const std::string name = Text(tokens_[i]);
      if (name.empty()) continue;
      const CatalogObject* object = catalog_.Find(std::vector<std::string>{name});
      const CatalogTable* table = object ? std::get_if<CatalogTable>(object) : nullptr;
      if (table == nullptr) continue;
      size_t next = i + 1;
      if (next < tokens_.size() && tokens_[next].keyword == Keyword::kAS) ++next;
      std::string alias = name;
      if (next < tokens_.size() && !IsReserved(tokens_[next].keyword)) {
        if (std::string text = Text(tokens_[next]); !text.empty()) alias = std::move(text);
      }
      named.push_back({std::move(alias), table});
    }
    return named;
  }

  std::vector<NamedTable> AllTables() const {
    std::vector<NamedTable> all;
    for (const std::string& name : catalog_.TableNames()) {
      const CatalogObject* object = catalog_.Find(std::vector<std::string>{name});
      const CatalogTable* table = object ? std::get_if<CatalogTable>(object) : nullptr;
      if (table != nullptr) all.push_back({name, table});
    }
    return all;
  }

  void OfColumns(const CatalogTable& table) {
    std::vector<std::string> names;
    for (const CatalogColumn& column : table.columns) names.push_back(column.name);
    Offer(std::move(names));
  }

  void OfQualifier(const Token& qualifier) {
    const std::string name = Text(qualifier);
    for (const NamedTable& table : NamedTables()) {
      if (table.alias == name || table.table->name == name) OfColumns(*table.table);
    }
    // A database and its tables.
    if (completion_.words.empty() && name == catalog_.current_database()) {
      Offer(catalog_.TableNames());
    }
  }

  void OfEverything() {
    if (!tokens_.empty()) {
      std::vector<NamedTable> named = NamedTables();
      // People write SELECT before FROM.
      if (named.empty() && !prefix_.empty()) named = AllTables();
      for (const NamedTable& table : named) OfColumns(*table.table);
      Offer(catalog_.TableNames());
    }
    if (prefix_.empty()) return;  // the rest would be hundreds
    OfKeywords();
    if (!tokens_.empty()) OfWords(FunctionNames());
  }

  const Catalog& catalog_;
  const std::string_view before_;
  std::vector<Token> tokens_;
  std::string_view prefix_;
  std::set<std::string> offered_;
  Completion completion_;
};

}  // namespace

Completion Complete(const Catalog& catalog, std::string_view before) {
  return Completer(catalog, before).Run();
}

}  // namespace weir::sql
