#include "bench/limits/event.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "common/data/time_text.h"

namespace weir::limits {
namespace {

// SplitMix64: the same number gives the same event, whoever writes it.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

constexpr const char* kCategories[] = {"books", "garden", "toys", "home", "sports"};
constexpr const char* kStates[] = {"paid", "open", "sent"};

int64_t Digits(const char* at, int count) {
  int64_t value = 0;
  for (int i = 0; i < count; ++i) value = value * 10 + (at[i] - '0');
  return value;
}

// "2026-01-01 00:00:00.000" by position.
int64_t ParseMillis(std::string_view text) {
  if (text.size() != 23) return -1;
  const char* t = text.data();
  int64_t year = Digits(t, 4), month = Digits(t + 5, 2), day = Digits(t + 8, 2);
  // Days from civil, for years after 1970.
  year -= month <= 2;
  const int64_t era = year / 400, of_era = year % 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  return ((days * 24 + Digits(t + 11, 2)) * 60 + Digits(t + 14, 2)) * 60'000 +
         Digits(t + 17, 2) * 1000 + Digits(t + 20, 3);
}

}  // namespace

std::string_view EventWriter::Write(int64_t number) {
  const uint64_t r = Mix(static_cast<uint64_t>(number));
  const uint64_t s = Mix(r);
  const auto millis =
      kFirstMillis + static_cast<int64_t>(static_cast<double>(number) * millis_per_event_);
  const uint64_t cents = (r >> 44) % 10'000;
  text_ = "{\"ts\":\"";
  AppendTimestamp(millis * 1000, 3, ' ', text_);
  fmt::format_to(std::back_inserter(text_),
                 "\",\"user_id\":{},\"shop_id\":{},\"amount\":{}.{:02},\"currency\":\"EUR\","
                 "\"category\":\"{}\",\"state\":\"{}\",\"session\":\"{:016x}",
                 (r & 0xffffffff) % static_cast<uint64_t>(kUsers),
                 (s & 0xffffffff) % static_cast<uint64_t>(kShops), cents / 100, cents % 100,
                 kCategories[(s >> 32) % 5], kStates[(s >> 40) % 3], s);
  while (text_.size() < kEventBytes - 2) text_ += static_cast<char>('a' + (text_.size() + r) % 26);
  text_ += "\"}";
  return text_;
}

static_assert(EventParser::kPadding >= simdjson::SIMDJSON_PADDING);

struct EventParser::Impl {
  explicit Impl(const char* wanted) : key(wanted) {}
  const char* const key;
  simdjson::ondemand::parser parser;
};

EventParser::EventParser(Key key)
    : impl_(std::make_unique<Impl>(key == Key::kUser ? "user_id" : "shop_id")) {}

EventParser::~EventParser() = default;

bool EventParser::Parse(std::string_view text, Event& out) {
  simdjson::ondemand::document document;
  if (impl_->parser.iterate(text.data(), text.size(), text.size() + kPadding).get(document)) {
    return false;
  }
  simdjson::ondemand::object object;
  std::string_view ts;
  if (document.get_object().get(object) || object.find_field("ts").get_string().get(ts) ||
      object.find_field(impl_->key).get_int64().get(out.key) ||
      object.find_field("amount").get_double().get(out.amount)) {
    return false;
  }
  out.ts_ms = ParseMillis(ts);
  return out.ts_ms >= 0;
}

}  // namespace weir::limits
