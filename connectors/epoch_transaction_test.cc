#include "connectors/epoch_transaction.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

// Writes down what it is asked; fails where the test wants it to.
class FakeTarget final : public EpochTarget {
 public:
  FakeTarget(std::string* steps, int64_t note, std::string failing)
      : steps_(*steps), note_(note), failing_(std::move(failing)) {}
  Status TakeOver() override { return Step("take over"); }
  StatusOr<int64_t> ReadNote() override {
    RETURN_IF_ERROR(Step("read"));
    return note_;
  }
  std::string NoteName() const override { return "the note"; }
  Status Begin() override { return Step("begin"); }
  Status Write(const Batch&) override { return Step("write"); }
  Status WriteNote(int64_t epoch) override { return Step("note " + std::to_string(epoch)); }
  Status Commit() override { return Step("commit"); }

 private:
  Status Step(const std::string& what) {
    steps_ += (steps_.empty() ? "" : ", ") + what;
    return what == failing_ ? UnavailableError(what) : OkStatus();
  }

  std::string& steps_;
  const int64_t note_;
  const std::string failing_;
};

// The steps of epoch 5, which comes after 3.
std::string Steps(int64_t note, const std::string& failing = "") {
  std::string steps;
  const SinkEpoch epoch{.lineage = "job", .sink_uid = "sink", .id = 5, .previous = 3};
  auto transaction = BeginEpoch(std::make_unique<FakeTarget>(&steps, note, failing), epoch);
  if (!transaction.ok())
    return steps + ": " + std::string(StatusCodeName(transaction.status().code()));
  if (*transaction == nullptr) return steps + ": it is there";
  BatchBuilder rows(std::make_shared<const Schema>(std::vector<Field>{{"a", DataType::Int()}}));
  Status status = (*transaction)->Write(rows.Finish());
  if (status.ok()) status = (*transaction)->Commit();
  return steps + (status.ok() ? "" : ": " + std::string(StatusCodeName(status.code())));
}

TEST(EpochTransactionTest, TheOrderOfSteps) {
  EXPECT_EQ(Steps(3), "take over, read, begin, write, note 5, commit");
  EXPECT_EQ(Steps(5), "take over, read: it is there");
  EXPECT_EQ(Steps(6), "take over, read: it is there");
  EXPECT_EQ(Steps(2), "take over, read: data loss");
  EXPECT_EQ(Steps(0), "take over, read: data loss");
  EXPECT_EQ(Steps(3, "take over"), "take over: unavailable");
  EXPECT_EQ(Steps(3, "read"), "take over, read: unavailable");
  EXPECT_EQ(Steps(3, "note 5"), "take over, read, begin, write, note 5: unavailable");
  EXPECT_EQ(Steps(3, "commit"), "take over, read, begin, write, note 5, commit: unavailable");
}

}  // namespace
}  // namespace weir
