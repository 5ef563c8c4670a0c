#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include "operators/operator_harness.h"

namespace weir {
namespace {

struct Case {
  int64_t limit = 2;
  bool number = false;
  bool retracts = false;
  bool descending = false;
  bool update_before = true;
};

// ROW_NUMBER() OVER (PARTITION BY key ORDER BY n).
plan::OperatorNode Node(const Case& c) {
  plan::OperatorNode node;
  auto* rank = node.mutable_rank();
  rank->add_partition(0);
  rank->add_order()->set_column(1);
  rank->mutable_order(0)->set_descending(c.descending);
  rank->mutable_order(0)->set_nulls_last(c.descending);
  rank->set_limit(c.limit);
  rank->set_output_number(c.number);
  rank->set_input_retracts(c.retracts);
  rank->set_emit_update_before(c.update_before);
  return node;
}
Schema Input() {
  return Schema(
      {{"key", DataType::String()}, {"n", DataType::Int()}, {"what", DataType::String()}});
}
Schema Output(const Case& c) {
  std::vector<Field> fields = Input().fields();
  if (c.number) fields.push_back({"rn", DataType::BigInt().NotNull()});
  return Schema(std::move(fields));
}
std::string Answer(const Case& c, const std::string& rows) {
  OperatorHarness harness(Node(c), Input(), Output(c));
  return harness.Push(rows).TakeOutput();
}

TEST(RankTest, ARowThatComesPushesTheLastOneOut) {
  EXPECT_EQ(Answer({}, "+I a 5 v\n+I a 3 w\n+I b 1 x\n+I a 4 y\n+I a 4 z\n+I a NULL z\n+I a 9 z"),
            "+I a 5 v\n+I a 3 w\n+I b 1 x\n-D a 5 v\n+I a 4 y\n-D a 4 y\n+I a NULL z\n");
  EXPECT_EQ(Answer({.limit = 1, .descending = true}, "+I a 5 v\n+I a NULL w\n+I a 5 x\n+I a 6 y"),
            "+I a 5 v\n-U a 5 v\n+U a 6 y\n");
}

TEST(RankTest, RowsAreForgottenOneByOne) {
  const Case c{.number = true, .retracts = true};
  plan::OperatorNode node = Node(c);
  node.set_state_ttl_ms(100);
  OperatorHarness harness(node, Input(), Output(c));
  harness.Push("+I a 5 v").Pass(60).Push("+I a 3 w").Pass(60);
  EXPECT_EQ(harness.TakeOutput(), "+I a 5 v 1\n-U a 5 v 1\n+U a 3 w 1\n+I a 5 v 2\n");
  harness.Push("-D a 5 v\n+I a 9 z\n+I a 4 y");
  EXPECT_EQ(harness.TakeOutput(), "+I a 9 z 2\n-U a 9 z 2\n+U a 4 y 2\n");
  harness.Pass(100).Push("+I a 1 x\n+I a 2 x\n-D a 1 x");
  EXPECT_EQ(harness.TakeOutput(), "+I a 1 x 1\n+I a 2 x 2\n-U a 1 x 1\n+U a 2 x 1\n-D a 2 x 2\n");
}

TEST(RankTest, WithTheNumberEachPlaceThatMovesIsUpdated) {
  EXPECT_EQ(
      Answer({.limit = 3, .number = true}, "+I a 5 v\n+I a 3 w\n+I a 4 x\n+I a 1 y\n+I a 7 z"),
      "+I a 5 v 1\n"
      "-U a 5 v 1\n+U a 3 w 1\n+I a 5 v 2\n"
      "-U a 5 v 2\n+U a 4 x 2\n+I a 5 v 3\n"
      "-U a 3 w 1\n+U a 1 y 1\n-U a 4 x 2\n+U a 3 w 2\n-U a 5 v 3\n+U a 4 x 3\n");
  EXPECT_EQ(Answer({.number = true, .update_before = false}, "+I a 5 v\n+I a 3 w"),
            "+I a 5 v 1\n+U a 3 w 1\n+I a 5 v 2\n");
}

TEST(RankTest, WhatWasBehindComesWhenARowIsTakenBack) {
  const std::string rows =
      "+I a 1 v\n+I a 2 w\n+I a 3 x\n+I a 2 w\n-D a 1 v\n-D a 3 x\n-D a 9 z\n-D a 2 w";
  EXPECT_EQ(Answer({.retracts = true}, rows),
            "+I a 1 v\n+I a 2 w\n"
            "-D a 1 v\n+I a 2 w\n"
            "-D a 2 w\n");
  EXPECT_EQ(Answer({.number = true, .retracts = true}, rows),
            "+I a 1 v 1\n+I a 2 w 2\n"
            "-U a 1 v 1\n+U a 2 w 1\n-U a 2 w 2\n+U a 2 w 2\n"
            "-U a 2 w 1\n+U a 2 w 1\n-D a 2 w 2\n");
}

// The changelog, applied, is always the first N of what is there.
TEST(RankTest, AgreesWithSorting) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const Case c{.limit = 1 + static_cast<int64_t>(random() % 5),
                 .number = random() % 2 == 0,
                 .retracts = random() % 2 == 0,
                 .descending = random() % 2 == 0};
    OperatorHarness harness(Node(c), Input(), Output(c));
    struct Row {
      int n;
      std::string what;
    };
    std::map<std::string, std::vector<Row>> model;  // in order of arrival
    std::map<std::string, int> seen;
    int next = 0;
    for (int batch = 0; batch < 20; ++batch) {
      std::string input;
      for (unsigned i = 0, count = 1 + random() % 20; i < count; ++i) {
        const std::string key = "k" + std::to_string(random() % 3);
        std::vector<Row>& rows = model[key];
        if (c.retracts && !rows.empty() && random() % 2) {
          auto it = rows.begin() + static_cast<ptrdiff_t>(random() % rows.size());
          input += "-D " + key + " " + std::to_string(it->n) + " " + it->what + "\n";
          rows.erase(it);
        } else {
          rows.push_back({static_cast<int>(random() % 10), "w" + std::to_string(next++)});
          input +=
              "+I " + key + " " + std::to_string(rows.back().n) + " " + rows.back().what + "\n";
        }
      }
      std::istringstream out(harness.Push(input).TakeOutput());
      for (std::string line; std::getline(out, line);) {
        int& n = seen[line.substr(3)];
        n += line[0] == '+' ? 1 : -1;
        if (n == 0) seen.erase(line.substr(3));
      }
      std::map<std::string, int> expected;
      for (const auto& [key, rows] : model) {
        std::vector<Row> sorted = rows;
        std::stable_sort(sorted.begin(), sorted.end(), [&](const Row& a, const Row& b) {
          return c.descending ? a.n > b.n : a.n < b.n;
        });
        for (size_t i = 0; i < sorted.size() && i < static_cast<size_t>(c.limit); ++i) {
          std::string text = key + " " + std::to_string(sorted[i].n) + " " + sorted[i].what;
          if (c.number) text += " " + std::to_string(i + 1);
          ++expected[text];
        }
      }
      ASSERT_EQ(seen, expected) << "seed " << seed << ", batch " << batch << ":\n" << input;
    }
  }
}

TEST(RankTest, PeopleSeeTheRowsThatItKeeps) {
  const Case c{.limit = 2};
  OperatorHarness harness(Node(c), Input(), Output(c));
  harness.Push("+I a 5 v\n+I a 3 w\n+I b 1 x\n+I a 4 y");
  EXPECT_EQ(harness.State(), "rows: key*, n, what\n+I a 3 w\n+I a 4 y\n+I b 1 x\n");
  EXPECT_EQ(harness.State("a"), "rows: key*, n, what\n+I a 3 w\n+I a 4 y\n");
}

}  // namespace
}  // namespace weir
