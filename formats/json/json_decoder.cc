#include <simdjson.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "formats/json/json_format.h"

// Reads each message with simdjson's On-Demand interface: fields come in the order of the text and
// are appended at once to the builder of their column. What is not wanted is skipped by its
// structure, so that its cost is that of finding it. `order` remembers which key was the k-th of
// the last message: messages of one topic have the same keys in the same order, and then finding a
// field's column is one comparison.

namespace weir {
namespace {

namespace ondemand = simdjson::ondemand;

enum class Outcome {
  kOk,
  kBadCell,    // the value is not of the column's type
  kBadMessage  // not JSON: nothing after this can be trusted
};

struct Node;

// An object whose fields go to columns: a message, or a ROW.
struct Fields {
  struct Expected {
    std::string key;  // as in the text, between the quotes
    int slot;         // -1: nobody wants it
  };
  std::vector<Node> nodes;
  std::unordered_map<std::string, int> slots;
  std::vector<Expected> order;
  // Where the cells of `nodes` go; of a ROW that is a column they are the column's children.
  std::vector<ColumnBuilder*> builders;

  Node& Add(const Field& field);
};

// How the cells of one column, or of a part of it, are read.
struct Node {
  std::string name;
  DataType type;
  std::vector<Node> children;  // ARRAY, MULTISET: 1; MAP: the value
  std::unique_ptr<Fields> row;
  // A ROW of which only some fields are wanted: they are columns, it has no cell itself.
  std::unique_ptr<Fields> parts;
  bool parts_read = false;  // in this message
  int output = -1;          // column of the output; -1: within one, or none
};

std::unique_ptr<Fields> MakeFields(const std::vector<Field>& fields);

Node MakeNode(const std::string& name, const DataType& type) {
  Node node{name, type, {}, nullptr};
  switch (type.kind()) {
    case TypeKind::kArray:
      node.children.push_back(MakeNode("", type.element()));
      break;
    case TypeKind::kMultiset:
      node.children.push_back(MakeNode("", DataType::Int()));
      break;
    case TypeKind::kMap:
      node.children.push_back(MakeNode("", type.value()));
      break;
    case TypeKind::kRow:
      node.row = MakeFields(type.fields());
      break;
    default:
      break;
  }
  return node;
}

std::unique_ptr<Fields> MakeFields(const std::vector<Field>& fields) {
  auto out = std::make_unique<Fields>();
  for (const Field& field : fields) out->Add(field);
  return out;
}

Node& Fields::Add(const Field& field) {
  slots.emplace(field.name, static_cast<int>(nodes.size()));
  return nodes.emplace_back(MakeNode(field.name, field.type));
}

// Puts column `output` of the output where its name, or its path of names, is looked for.
void AddColumn(Fields& fields, const Field& field, std::span<const uint32_t> path, int output) {
  if (path.empty()) {
    fields.Add(field).output = output;
    return;
  }
  auto known = fields.slots.find(field.name);
  Node& node = known == fields.slots.end() ? fields.Add({field.name, field.type})
                                           : fields.nodes[static_cast<size_t>(known->second)];
  if (!node.parts) {
    node.row = nullptr;
    node.parts = std::make_unique<Fields>();
  }
  AddColumn(*node.parts, field.type.fields()[path[0]], path.subspan(1), output);
}

void SetBuilders(Fields& fields, BatchBuilder& out) {
  fields.builders.clear();
  for (Node& node : fields.nodes) {
    fields.builders.push_back(node.output < 0 ? nullptr
                                              : &out.column(static_cast<size_t>(node.output)));
    if (node.parts) SetBuilders(*node.parts, out);
  }
}

const DataType& KeyType(const DataType& type) {
  return type.kind() == TypeKind::kMap ? type.key() : type.element();
}

// "an INT", "a DECIMAL(10, 2)".
std::string WithArticle(const DataType& type) {
  std::string text = type.WithNullable(true).ToString();
  bool vowel = std::string_view("AEIOU").find(text[0]) != std::string_view::npos;
  return (vowel ? "an " : "a ") + text;
}

class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(const DecoderContext& context, const JsonOptions& options) : options_(options) {
    for (size_t i = 0; i < context.projection.size(); ++i) {
      std::span<const uint32_t> path;
      if (!context.fields.empty()) path = context.fields[i];
      AddColumn(root_, (*context.schema)[context.projection[i]], path, static_cast<int>(i));
    }
  }

  Status Decode(std::span<const std::string_view> messages, BatchBuilder& out,
                std::vector<uint32_t>& row_of, std::vector<BadMessage>& bad) override {
    SetBuilders(root_, out);
    for (size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].data() == nullptr) continue;
      bool no_row = false;
      if (DecodeMessage(messages[i], out.rows(), no_row) != Outcome::kOk) {
        out.DropOpenRow();
        ForgetParts(root_);
        bad.push_back({i, std::move(reason_)});
        reason_.clear();
      } else if (!no_row) {
        out.CloseRow();
        row_of.push_back(static_cast<uint32_t>(i));
      }
    }
    return OkStatus();
  }

 private:
  Outcome DecodeMessage(std::string_view message, size_t row, bool& no_row) {
    end_ = message.data() + message.size();
    ondemand::document document;
    simdjson::error_code error =
        parser_.iterate(message.data(), message.size(), message.size() + simdjson::SIMDJSON_PADDING)
            .get(document);
    if (error) return NotJson(error, message);
    ondemand::json_type type;
    if ((error = document.type().get(type))) return NotJson(error, message);
    if (type == ondemand::json_type::null) {
      // Flink reads the text null as no row.
      no_row = message.find("null") != std::string_view::npos;
      return no_row ? Outcome::kOk : NotJson(simdjson::TAPE_ERROR, message);
    }
    ondemand::object object;
    if ((error = document.get_object().get(object))) {
      if (error == simdjson::INCORRECT_TYPE) {
        reason_ = "not a JSON object: '" + Excerpt(message) + "'";
        return Outcome::kBadMessage;
      }
      return NotJson(error, message);
    }
    Outcome outcome = DecodeFields(root_, object, root_.builders, row);
    if (outcome == Outcome::kBadMessage && reason_.empty()) NotJson(broken_, message);
    return outcome;
  }

  // Appends one cell to each of `builders`, all of which have `row` cells.
  Outcome DecodeFields(Fields& fields, ondemand::object object,
                       std::span<ColumnBuilder* const> builders, size_t row) {
    size_t k = 0;
    for (auto next : object) {
      if (simdjson::error_code error = next.error()) return Broken(error);
      // In its place: a copy of what was written a moment ago costs more than the rest of the loop.
      auto& field = const_cast<ondemand::field&>(next.value_unsafe());
      int slot = FindSlot(fields, field, k++);
      if (slot < 0) {
        if (slot == kUnreadableKey) return Outcome::kBadMessage;
        continue;
      }
      Node& node = fields.nodes[static_cast<size_t>(slot)];
      Outcome outcome;
      if (node.parts) {
        outcome = DecodeParts(node, field.value(), row);
      } else {
        ColumnBuilder& builder = *builders[static_cast<size_t>(slot)];
        if (builder.size() > row) [[unlikely]]
          builder.Truncate(row);  // the name's second time
        outcome = DecodeCell(node, field.value(), builder, row);
      }
      if (outcome != Outcome::kOk) [[unlikely]] {
        if (outcome == Outcome::kBadCell) Within(node.name);
        return outcome;
      }
    }
    for (size_t i = 0; i < builders.size(); ++i) {
      if (Node& node = fields.nodes[i]; node.parts) {
        if (std::exchange(node.parts_read, false)) continue;
        if (!options_.fail_on_missing_field) {
          NullParts(*node.parts, row);
          continue;
        }
      } else if (builders[i]->size() > row) {
        continue;
      }
      if (options_.fail_on_missing_field) {
        reason_ = fields.nodes[i].name + ": the field is missing";
        return Outcome::kBadMessage;
      }
      builders[i]->AppendNull();
    }
    return Outcome::kOk;
  }

  // As DecodeRow and DecodeCell, of a ROW whose wanted fields are columns themselves.
  Outcome DecodeParts(Node& node, ondemand::value value, size_t row) {
    if (std::exchange(node.parts_read, false)) [[unlikely]]
      ClearParts(*node.parts, row);  // the name's second time
    ondemand::object object;
    Outcome outcome;
    if (simdjson::error_code error = value.get_object().get(object)) {
      bool null = false;
      if (error != simdjson::INCORRECT_TYPE) return Broken(error);
      if (value.is_null().get(null)) return Broken(simdjson::N_ATOM_ERROR);
      outcome = null ? Outcome::kOk : Wrong(node, value);
      NullParts(*node.parts, row);
    } else {
      outcome = DecodeFields(*node.parts, object, node.parts->builders, row);
    }
    if (outcome == Outcome::kBadCell && options_.ignore_parse_errors) {
      reason_.clear();
      outcome = Outcome::kOk;
    }
    node.parts_read = outcome == Outcome::kOk;
    return outcome;
  }

  // The row they are of is NULL, or was not there.
  static void NullParts(Fields& parts, size_t row) {
    ClearParts(parts, row);
    for (size_t i = 0; i < parts.nodes.size(); ++i) {
      if (Node& node = parts.nodes[i]; node.parts) {
        NullParts(*node.parts, row);
      } else {
        parts.builders[i]->AppendNull();
      }
    }
  }

  static void ClearParts(Fields& parts, size_t row) {
    for (size_t i = 0; i < parts.nodes.size(); ++i) {
      if (Node& node = parts.nodes[i]; node.parts) {
        node.parts_read = false;
        ClearParts(*node.parts, row);
        continue;
      }
      parts.builders[i]->Truncate(std::min(parts.builders[i]->size(), row));
    }
  }

  static void ForgetParts(Fields& fields) {
    for (Node& node : fields.nodes) {
      node.parts_read = false;
      if (node.parts) ForgetParts(*node.parts);
    }
  }

  static constexpr int kUnwanted = -1;
  static constexpr int kUnreadableKey = -2;

  int FindSlot(Fields& fields, ondemand::field& field, size_t k) {
    const char* key = field.key().raw();
    if (k < fields.order.size()) [[likely]] {
      const Fields::Expected& expected = fields.order[k];
      size_t size = expected.key.size();
      if (key + size < end_ && key[size] == '"' && memcmp(key, expected.key.data(), size) == 0) {
        return expected.slot;
      }
    }
    return LearnSlot(fields, field, k);
  }

  int LearnSlot(Fields& fields, ondemand::field& field, size_t k) {
    constexpr size_t kRemembered = 256;  // a bound: keys come from outside
    const char* begin = field.key().raw();
    const char* end = begin;
    while (end < end_ && *end != '"' && *end != '\\') ++end;
    bool escaped = end >= end_ || *end == '\\';
    std::string_view key(begin, static_cast<size_t>(end - begin));
    if (escaped) {
      if (simdjson::error_code error = field.unescaped_key().get(key)) {
        broken_ = error;
        return kUnreadableKey;
      }
    }
    auto found = fields.slots.find(std::string(key));
    int slot = found == fields.slots.end() ? kUnwanted : found->second;
    if (escaped || k >= kRemembered) return slot;
    if (k >= fields.order.size()) fields.order.resize(k + 1, {"", kUnwanted});
    fields.order[k] = {std::string(key), slot};
    return slot;
  }

  // Appends exactly one cell, or leaves the builder as it was or half-written and says why.
  Outcome DecodeCell(Node& node, ondemand::value value, ColumnBuilder& out, size_t row) {
    Outcome outcome = DecodeValue(node, value, out);
    if (outcome == Outcome::kBadCell && options_.ignore_parse_errors) {
      // As in Flink: what cannot be read is NULL, the rest of the row stays.
      out.Truncate(row);
      out.AppendNull();
      reason_.clear();
      return Outcome::kOk;
    }
    return outcome;
  }

  Outcome DecodeValue(Node& node, ondemand::value value, ColumnBuilder& out) {
    switch (node.type.kind()) {
      case TypeKind::kInt:
      case TypeKind::kIntervalYearMonth:
        return DecodeInteger<int32_t>(node, value, out);
      case TypeKind::kBigInt:
      case TypeKind::kIntervalDayTime:
        return DecodeInteger<int64_t>(node, value, out);
      case TypeKind::kDouble:
      case TypeKind::kFloat: {
        double number;
        if (value.get_double().get(number)) return DecodeScalar(node, value, out);
        if (node.type.kind() == TypeKind::kFloat) {
          out.Append(static_cast<float>(number));
        } else {
          out.Append(number);
        }
        return Outcome::kOk;
      }
      case TypeKind::kBoolean: {
        bool flag;
        if (value.get_bool().get(flag)) return DecodeScalar(node, value, out);
        out.Append<uint8_t>(flag);
        return Outcome::kOk;
      }
      case TypeKind::kChar:
      case TypeKind::kVarChar: {
        std::string_view text;
        if (value.get_string().get(text)) return DecodeAnyAsText(node, value, out);
        out.AppendBytes(text);
        return Outcome::kOk;
      }
      case TypeKind::kArray:
        return DecodeArray(node, value, out);
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        return DecodeMap(node, value, out);
      case TypeKind::kRow:
        return DecodeRow(node, value, out);
      default:
        return DecodeScalar(node, value, out);
    }
  }

  template <class T>
  Outcome DecodeInteger(Node& node, ondemand::value value, ColumnBuilder& out) {
    int64_t number;
    if (value.get_int64().get(number)) return DecodeFraction<T>(node, value, out);
    if (number != static_cast<T>(number)) return Wrong(node, value);
    out.Append(static_cast<T>(number));
    return Outcome::kOk;
  }

  // A number such as 3.7 or 1e3 is cut to a whole one, as Flink does for INT and BIGINT.
  template <class T>
  Outcome DecodeFraction(Node& node, ondemand::value value, ColumnBuilder& out) {
    double number;
    if (value.get_double().get(number)) return DecodeScalar(node, value, out);
    constexpr double kLimit = sizeof(T) == 4 ? 2147483648.0 : 9223372036854775808.0;
    if (!(number > -kLimit - 1 && number < kLimit)) return Wrong(node, value);
    out.Append(static_cast<T>(number));
    return Outcome::kOk;
  }

  // Everything that is one text: a string, or a number or boolean as it is written.
  Outcome DecodeScalar(Node& node, ondemand::value value, ColumnBuilder& out) {
    ondemand::json_type type;
    if (simdjson::error_code error = value.type().get(type)) return Broken(error);
    std::string_view text;
    switch (type) {
      case ondemand::json_type::null:
        return DecodeNull(node, value, out);
      case ondemand::json_type::string:
        if (simdjson::error_code error = value.get_string().get(text)) return Broken(error);
        if (AppendTextCell(node.type, text, options_.timestamp_standard, out)) return Outcome::kOk;
        return WrongText(node, text);
      case ondemand::json_type::number:
      case ondemand::json_type::boolean:
        text = TrimBlanks(value.raw_json_token());
        // What any text fits is looked at first; a number that fits its column is one.
        if (node.type.is_string() || node.type.kind() == TypeKind::kBoolean) {
          if (!IsJsonScalar(text)) return Broken(simdjson::TAPE_ERROR);
        }
        if (!node.type.is_binary() &&
            AppendTextCell(node.type, text, options_.timestamp_standard, out)) {
          return Outcome::kOk;
        }
        return IsJsonScalar(text) ? WrongText(node, text) : Broken(simdjson::TAPE_ERROR);
      default:
        return Wrong(node, value);
    }
  }

  Outcome DecodeNull(Node& node, ondemand::value value, ColumnBuilder& out) {
    bool null = false;
    if (simdjson::error_code error = value.is_null().get(null)) return Broken(error);
    if (!null) return Broken(simdjson::N_ATOM_ERROR);
    out.AppendNull();
    return Outcome::kOk;
  }

  Outcome DecodeAnyAsText(Node& node, ondemand::value value, ColumnBuilder& out) {
    ondemand::json_type type;
    if (simdjson::error_code error = value.type().get(type)) return Broken(error);
    if (type == ondemand::json_type::string) return Broken(simdjson::STRING_ERROR);
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
      return DecodeScalar(node, value, out);
    }
    // A nested value read as STRING is its JSON text without blanks.
    std::string_view raw;
    if (simdjson::error_code error = simdjson::to_json_string(value).get(raw)) return Broken(error);
    minified_.resize(raw.size() + simdjson::SIMDJSON_PADDING);
    size_t size = 0;
    if (simdjson::error_code error =
            simdjson::minify(raw.data(), raw.size(), minified_.data(), size)) {
      return Broken(error);
    }
    out.AppendBytes({minified_.data(), size});
    return Outcome::kOk;
  }

  Outcome DecodeArray(Node& node, ondemand::value value, ColumnBuilder& out) {
    ondemand::array array;
    if (simdjson::error_code error = value.get_array().get(array)) {
      return error == simdjson::INCORRECT_TYPE ? DecodeScalar(node, value, out) : Broken(error);
    }
    ColumnBuilder& child = out.child(0);
    size_t first = child.size();
    for (auto next : array) {
      ondemand::value element;
      if (simdjson::error_code error = std::move(next).get(element)) return Broken(error);
      size_t row = child.size();
      Outcome outcome = DecodeCell(node.children[0], element, child, row);
      if (outcome == Outcome::kBadCell) Within("[" + std::to_string(row - first + 1) + "]");
      if (outcome != Outcome::kOk) return outcome;
    }
    out.CloseList();
    return Outcome::kOk;
  }

  Outcome DecodeMap(Node& node, ondemand::value value, ColumnBuilder& out) {
    ondemand::object object;
    if (simdjson::error_code error = value.get_object().get(object)) {
      return error == simdjson::INCORRECT_TYPE ? DecodeScalar(node, value, out) : Broken(error);
    }
    ColumnBuilder& keys = out.child(0);
    ColumnBuilder& values = out.child(1);
    for (auto next : object) {
      ondemand::field field;
      if (simdjson::error_code error = std::move(next).get(field)) return Broken(error);
      std::string_view key;
      if (simdjson::error_code error = field.unescaped_key().get(key)) return Broken(error);
      if (!IsTextCell(KeyType(node.type)) ||
          !AppendTextCell(KeyType(node.type), key, options_.timestamp_standard, keys)) {
        reason_ = ": the key '" + Excerpt(key) + "' is not " + WithArticle(KeyType(node.type));
        return Outcome::kBadCell;
      }
      std::string name(key);  // decoding the value may overwrite what `key` views
      Outcome outcome = DecodeCell(node.children[0], field.value(), values, values.size());
      if (outcome == Outcome::kBadCell) Within("['" + name + "']");
      if (outcome != Outcome::kOk) return outcome;
    }
    out.CloseList();
    return Outcome::kOk;
  }

  Outcome DecodeRow(Node& node, ondemand::value value, ColumnBuilder& out) {
    ondemand::object object;
    if (simdjson::error_code error = value.get_object().get(object)) {
      return error == simdjson::INCORRECT_TYPE ? DecodeScalar(node, value, out) : Broken(error);
    }
    std::vector<ColumnBuilder*> builders;
    for (size_t i = 0; i < out.children(); ++i) builders.push_back(&out.child(i));
    Outcome outcome = DecodeFields(*node.row, object, builders, out.size());
    if (outcome == Outcome::kOk) out.CloseRow();
    return outcome;
  }

  static bool IsJsonScalar(std::string_view text) {
    if (text == "true" || text == "false") return true;
    double number = 0;
    bool begins = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
    return begins && text.back() <= '9' && ParseDouble(text, number);
  }

  static std::string Excerpt(std::string_view text) {
    constexpr size_t kShown = 100;
    if (text.size() <= kShown) return std::string(text);
    size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
  }

  Outcome Broken(simdjson::error_code error) {
    broken_ = error;
    reason_.clear();
    return Outcome::kBadMessage;
  }

  Outcome NotJson(simdjson::error_code error, std::string_view message) {
    reason_ = "not valid JSON (" + std::string(simdjson::error_message(error)) + "): '" +
              Excerpt(message) + "'";
    return Outcome::kBadMessage;
  }

  Outcome WrongText(const Node& node, std::string_view text) {
    // Built only where it is shown: in a topic of bad rows that are ignored this is the hot path.
    if (!options_.ignore_parse_errors) {
      reason_ = ": '" + Excerpt(text) + "' is not " + WithArticle(node.type);
    }
    return Outcome::kBadCell;
  }
  Outcome Wrong(const Node& node, ondemand::value value) {
    ondemand::json_type type;
    if (!value.type().get(type)) {
      if (type == ondemand::json_type::object) return WrongText(node, "{...}");
      if (type == ondemand::json_type::array) return WrongText(node, "[...]");
    }
    return WrongText(node, TrimBlanks(value.raw_json_token()));
  }

  // Names the place around what reason_ says: "user" + ".name: ..." or "user" + ": ...".
  void Within(std::string_view name) {
    if (reason_.empty()) return;
    bool joined = reason_[0] == ':' || reason_[0] == '[';
    reason_ = std::string(name) + (joined ? "" : ".") + reason_;
  }

  const JsonOptions options_;
  Fields root_;
  ondemand::parser parser_;
  const char* end_ = nullptr;  // of the message being read
  std::string reason_;
  simdjson::error_code broken_ = simdjson::SUCCESS;
  std::string minified_;
};

}  // namespace

StatusOr<std::unique_ptr<Decoder>> MakeJsonDecoder(const DecoderContext& context,
                                                   const JsonOptions& options) {
  return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(context, options));
}

}  // namespace weir
