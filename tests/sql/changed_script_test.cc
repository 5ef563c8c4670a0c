#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "client/scratch_folder.h"
#include "tests/sql/stopping_cluster.h"

// A job is stopped in its middle, its script changes, and it goes on from the savepoint: what state
// is kept, what is refused, what does not matter.

namespace weir {
namespace {

constexpr char kTables[] =
    "CREATE TABLE words (word STRING, n INT) WITH ('connector' = 'filesystem', 'format' = 'csv',"
    "  'path' = '$/words.csv');"
    "CREATE TABLE more (word STRING, n INT) WITH ('connector' = 'filesystem', 'format' = 'csv',"
    "  'path' = '$/more.csv');"
    "CREATE TABLE times (n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)"
    "  WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '$/times.csv');"
    "CREATE TABLE a (word STRING, n BIGINT, PRIMARY KEY (word) NOT ENFORCED)"
    "  WITH ('connector' = 'blackhole');"
    "CREATE TABLE b (word STRING, n INT) WITH ('connector' = 'blackhole');";

struct Case {
  const char* name;
  std::string before;
  std::string after;
  std::string answer;  // the rows after, a word each: "+U,a,4"; or "refused: ..."
  bool allow = false;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ChangedScriptTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto scratch = ScratchFolder::Make("weir-changed-script");
    ASSERT_TRUE(scratch.ok()) << scratch.status();
    scratch_ = *std::move(scratch);
    Write("words.csv", "a,1\nb,2\na,3\nb,4\n");  // stopped after two
    Write("more.csv", "c,5\nc,6\n");
    Write("times.csv",
          "1,2020-01-01 00:00:10.000\n2,2020-01-01 00:00:20.000\n"
          "3,2020-01-01 00:00:30.000\n4,2020-01-01 00:01:10.000\n");
    std::string tables = kTables;
    for (size_t at; (at = tables.find('$')) != std::string::npos;) {
      tables.replace(at, 1, scratch_->path());
    }
    Execute(tables);
    LocalClusterOptions options;
    options.checkpoint_root = scratch_->path() + "/checkpoints";
    auto cluster = StoppingCluster::Start(std::move(options));
    ASSERT_TRUE(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(scratch_->path() + "/" + name) << text;
  }
  void Execute(const std::string& sql) {
    const auto statements = session_.Parse(sql);
    ASSERT_TRUE(statements.ok()) << statements.error().message;
    for (const auto& one : *statements) ASSERT_TRUE(session_.Execute(one).ok()) << one.text;
  }

  // The rows of a printed changelog, sorted: several subtasks hand them out.
  static std::string Rows(const std::string& changelog) {
    std::vector<std::string> rows;
    std::istringstream lines(changelog);
    for (std::string line; std::getline(lines, line);) {
      if (line.size() < 3 || std::string("+-").find(line[0]) == std::string::npos) continue;
      std::erase_if(line, [](char c) { return c == '\'' || c == ' '; });
      std::replace(line.begin(), line.end(), '|', ',');
      rows.push_back(line.insert(2, ","));
    }
    std::sort(rows.begin(), rows.end());
    std::string out;
    for (const std::string& row : rows) out += (out.empty() ? "" : " ") + row;
    return out;
  }

  std::unique_ptr<ScratchFolder> scratch_;
  sql::Session session_{{.config = {{"execution.checkpointing.interval", "1 h"},
                                    {"execution.batch-size", "1"},
                                    {"restart-strategy.type", "none"}},
                         .parallelism = 2}};
  std::unique_ptr<StoppingCluster> cluster_;
};

TEST_P(ChangedScriptTest, GoesOn) {
  std::ostringstream out;
  const auto printer = MakeResultPrinter(OutputFormat::kChangelog, out);
  std::string savepoint;
  for (const std::string& text : {GetParam().before, GetParam().after}) {
    const auto statements = session_.Parse(text);
    ASSERT_TRUE(statements.ok()) << statements.error().message;
    const sql::SessionStatement& statement = statements->front();
    auto planned = session_.Execute(statement);
    ASSERT_TRUE(planned.ok()) << planned.error().message;
    ASSERT_TRUE(printer->BeginRows({planned->schema, planned->schema_text, true, {}}).ok());
    if (savepoint.empty()) {
      auto stopped = cluster_->RunToSavepoint(statement, *planned, 0.5, *printer);
      ASSERT_TRUE(stopped.ok()) << stopped.status();
      ASSERT_FALSE(stopped->empty());
      savepoint = *stopped;
      out.str("");
      continue;
    }
    const Status status =
        cluster_->Resume(statement, *planned, savepoint, *printer, GetParam().allow);
    if (GetParam().answer.starts_with("refused: ")) {
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
      EXPECT_NE(status.message().find(GetParam().answer.substr(9)), std::string::npos)
          << status.message();
    } else {
      EXPECT_EQ(status, OkStatus());
      EXPECT_EQ(Rows(out.str()), GetParam().answer);
    }
  }
}

const std::string kCount = "SELECT word, COUNT(*) FROM words GROUP BY word";

INSTANTIATE_TEST_SUITE_P(
    Scripts, ChangedScriptTest,
    testing::Values(
        Case{"unchanged", kCount, kCount, "+U,a,2 +U,b,2 -U,a,1 -U,b,1"},
        Case{"a_calc_more", kCount, "SELECT word, c + 10 FROM (" + kCount + ") AS t(word, c)",
             "+U,a,12 +U,b,12 -U,a,11 -U,b,11"},
        Case{"a_calc_less", kCount + " HAVING COUNT(*) > 1", kCount, "+U,a,2 +U,b,2 -U,a,1 -U,b,1"},
        // What it counts begins now; what was counted before goes on.
        Case{"an_aggregate_more", kCount, "SELECT word, COUNT(*), SUM(n) FROM words GROUP BY word",
             "+U,a,2,3 +U,b,2,4 -U,a,1,null -U,b,1,null"},
        Case{"an_aggregate_less", "SELECT word, SUM(n), COUNT(*) FROM words GROUP BY word", kCount,
             "+U,a,2 +U,b,2 -U,a,1 -U,b,1"},
        Case{"another_filter", kCount, "SELECT word, COUNT(*) FROM words WHERE n > 0 GROUP BY word",
             "refused: holds state of the operator group(word):words about words by word, where "
             "the job needs it about words where"},
        Case{"another_filter_allowed", kCount,
             "SELECT word, COUNT(*) FROM words WHERE n > 0 GROUP BY word", "+I,a,1 +I,b,1", true},
        Case{"another_key", kCount, "SELECT n, COUNT(*) FROM words GROUP BY n",
             "refused: holds state of the operator group(word):words, which the job does not have"},
        Case{"no_aggregate", kCount, "SELECT word, n FROM words", "refused: group(word):words"},
        Case{"no_aggregate_allowed", kCount, "SELECT word, n FROM words", "+I,a,3 +I,b,4", true},
        Case{"an_aggregate_where_none_was", "SELECT word, n FROM words", kCount, "+I,a,1 +I,b,1"},
        Case{"a_source_more", "SELECT word, n FROM words",
             "SELECT word, n FROM words UNION ALL SELECT word, n FROM more",
             "+I,a,3 +I,b,4 +I,c,5 +I,c,6"},
        Case{"a_source_less", "SELECT word, n FROM words UNION ALL SELECT word, n FROM more",
             "SELECT word, n FROM words", "refused: source(more)"},
        Case{"a_source_less_allowed",
             "SELECT word, n FROM words UNION ALL SELECT word, n FROM more",
             "SELECT word, n FROM words", "+I,a,3 +I,b,4", true},
        Case{"other_values", "SELECT * FROM (VALUES 1, 2, 3, 4) AS t(x)",
             "SELECT * FROM (VALUES 5, 6, 7, 8) AS t(x)", "refused: values("},
        Case{"another_window",
             "SELECT window_end, SUM(n) FROM TABLE(TUMBLE(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'1' MINUTE)) GROUP BY window_start, window_end",
             "SELECT window_end, SUM(n) FROM TABLE(TUMBLE(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'2' MINUTE)) GROUP BY window_start, window_end",
             "refused: where the job needs it about times in TUMBLE(size=[120000 ms])"},
        // The rows themselves are kept, as they were.
        Case{
            "another_column_of_a_top_n",
            "SELECT n FROM (SELECT n, ROW_NUMBER() OVER (ORDER BY n) AS rn FROM words) "
            "WHERE rn <= 2",
            "SELECT word, n FROM (SELECT word, n, ROW_NUMBER() OVER (ORDER BY n) AS rn FROM words) "
            "WHERE rn <= 2",
            "refused: where the job needs it about the first 2 of words in order of n, rows (word "
            "STRING, n INT)"},
        Case{"the_same_top_n",
             "SELECT n FROM (SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC) AS rn FROM words) "
             "WHERE rn <= 1",
             "SELECT n + 1 FROM (SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC) AS rn FROM words) "
             "WHERE rn <= 1",
             "+U,4 +U,5 -U,3 -U,4"},
        Case{"the_same_window_and_more_of_it",
             "SELECT window_end, SUM(n) FROM TABLE(TUMBLE(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'1' MINUTE)) GROUP BY window_start, window_end",
             "SELECT window_end, SUM(n), COUNT(*) FROM TABLE(TUMBLE(TABLE times, DESCRIPTOR(ts), "
             "INTERVAL '1' MINUTE)) GROUP BY window_start, window_end",
             "+I,2020-01-01T00:01,6,1 +I,2020-01-01T00:02,4,1"},
        Case{"another_gap",
             "SELECT window_end, SUM(n) FROM TABLE(SESSION(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'30' SECOND)) GROUP BY window_start, window_end",
             "SELECT window_end, SUM(n) FROM TABLE(SESSION(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'40' SECOND)) GROUP BY window_start, window_end",
             "refused: where the job needs it about times in SESSION(gap=[40000 ms])"},
        Case{"the_same_sessions_and_more_of_them",
             "SELECT window_end, SUM(n) FROM TABLE(SESSION(TABLE times, DESCRIPTOR(ts), INTERVAL "
             "'30' SECOND)) GROUP BY window_start, window_end",
             "SELECT window_end, SUM(n), COUNT(*), COUNT(DISTINCT n) FROM TABLE(SESSION(TABLE "
             "times, DESCRIPTOR(ts), INTERVAL '30' SECOND)) GROUP BY window_start, window_end",
             "+I,2020-01-01T00:01,6,1,1 +I,2020-01-01T00:01:40,4,1,1"},
        Case{"another_column_of_the_rows_of_sessions",
             "SELECT window_end FROM TABLE(SESSION(TABLE times PARTITION BY n, DESCRIPTOR(ts), "
             "INTERVAL '30' SECOND))",
             "SELECT window_end FROM TABLE(SESSION((SELECT n, ts, n + 1 AS m FROM times) PARTITION "
             "BY n, DESCRIPTOR(ts), INTERVAL '30' SECOND)) WHERE m > 0",
             "refused: where the job needs it about times by n in SESSION(gap=[30000 ms]) of ts, "
             "rows (n INT, ts TIMESTAMP(3), m INT)"},
        Case{"a_sink_more", "INSERT INTO a " + kCount,
             "EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT word, n FROM words; INSERT INTO a " +
                 kCount + "; END",
             ""},
        Case{"a_sink_less",
             "EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT word, n FROM words; INSERT INTO a " +
                 kCount + "; END",
             "INSERT INTO a " + kCount, ""},
        Case{"the_sink_with_the_aggregate_less",
             "EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT word, n FROM words; INSERT INTO a " +
                 kCount + "; END",
             "INSERT INTO b SELECT word, n FROM words", "refused: group(word):words"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace weir
