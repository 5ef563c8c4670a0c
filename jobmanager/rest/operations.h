#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/base/time.h"

namespace weir {

// What was asked for and takes longer than a request: a savepoint, a checkpoint. What came of it is
// kept for five minutes. Thread-safe.
class Operations {
 public:
  explicit Operations(const Clock& clock) : clock_(clock) {}

  // False: it is there already; it is not to be begun again. `key`: kind, job and id.
  StatusOr<bool> Begin(const std::string& key);
  // `result`: JSON. Once.
  void Finish(const std::string& key, std::string result);
  void Fail(const std::string& key, const std::string& field, const Status& cause);
  // Nothing inside: under way. Not found: there is none, or it was forgotten.
  StatusOr<std::optional<std::string>> Find(const std::string& key);

 private:
  struct Operation {
    std::optional<std::string> result;
    Timestamp finished_at = 0;
  };
  void ForgetOld();

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Operation> operations_;
};

bool IsHexId(const std::string& text);

}  // namespace weir
