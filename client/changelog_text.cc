#include "client/changelog_text.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <vector>

#include "common/base/hex.h"
#include "common/data/decimal.h"
#include "common/data/value_text.h"
#include "connectors/print/print.h"

namespace weir {
namespace {

void AppendInside(const Column& column, size_t row, std::string& out);

std::string_view TextOf(const Column& column, size_t row) {
  return ColumnView<std::string_view>(column)[row];
}

// ---- java.lang.Object.hashCode of the keys that maps have

uint32_t HashOfLong(int64_t value) {
  uint64_t bits = static_cast<uint64_t>(value);
  return static_cast<uint32_t>(bits ^ (bits >> 32));
}

// Over UTF-16 code units.
uint32_t HashOfText(std::string_view utf8) {
  uint32_t hash = 0;
  for (size_t i = 0; i < utf8.size();) {
    unsigned char lead = static_cast<unsigned char>(utf8[i]);
    size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3F);
    }
    i += length;
    if (code >= 0x10000) {
      hash = 31 * hash + (0xD800 + ((code - 0x10000) >> 10));
      code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    hash = 31 * hash + code;
  }
  return hash;
}

bool HashOfKey(const Column& keys, size_t row, uint32_t* hash) {
  if (keys.IsNull(row)) {
    *hash = 0;
    return true;
  }
  switch (keys.type().kind()) {
    case TypeKind::kBoolean:
      *hash = keys.GetValue(row).boolean() ? 1231 : 1237;
      return true;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
      *hash = static_cast<uint32_t>(keys.GetValue(row).integer());
      return true;
    case TypeKind::kBigInt:
      *hash = HashOfLong(keys.GetValue(row).integer());
      return true;
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      *hash = HashOfText(TextOf(keys, row));
      return true;
    default:
      return false;
  }
}

// Entries [begin, end) of a map in the order in which a java.util.HashMap iterates them: by bucket,
// then as they were put. The table doubles when it is three quarters full.
std::vector<uint32_t> HashMapOrder(const Column& keys, uint32_t begin, uint32_t end) {
  size_t buckets = 16;
  while ((end - begin) > buckets * 3 / 4) buckets *= 2;
  std::vector<std::pair<size_t, uint32_t>> placed;  // bucket, entry
  std::vector<uint32_t> order;
  bool known = true;
  for (uint32_t entry = begin; entry < end; ++entry) {
    uint32_t hash = 0;
    known = known && HashOfKey(keys, entry, &hash);
    placed.emplace_back((hash ^ (hash >> 16)) & (buckets - 1), entry);
  }
  if (known) std::stable_sort(placed.begin(), placed.end());
  for (const auto& [bucket, entry] : placed) order.push_back(entry);
  return order;
}

// ---- cells

// As Period.toString of a number of months.
void AppendPeriod(int64_t months, std::string& out) {
  out += months == 0 ? "P0D" : "P" + std::to_string(months) + "M";
}

// As Duration.toString: hours, minutes and seconds, each with its sign, none of them zero.
void AppendDuration(int64_t millis, std::string& out) {
  if (millis == 0) {
    out += "PT0S";
    return;
  }
  int64_t hours = millis / 3'600'000;
  int64_t minutes = millis / 60'000 % 60;
  int64_t rest = millis % 60'000;
  out += "PT";
  if (hours != 0) out += std::to_string(hours) + "H";
  if (minutes != 0) out += std::to_string(minutes) + "M";
  if (rest == 0) return;
  if (rest < 0) out += '-';
  rest = std::abs(rest);
  out += std::to_string(rest / 1000);
  if (rest % 1000 != 0) {
    std::string digits = std::to_string(1000 + rest % 1000);
    while (digits.back() == '0') digits.pop_back();
    out.append(1, '.').append(digits, 1);
  }
  out += 'S';
}

void AppendMap(const Column& column, size_t row, std::string& out) {
  const Column& base = column.base();
  size_t k = column.BaseIndex(row);
  out += '{';
  bool first = true;
  for (uint32_t entry : HashMapOrder(*base.child(0), base.offsets()[k], base.offsets()[k + 1])) {
    if (!first) out += ", ";
    first = false;
    AppendInside(*base.child(0), entry, out);
    out += '=';
    AppendInside(*base.child(1), entry, out);
  }
  out += '}';
}

void AppendInside(const Column& column, size_t row, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  const Column& base = column.base();
  size_t k = column.BaseIndex(row);
  switch (column.type().kind()) {
    case TypeKind::kDecimal:
      return AppendBigDecimal({base.values<Int128>()[k], column.type().scale()}, out);
    case TypeKind::kIntervalYearMonth:
      return AppendPeriod(base.values<int32_t>()[k], out);
    case TypeKind::kIntervalDayTime:
      return AppendDuration(base.values<int64_t>()[k], out);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return AppendMap(column, row, out);
    case TypeKind::kArray:
      out += '[';
      for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
        if (i > base.offsets()[k]) out += ", ";
        AppendInside(*base.child(0), i, out);
      }
      out += ']';
      return;
    case TypeKind::kRow:
      out += "+I[";
      for (size_t i = 0; i < base.flat().children.size(); ++i) {
        if (i > 0) out += ", ";
        AppendInside(*base.child(i), k, out);
      }
      out += ']';
      return;
    default:
      return AppendPrinted(column, row, out);
  }
}

}  // namespace

void AppendChangelogCell(const Column& column, size_t row, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
  } else if (column.type().is_string()) {
    out.append("'").append(TextOf(column, row)).append("'");
  } else if (column.type().is_binary()) {
    out += "x'";
    AppendHex(TextOf(column, row), kLowerHex, out);
    out += '\'';
  } else {
    AppendInside(column, row, out);
  }
}

void AppendChangelogRow(const Batch& batch, size_t row, std::string& out) {
  out += RowKindText(batch.kind(row));
  for (size_t i = 0; i < batch.columns().size(); ++i) {
    out += i == 0 ? " " : " | ";
    AppendChangelogCell(*batch.column(i), row, out);
  }
}

std::string CollapseWhitespace(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!std::isspace(static_cast<unsigned char>(c))) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace weir
