#include "jobmanager/rest/operations.h"

#include <nlohmann/json.hpp>

#include "jobmanager/rest/shapes.h"

namespace weir {
namespace {

constexpr Timestamp kKeptMs = 300'000;
constexpr size_t kMost = 10'000;

}  // namespace

StatusOr<bool> Operations::Begin(const std::string& key) {
  std::lock_guard lock(mutex_);
  ForgetOld();
  if (operations_.contains(key)) return false;
  if (operations_.size() >= kMost) {
    return UnavailableError("too many operations are remembered, try again in some minutes");
  }
  operations_[key];
  return true;
}

void Operations::Finish(const std::string& key, std::string result) {
  std::lock_guard lock(mutex_);
  Operation& operation = operations_[key];
  operation.result = std::move(result);
  operation.finished_at = clock_.SteadyNow();
}

void Operations::Fail(const std::string& key, const std::string& field, const Status& cause) {
  using Json = nlohmann::ordered_json;
  Finish(key, Dump(Json{{field,
                         {{"class", std::string(StatusCodeName(cause.code()))},
                          {"stack-trace", cause.message()},
                          {"serialized-throwable", ""}}}}));
}

StatusOr<std::optional<std::string>> Operations::Find(const std::string& key) {
  std::lock_guard lock(mutex_);
  ForgetOld();
  const auto it = operations_.find(key);
  if (it == operations_.end()) return NotFoundError("There is no such operation");
  return it->second.result;
}

void Operations::ForgetOld() {
  const Timestamp now = clock_.SteadyNow();
  std::erase_if(operations_, [now](const auto& entry) {
    return entry.second.result && now - entry.second.finished_at > kKeptMs;
  });
}

bool IsHexId(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace weir
