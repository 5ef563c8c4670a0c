#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/cluster_client.h"
#include "client/compiler.h"
#include "client/job_text.h"
#include "client/result_printer.h"
#include "client/scratch_folder.h"
#include "client/script.h"
#include "common/data/batch_builder.h"

namespace weir {
namespace {

// ---- what rows look like

SchemaPtr TwoColumns() {
  return std::make_shared<const Schema>(
      std::vector<Field>{{"name", DataType::String()}, {"n", DataType::Int()}});
}

std::string Printed(OutputFormat format, bool changes, const std::vector<std::vector<Value>>& rows,
                    RowKind last_kind = RowKind::kInsert) {
  std::ostringstream out;
  std::unique_ptr<ResultPrinter> printer = MakeResultPrinter(format, out);
  SchemaPtr schema = TwoColumns();
  BatchBuilder builder(schema);
  for (size_t i = 0; i < rows.size(); ++i) {
    builder.AppendRow(rows[i], i + 1 == rows.size() ? last_kind : RowKind::kInsert);
  }
  printer->BeginStatement("SELECT  *\nFROM t");
  EXPECT_TRUE(printer->BeginRows({schema, schema->ToString(), changes, {}}).ok());
  if (!rows.empty()) {
    EXPECT_TRUE(printer->Rows(builder.Finish()).ok());
  }
  printer->EndRows();
  return out.str();
}

TEST(ResultPrinterTest, TableIsAlignedByCharacters) {
  EXPECT_EQ(Printed(OutputFormat::kTable, false, {{"Zürich", 1}, {Value(), 1000}}),
            "+--------+------+\n"
            "| name   |    n |\n"
            "+--------+------+\n"
            "| Zürich |    1 |\n"
            "| <NULL> | 1000 |\n"
            "+--------+------+\n"
            "2 rows\n");
}

TEST(ResultPrinterTest, TableShowsChangesAndKeepsLines) {
  EXPECT_EQ(Printed(OutputFormat::kTable, true, {{"a\nb", 1}}, RowKind::kDelete),
            "+----+------+---+\n"
            "| op | name | n |\n"
            "+----+------+---+\n"
            "| -D | a\\nb | 1 |\n"
            "+----+------+---+\n"
            "1 row\n");
  EXPECT_EQ(Printed(OutputFormat::kTable, false, {}), "0 rows\n");
}

TEST(ResultPrinterTest, JsonIsALineARow) {
  EXPECT_EQ(Printed(OutputFormat::kJson, true, {{"a", 1}, {"\"", Value()}}, RowKind::kUpdateBefore),
            "{\"statement\":1,\"op\":\"+I\",\"row\":{\"name\":\"a\",\"n\":1}}\n"
            "{\"statement\":1,\"op\":\"-U\",\"row\":{\"name\":\"\\\"\",\"n\":null}}\n");
}

TEST(ResultPrinterTest, ChangelogHasStatementAndSchema) {
  EXPECT_EQ(Printed(OutputFormat::kChangelog, false, {{"a", 1}}),
            "> SELECT * FROM t\nschema ( `name` STRING, `n` INT )\n+I 'a' | 1\n");
}

// ---- scripts

TEST(ReadScriptTest, FilesAreReadAndProblemsNamed) {
  const std::string path = testing::TempDir() + "client_test_script.sql";
  for (const std::string text : {"SELECT 1;\n", ""}) {
    std::ofstream(path) << text;
    StatusOr<Script> script = ReadScript(path);
    ASSERT_TRUE(script.ok()) << script.status();
    EXPECT_EQ(script->text, text);
    EXPECT_EQ(script->name, path);
  }
  EXPECT_EQ(ReadScript("/nowhere/x.sql").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(ReadScript(testing::TempDir()).status().code(), StatusCode::kInvalidArgument);
}

// ---- scratch folders

TEST(ScratchFolderTest, WhatTheDeadLeaveBehindIsRemoved) {
  std::string parent = testing::TempDir() + "scratch-XXXXXX";
  ASSERT_NE(mkdtemp(parent.data()), nullptr);
  const auto exists = [](const std::string& path) { return std::filesystem::exists(path); };
  std::unique_ptr<ScratchFolder> alive = *ScratchFolder::Make("weir-test", parent);
  std::ofstream(alive->path() + "/file") << "bytes";
  // As after a kill -9: nobody holds its lock.
  const std::string dead = parent + "/weir-test-abcdef";
  const std::string another = parent + "/weir-other-abcdef";
  const std::string longer = parent + "/weir-test-abcdefg";
  for (const std::string& path : {dead + "/below", another, longer}) {
    std::filesystem::create_directories(path);
  }
  std::unique_ptr<ScratchFolder> next = *ScratchFolder::Make("weir-test", parent);
  EXPECT_FALSE(exists(dead));
  EXPECT_TRUE(exists(alive->path() + "/file"));
  EXPECT_TRUE(exists(another));
  EXPECT_TRUE(exists(longer));
  const std::string path = alive->path();
  alive.reset();
  EXPECT_FALSE(exists(path));
  next.reset();
  std::filesystem::remove_all(parent);
}

// ---- addresses

TEST(AddressTest, PortIsOptional) {
  EXPECT_EQ(*ParseAddress("host"), "host:6123");
  EXPECT_EQ(*ParseAddress("127.0.0.1:80"), "127.0.0.1:80");
  for (const char* bad : {"", ":80", "host:", "host:x", "host:0", "host:65536", "host:80x"}) {
    EXPECT_EQ(ParseAddress(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ClusterClientTest, NobodyThereIsSaidWithWhatToDo) {
  auto client = ClusterClient::Make("127.0.0.1:1");
  ASSERT_TRUE(client.ok());
  Status status = (*client)->ListJobs().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("127.0.0.1:1"), std::string::npos) << status;
  EXPECT_NE(status.message().find("weir jobmanager"), std::string::npos) << status;
}

// ---- scripts to jobs

rpc::SubmitRequest Request(const std::string& sql) {
  rpc::SubmitRequest request;
  request.set_sql(sql);
  request.set_file_name("job.sql");
  return request;
}

JobCompiler::Result Compile(const std::string& sql) {
  return SqlCompiler::CompileNow(Request(sql), std::chrono::minutes(1));
}

TEST(SqlCompilerTest, QueriesAndInsertsBecomeJobs) {
  JobCompiler::Result result = Compile(
      "CREATE TABLE t (x INT) WITH ('connector' = 'blackhole');\n"
      "SHOW TABLES;\n"
      "INSERT INTO t SELECT 1;\n"
      "SELECT 1 AS a;");
  ASSERT_FALSE(result.error) << result.error->rendered();
  ASSERT_EQ(result.jobs.size(), 2u);
  EXPECT_FALSE(result.jobs[0].has_results);
  EXPECT_EQ(result.jobs[0].statement, "INSERT INTO t SELECT 1");
  EXPECT_TRUE(result.jobs[1].has_results);
  EXPECT_EQ(result.jobs[1].result_schema.fields(0).name(), "a");
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_EQ(result.notes[0].rfind("line 2: ", 0), 0u) << result.notes[0];
}

TEST(SqlCompilerTest, ErrorsHaveTheirPlaceAndNoJobIsLeft) {
  struct Case {
    std::string sql;
    int line;
    int column;
  } cases[] = {{"SELECT 1;\nSELEC 2;", 2, 1},
               {"SELECT 1;\n  SELECT nope FROM (VALUES (1)) t(x);", 2, 10}};
  for (const Case& c : cases) {
    JobCompiler::Result result = Compile(c.sql);
    ASSERT_TRUE(result.error) << c.sql;
    EXPECT_EQ(result.error->line(), c.line);
    EXPECT_EQ(result.error->column(), c.column);
    EXPECT_EQ(result.error->rendered().rfind("job.sql:" + std::to_string(c.line), 0), 0u);
    EXPECT_TRUE(result.jobs.empty());
  }
  EXPECT_TRUE(Compile("SET 'a' = 'b';").error);
}

TEST(SqlCompilerTest, ExplainShowsEveryPlan) {
  JobCompiler::Result result = SqlCompiler::ExplainNow(Request("SELECT 1 AS a; SELECT 2 AS b;"));
  ASSERT_FALSE(result.error) << result.error->rendered();
  const std::string& text = result.explanation;
  size_t first = text.find("== Optimized Plan ==");
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_NE(text.find("== Optimized Plan ==", first + 1), std::string::npos) << text;
}

std::string Answered(const std::string& sql) {
  const JobCompiler::Result result = SqlCompiler::ExplainNow(Request(sql));
  if (result.error) return result.error->message();
  std::string out;
  for (const JobCompiler::Answer& answer : result.answers) {
    out += answer.statement + (answer.of_job ? " of the cluster " + *answer.of_job : "") + "\n";
    for (const std::string& column : answer.columns) out += "[" + column + "]";
    out += answer.columns.empty() ? "" : "\n";
    for (const auto& row : answer.rows) {
      for (const auto& cell : row) out += "|" + cell.value_or("-");
      out += "\n";
    }
  }
  return out;
}

TEST(SqlCompilerTest, ExplainTellsWhatStatementsAnswerAtOnce) {
  const std::string table =
      "CREATE TABLE t (a INT NOT NULL, b STRING, PRIMARY KEY (a) NOT ENFORCED) "
      "WITH ('connector' = 'blackhole'); SET 'x.password' = 'verysecret';";
  EXPECT_EQ(Answered(table + "SHOW TABLES; SELECT 1;"), "SHOW TABLES\n[table name]\n|t\n");
  EXPECT_EQ(Answered(table + "DESCRIBE t"),
            "DESCRIBE t\n[name][type][null][key][extras][watermark]\n"
            "|a|INT|FALSE|PRI(a)|-|-\n|b|STRING|TRUE|-|-|-\n");
  EXPECT_EQ(Answered("SHOW JOBS; DESCRIBE JOB 'ab'"),
            "SHOW JOBS of the cluster \nDESCRIBE JOB 'ab' of the cluster ab\n");
  EXPECT_EQ(Answered(table + "SET").find("verysecret"), std::string::npos);
  EXPECT_EQ(Answered(table), "");
  EXPECT_NE(Answered("DESCRIBE nowhere").find("nowhere"), std::string::npos);
  // A submitted script may hold them.
  const JobCompiler::Result result = Compile("SHOW JOBS; SHOW TABLES; SELECT 1;");
  ASSERT_FALSE(result.error) << result.error->rendered();
  EXPECT_EQ(result.notes.size(), 2u);
}

// ---- jobs as text

TEST(JobTextTest, DurationsAndSizes) {
  EXPECT_EQ(DurationText(850), "850 ms");
  EXPECT_EQ(DurationText(12'000), "12 s");
  EXPECT_EQ(DurationText(200'000), "3 min 20 s");
  EXPECT_EQ(DurationText(7'500'000), "2 h 5 min");
  EXPECT_EQ(DurationText(360'000'000), "4 d 4 h");
  EXPECT_EQ(BytesText(12), "12 B");
  EXPECT_EQ(BytesText(3'400'000), "3.4 MB");
  EXPECT_EQ(BytesText(5'000'000'000'000), "5.0 TB");
}

TEST(JobTextTest, ListAndDetails) {
  rpc::ListJobsReply list;
  EXPECT_EQ(JobListText(list, 0), "no jobs\n");
  rpc::JobSummary* job = list.add_jobs();
  job->set_job_id("abc");
  job->set_name("pipeline");
  job->set_state("RUNNING");
  job->set_started_ms(1000);
  job->set_tasks_total(4);
  job->set_tasks_running(2);
  job->set_reason("needs 4 slots, 2 free");
  std::string text = JobListText(list, 13'000);
  EXPECT_NE(text.find("| abc | pipeline | RUNNING | 12 s |   2/4 |        0 |"), std::string::npos)
      << text;
  EXPECT_NE(JobListJson(list).find("\"state\":\"RUNNING\""), std::string::npos);
  rpc::JobDetails details;
  *details.mutable_summary() = *job;
  details.add_failures("worker 1 is gone");
  text = JobText(details, 13'000);
  EXPECT_NE(text.find("reason    needs 4 slots, 2 free\n"), std::string::npos) << text;
  EXPECT_NE(text.find("failures, newest first:\n  worker 1 is gone\n"), std::string::npos) << text;
  EXPECT_NE(JobJson(details).find("\"failures\":[\"worker 1 is gone\"]"), std::string::npos);
}

}  // namespace
}  // namespace weir
