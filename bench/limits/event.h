#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::limits {

// The events of the benchmark topic, each a JSON text of exactly kEventBytes with eight fields, of
// which queries want three: ts, one of the two keys, amount. Times rise evenly over the topic; the
// users are drawn from a million, the shops from a thousand.
inline constexpr size_t kEventBytes = 180;
inline constexpr int64_t kUsers = 1'000'000;
inline constexpr int64_t kShops = 1'000;
inline constexpr int64_t kFirstMillis = 1'767'225'600'000;  // 2026-01-01

class EventWriter {
 public:
  explicit EventWriter(double millis_per_event) : millis_per_event_(millis_per_event) {}
  // Valid until the next call.
  std::string_view Write(int64_t number);

 private:
  const double millis_per_event_;
  std::string text_;
};

struct Event {
  int64_t ts_ms;
  int64_t key;
  double amount;
};

// Which key a loop wants; the fields come in this order: ts, user_id, shop_id, amount.
enum class Key { kUser, kShop };

class EventParser {
 public:
  static constexpr size_t kPadding = 64;  // readable bytes behind a text

  explicit EventParser(Key key);
  ~EventParser();
  bool Parse(std::string_view text, Event& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::limits
