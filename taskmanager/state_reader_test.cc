#include "taskmanager/state_reader.h"

#include <gtest/gtest.h>

#include <set>

#include "common/data/batch_codec.h"
#include "operators/expressions/expr.h"

namespace weir {
namespace {

SchemaPtr Rows() {
  static const SchemaPtr rows = std::make_shared<const Schema>(std::vector<Field>{
      {"id", DataType::Int()}, {"name", DataType::String()}, {"n", DataType::BigInt()}});
  return rows;
}

// A table of a thousand numbers by (id, name), of subtask `subtask` of two.
class StateReaderTest : public testing::Test {
 protected:
  StateReaderTest() { Make(0); }

  void Make(int32_t subtask) {
    TaskState::Config config;
    config.key_groups = KeyGroupRangeFor(subtask, 2, 128);
    state_ = std::make_unique<TaskState>(std::move(config));
    table_ = *state_->ForOperator("op").OpenSlotTable("numbers", SlotLayout({{"n"}}));
    for (int i = 0; i < 1000; ++i) Put(i, "name" + std::to_string(i % 7), i);
    const auto add_row = [this](int64_t, std::string_view key, Slot slot, BatchBuilder& out) {
      codec_.Decode(key, std::vector{&out.column(0), &out.column(1)});
      out.column(2).Append<int64_t>(slot.Get<int64_t>(0));
      out.CloseRow();
    };
    reader_ = std::make_unique<StateReader>(
        StateReader::Config{.task = {VertexId(3), subtask}, .parallelism = 2},
        std::vector<StateReader::Shown>{
            {"op", "Numbers", {{"numbers", Rows(), {0, 1}, &codec_, EntryOfKey, add_row}}}},
        state_.get());
  }
  void Put(const Value& id, const Value& name, int64_t n) {
    EncodedKeys keys;
    codec_.Encode(
        std::vector{ColumnOf(DataType::Int(), {id}), ColumnOf(DataType::String(), {name})}, 1,
        keys);
    if (!KeyGroupRangeFor(0, 2, 128).Contains(KeyGroupOf(keys.hash(0), 128))) return;
    const uint32_t row = 0;
    Slot slot;
    uint8_t is_new;
    ASSERT_EQ(table_->Resolve(0, keys, {&row, 1}, {&slot, 1}, {&is_new, 1}), OkStatus());
    slot.Set<int64_t>(0, n);
    ++put_;
  }
  static rpc::ReadState Question(int32_t limit = 1000) {
    rpc::ReadState question;
    question.set_request(9);
    question.set_uid("op");
    question.set_table("numbers");
    question.set_limit(limit);
    question.set_max_bytes(1 << 20);
    return question;
  }
  static rpc::ReadState OfKey(const std::string& id, const std::string& name) {
    rpc::ReadState question = Question();
    question.set_one_key(true);
    question.add_key()->set_text(id);
    question.add_key()->set_text(name);
    return question;
  }
  rpc::StatePage Ask(const rpc::ReadState& question) {
    reader_->Ask(question);
    while (true) {
      if (auto page = reader_->Work()) {
        EXPECT_EQ(page->request(), 9);
        return *page;
      }
    }
  }
  static std::vector<int64_t> Numbers(const rpc::StatePage& page) {
    std::vector<int64_t> numbers;
    if (page.rows().empty()) return numbers;
    const auto elements = DecodeElements(page.rows(), Rows());
    EXPECT_EQ(elements.status(), OkStatus());
    const Batch& batch = std::get<Batch>((*elements)[0]);
    for (size_t i = 0; i < batch.rows(); ++i) {
      EXPECT_EQ(batch.column(0)->GetValue(i).integer(), batch.column(2)->GetValue(i).integer());
      numbers.push_back(batch.column(2)->GetValue(i).integer());
    }
    EXPECT_EQ(static_cast<int32_t>(numbers.size()), page.count());
    return numbers;
  }
  static std::string Failure(const rpc::StatePage& page) { return page.failure().message(); }

  KeyCodec codec_{{DataType::Int(), DataType::String()}};
  std::unique_ptr<TaskState> state_;
  SlotTable* table_ = nullptr;
  size_t put_ = 0;
  std::unique_ptr<StateReader> reader_;
};

TEST_F(StateReaderTest, PageByPage) {
  std::set<int64_t> seen;
  rpc::ReadState question = Question(70);
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const rpc::StatePage page = Ask(question);
    for (int64_t n : Numbers(page)) EXPECT_TRUE(seen.insert(n).second) << n;
    EXPECT_LE(page.count(), 70);
    more = !page.next().empty();
    question.set_after(page.next());
  }
  EXPECT_EQ(seen.size(), put_);
  EXPECT_EQ(pages, static_cast<int>((put_ + 69) / 70));
}

TEST_F(StateReaderTest, APageIsBoundedInBytesToo) {
  rpc::ReadState question = Question();
  question.set_max_bytes(500);
  const rpc::StatePage page = Ask(question);
  EXPECT_GT(page.count(), 5);
  EXPECT_LT(page.count(), 50);
  EXPECT_FALSE(page.next().empty());
}

TEST_F(StateReaderTest, OneKeyOrWhoHasIt) {
  int here = 0;
  for (int i = 0; i < 20; ++i) {
    const rpc::StatePage page = Ask(OfKey(std::to_string(i), "name" + std::to_string(i % 7)));
    if (page.owner() == 0) {
      EXPECT_EQ(Numbers(page), std::vector<int64_t>{i});
      ++here;
    } else {
      EXPECT_EQ(page.owner(), 1u);
      EXPECT_EQ(page.count(), 0);
    }
  }
  EXPECT_GT(here, 0);
  EXPECT_LT(here, 20);
  EXPECT_EQ(Ask(OfKey("0", "nobody")).count(), 0);
}

TEST_F(StateReaderTest, ANullOfAKey) {
  int found = 0;
  for (int i = 0; i < 20; ++i) {
    const size_t before = put_;
    Put(Value(i), Value(), i);
    rpc::ReadState question = OfKey(std::to_string(i), "");
    question.mutable_key(1)->set_null(true);
    const rpc::StatePage page = Ask(question);
    EXPECT_EQ(Numbers(page).size(), put_ - before);
    found += page.count();
  }
  EXPECT_GT(found, 0);
}

TEST_F(StateReaderTest, WhichTablesThereAre) {
  const rpc::StatePage page = Ask([] {
    rpc::ReadState question;
    question.set_request(9);
    return question;
  }());
  ASSERT_EQ(page.tables_size(), 1);
  const rpc::StateTable& table = page.tables(0);
  EXPECT_EQ(table.uid() + " " + table.operator_() + " " + table.table(), "op Numbers numbers");
  EXPECT_EQ(table.vertex(), 3u);
  EXPECT_EQ(table.entries(), static_cast<int64_t>(put_));
  EXPECT_GT(table.bytes(), table.entries() * 8);
  EXPECT_FALSE(table.on_disk());
  EXPECT_EQ(table.rows().fields_size(), 3);
  EXPECT_EQ(table.keys_size(), 2);
}

TEST_F(StateReaderTest, SaysWhatIsAskedWrongly) {
  rpc::ReadState question = Question();
  question.set_table("number");
  EXPECT_EQ(Failure(Ask(question)), "operator op has no table number; did you mean 'numbers'?");
  EXPECT_EQ(Failure(Ask(OfKey("x", "y"))), "'x' is no INT, which column id of the key is");
  question = OfKey("1", "y");
  question.mutable_key()->RemoveLast();
  EXPECT_EQ(Failure(Ask(question)), "a key of table numbers has 2 cells (id, name), not 1");
  for (const char* after : {"x", "1234567", "12345678x"}) {
    question = Question();
    question.set_after(after);
    EXPECT_EQ(Failure(Ask(question)), "the cursor is none that an earlier page has named");
  }
  // Any other bytes are a place in the table, or behind it.
  question.set_after(std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + "zz");
  EXPECT_EQ(Ask(question).count(), 0);
}

TEST_F(StateReaderTest, QuestionsWaitForTheirTurn) {
  for (int i = 1; i <= 3; ++i) {
    rpc::ReadState question = Question(1);
    question.set_request(i);
    reader_->Ask(question);
  }
  std::vector<int64_t> answered;
  for (int i = 0; i < 2;) {
    if (auto page = reader_->Work()) {
      answered.push_back(page->request());
      ++i;
    }
  }
  const auto given_up = reader_->GiveUp(UnavailableError("it is over"));
  ASSERT_TRUE(given_up.has_value());
  EXPECT_EQ(answered, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(given_up->request(), 3);
  EXPECT_TRUE(reader_->idle());
  EXPECT_FALSE(reader_->GiveUp(OkStatus()).has_value());
}

}  // namespace
}  // namespace weir
