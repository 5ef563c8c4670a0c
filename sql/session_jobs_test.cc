#include "sql/session_harness.h"

namespace weir::sql {
namespace {

// Merged filters and long chains of operators end in one flat plan.
TEST(SessionJobsTest, LongConditionsBecomeJobs) {
  Terminal terminal;
  std::string query = "SELECT x FROM t WHERE x > 0", either = "x = 0", sum = "x";
  for (int i = 1; i < 500; ++i) {
    if (i < 60) query = "SELECT x FROM (" + query + ") WHERE x <> " + std::to_string(i);
    either = "x = " + std::to_string(i) + (i % 3 ? " OR " : " AND ") + either;
    sum += " + " + std::to_string(i);
  }
  terminal.Run("CREATE TABLE t (x INT) WITH ('connector' = 'datagen')");
  for (const std::string& text :
       {query, "SELECT x FROM t WHERE " + either, "SELECT " + sum + " FROM t"}) {
    EXPECT_EQ(terminal.Run(text), "");
    ASSERT_TRUE(terminal.last().job.has_value());
    plan::JobGraph read;
    EXPECT_TRUE(read.ParseFromString(terminal.last().job->SerializeAsString()));
  }
}

TEST(SessionJobsTest, QueriesBecomeJobs) {
  Terminal terminal({.parallelism = 2});
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  EXPECT_EQ(terminal.Run("SELECT a + b AS c FROM g"), "");
  EXPECT_TRUE(terminal.last().is_query);
  EXPECT_EQ(terminal.last().schema_text, "( `c` INT )");
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().job->name(), "collect");
  EXPECT_EQ(terminal.last().job->sql(), "SELECT a + b AS c FROM g");
  EXPECT_EQ(terminal.last().job->vertices(0).parallelism(), 2);
  terminal.Run("SET 'parallelism.default' = '3'; SET 'pipeline.name' = 'mine'; SELECT a FROM g");
  EXPECT_EQ(terminal.last().job->name(), "mine");
  EXPECT_EQ(terminal.last().job->vertices(0).parallelism(), 3);
}

TEST(SessionJobsTest, AStatementSetIsOneJobAndReadsItsTableOnce) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen');"
      "CREATE TABLE s (a INT) WITH ('connector' = 'blackhole');"
      "CREATE TABLE u (b INT) WITH ('connector' = 'blackhole')");
  EXPECT_EQ(terminal.Run("EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT a FROM g; "
                         "INSERT INTO u SELECT b FROM g; INSERT INTO s SELECT b FROM g; END"),
            "");
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text,
            "( `default_catalog.default_database.s_1` BIGINT, "
            "`default_catalog.default_database.u` BIGINT, "
            "`default_catalog.default_database.s_2` BIGINT )");
  int sources = 0;
  int sinks = 0;
  for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      sources += node.has_source();
      sinks += node.has_sink();
    }
  }
  EXPECT_EQ(sources, 1);
  EXPECT_EQ(sinks, 3);
}

TEST(SessionJobsTest, OfARowOnlyTheFieldsUsedAreRead) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE j (u ROW<a INT, b ROW<c INT, d STRING>>, x INT, y AS u.b.c + 1) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json');"
      "CREATE TABLE c (u ROW<a INT, b INT>) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');"
      "CREATE TABLE one_field (a INT) WITH ('connector' = 'blackhole');"
      "CREATE TABLE a_row (b ROW<c INT, d STRING>) WITH ('connector' = 'blackhole')");
  const auto read = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string fields;
    if (!terminal.last().job) return fields;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (!node.has_source()) continue;
        for (const plan::Field& field : node.output().fields()) fields += field.name() + " ";
      }
    }
    return fields;
  };
  EXPECT_EQ(read("SELECT u.b.c, u.a + x FROM j WHERE u.a > 0"), "u.a u.b.c x ");
  EXPECT_EQ(read("SELECT y FROM j"), "u.b.c ");
  EXPECT_EQ(read("SELECT u.b, u.b.c FROM j"), "u.b ");
  EXPECT_EQ(read("SELECT u IS NULL, u.a FROM j"), "u ");
  EXPECT_EQ(read("SELECT COUNT(*), MAX(u.a) FROM j GROUP BY u.b.d"), "u.a u.b.d ");
  // A format that reads whole columns only.
  EXPECT_EQ(read("SELECT u.a FROM c"), "u ");
  // Queries that share the read take theirs out of what all need.
  EXPECT_EQ(read("EXECUTE STATEMENT SET BEGIN INSERT INTO one_field SELECT u.b.c FROM j; "
                 "INSERT INTO a_row SELECT u.b FROM j; END"),
            "u.b ");
}

// State must not be lost because another query needs more of the row.
TEST(SessionJobsTest, WhatIsReadOfARowIsNotInTheIdentityOfState) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE j (u ROW<a INT, b ROW<c INT, d STRING>>, x INT) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json')");
  const auto identity = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string text;
    if (!terminal.last().job) return text;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (node.has_group_aggregate()) text += node.uid() + " | " + node.meaning();
      }
    }
    return text;
  };
  const std::string alone = identity("SELECT COUNT(*) FROM j WHERE u.a > 1 GROUP BY u.b.d");
  EXPECT_NE(alone, "");
  EXPECT_EQ(alone, identity("SELECT COUNT(*), MAX(u IS NULL) FROM (SELECT u, u.a AS a FROM j) "
                            "WHERE a > 1 GROUP BY u.b.d"));
}

TEST(SessionJobsTest, SessionWindows) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE t (k STRING, g STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json')");
  const auto states = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string text;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (!node.meaning().empty()) text += node.uid() + " | " + node.meaning() + "\n";
      }
    }
    return text;
  };
  const std::string sessions =
      " FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) ";
  EXPECT_EQ(states("SELECT COUNT(*)" + sessions + "GROUP BY k, window_start, window_end"),
            "session(k):t | t by k in SESSION(gap=[60000 ms]) of ts\n");
  EXPECT_EQ(states("SELECT COUNT(*) FROM t GROUP BY k, SESSION(ts, INTERVAL '1' MINUTE)"),
            "session(k):t | t by k in SESSION(gap=[60000 ms]) of ts\n");
  // By other columns: the rows of the sessions, grouped like others.
  EXPECT_EQ(states("SELECT COUNT(*)" + sessions + "GROUP BY g, window_start, window_end"),
            "sessions(k):t | t by k in SESSION(gap=[60000 ms]) of ts, rows (k STRING, g STRING, "
            "ts TIMESTAMP(3))\n"
            "group(g,window_start,window_end):t | t by k in SESSION(gap=[60000 ms]) by g, "
            "window_start, window_end\n");
  ExpectAnswers(
      terminal,
      {{"SELECT * FROM SESSION(TABLE t PARTITION BY kk, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:44: column `kk` not found\nhint: did you mean `k`?\n"},
       {"SELECT * FROM SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '0' MINUTE)",
        "error 1:48: the gap of a session must be positive\n"},
       {"SELECT * FROM SESSION(TABLE t PARTITION BY k, g, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:15: this is not how SESSION is called\n"
        "hint: SESSION(TABLE t [PARTITION BY (k, ...)], DESCRIPTOR(ts), gap)\n"},
       {"SELECT * FROM TUMBLE(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:43: TUMBLE takes no PARTITION BY: only SESSION does\n"
        "hint: its windows are the same for every key: GROUP BY the key\n"},
       {"SELECT LAST_VALUE(g) FROM t GROUP BY SESSION(ts, INTERVAL '1' MINUTE)",
        "error 1:8: LAST_VALUE does not work in a SESSION window: where two sessions become one, "
        "nobody knows which of their values came first\n"
        "hint: MIN and MAX do: of the time, for example\n"}});
}

TEST(SessionJobsTest, CreateTableAsMakesTheTableAndItsJob) {
  Terminal terminal;
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  EXPECT_EQ(terminal.Run("CREATE TABLE ct WITH ('connector'='blackhole') AS "
                         "SELECT a, 'x' AS y, b AS z FROM g"),
            "");
  EXPECT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text, "( `default_catalog.default_database.ct` BIGINT )");
  ExpectAnswers(
      terminal,
      {{"DESCRIBE ct",
        "a | INT | true | null | null | null\n"
        "y | CHAR(1) | false | null | null | null\n"
        "z | INT | true | null | null | null\n"},
       {"CREATE TABLE c2 (z, a) WITH ('connector'='blackhole') AS SELECT a, b AS z FROM g; "
        "SHOW COLUMNS FROM c2",
        "z | INT | true | null | null | null\na | INT | true | null | null | null\n"},
       {"CREATE TABLE c3 (a BIGINT) WITH ('connector'='blackhole') AS SELECT a, b AS z FROM g; "
        "SHOW COLUMNS FROM c3",
        "a | BIGINT | true | null | null | null\nz | INT | true | null | null | null\n"},
       {"CREATE TABLE c4 (PRIMARY KEY (a) NOT ENFORCED) AS SELECT a FROM g",
        "error 1:31: Invalid primary key 'PK_a'. Column 'a' is nullable.\n"}});
  // No table is left behind by a job that cannot be planned.
  EXPECT_NE(terminal.Run("CREATE TABLE c5 WITH ('connector'='no_such') AS SELECT a FROM g"), "");
  EXPECT_EQ(terminal.Run("SHOW TABLES LIKE 'c5'"), "");
}

TEST(SessionJobsTest, MetadataColumnsAreCastBetweenTheDeclaredAndTheConnectorsType) {
  Terminal terminal;
  const std::string with =
      " WITH ('connector' = 'filesystem', 'path' = '/nowhere.json', 'format' = 'json')";
  ExpectAnswers(
      terminal,
      {{("CREATE TABLE t (a INT, s STRING METADATA FROM 'file.size' VIRTUAL, c AS s || 'x')" + with)
            .c_str(),
        "OK\n"},
       {"SELECT c, s, a FROM t", ""}});
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text, "( `c` STRING, `s` STRING, `a` INT )");
  const plan::OperatorNode& source = terminal.last().job->vertices(0).chain(0);
  EXPECT_EQ(source.source().table().schema().fields(1).type().kind(),
            static_cast<uint32_t>(TypeKind::kBigInt));
  EXPECT_NE(terminal.Run("EXPLAIN SELECT s FROM t").find("CAST("), std::string::npos);

  terminal.Run("CREATE TABLE n (a INT, m BIGINT METADATA FROM 'file.sizes')" + with);
  EXPECT_EQ(terminal.Run("SELECT m FROM n"),
            "error 1:1: the connector 'filesystem' does not have the metadata key 'file.sizes' in "
            "column `m` of table `n`\nhint: did you mean `file.size`?\n");
  terminal.Run("CREATE TABLE p (a INT, m ARRAY<INT> METADATA FROM 'file.path')" + with);
  EXPECT_EQ(terminal.Run("SELECT m FROM p"),
            "error 1:1: the metadata key 'file.path' in column `m` of table `p` is of type STRING "
            "NOT NULL, which cannot be cast to ARRAY<INT>\n");
  terminal.Run("CREATE TABLE w (a INT, m BIGINT METADATA FROM 'file.size')" + with);
  EXPECT_EQ(terminal.Run("INSERT INTO w SELECT 1, CAST(2 AS BIGINT)"),
            "error 1:1: the connector 'filesystem' cannot write the metadata key 'file.size' in "
            "column `m` of table `w`\nhint: declare the column VIRTUAL when it is not to be "
            "written\n");
}

// "Source(...)" and the like, in the plan's order, of the last job.
std::vector<std::string> OperatorNames(const Terminal& terminal) {
  std::vector<std::string> names;
  for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) names.push_back(node.name());
  }
  return names;
}

constexpr char kUpserts[] =
    "CREATE TABLE u (v BIGINT, k STRING, w STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ("
    "'connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = "
    "'127.0.0.1:1', 'key.format' = 'json', 'value.format' = 'json');";

TEST(SessionJobsTest, UpsertsAreReadAsAChangelog) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run(std::string(kUpserts) + "SELECT v FROM u"), "OK\n");  // of CREATE
  // The key is read although nobody asks for it, and changes find their subtask by it.
  EXPECT_EQ(OperatorNames(terminal),
            (std::vector<std::string>{"Source(table=[u])", "ChangelogNormalize(key=[k])",
                                      "Calc(select=[v])", "Collect"}));
  const plan::JobGraph& job = *terminal.last().job;
  EXPECT_EQ(job.edges(0).exchange().kind(), plan::Exchange::HASH);
  const plan::ChangelogNormalize& normalize = job.vertices(1).chain(0).changelog_normalize();
  EXPECT_TRUE(normalize.emit_update_before());
  EXPECT_EQ(normalize.keys(0), 1u);
  // By the same key into the same kind of table: no old rows, in the same subtasks.
  EXPECT_EQ(terminal.Run("CREATE TABLE into_u LIKE u; INSERT INTO into_u SELECT * FROM u"), "OK\n");
  EXPECT_FALSE(
      terminal.last().job->vertices(1).chain(0).changelog_normalize().emit_update_before());
}

TEST(SessionJobsTest, ChangesGoOnlyWhereTheyAreTaken) {
  Terminal terminal;
  ASSERT_EQ(terminal.Run(std::string(kUpserts) +
                         "CREATE TABLE appended (v BIGINT) WITH ('connector' = 'kafka', 'topic' = "
                         "'t', 'properties.bootstrap.servers' = '127.0.0.1:1', 'format' = 'json')"),
            "OK\nOK\n");
  const std::string refused = terminal.Run("INSERT INTO appended SELECT v FROM u");
  EXPECT_NE(refused.find("`appended` takes only new rows"), std::string::npos) << refused;
}

TEST(SessionJobsTest, ExactlyOnceNeedsCheckpoints) {
  Terminal terminal;
  const std::string table =
      "CREATE TABLE t (v BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', "
      "'properties.bootstrap.servers' = '127.0.0.1:1', 'format' = 'json', "
      "'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'p');";
  const std::string refused = terminal.Run(table + "INSERT INTO t VALUES (1)");
  EXPECT_NE(refused.find("this job takes none"), std::string::npos) << refused;
  EXPECT_EQ(terminal.Run("SET 'execution.checkpointing.interval' = '10 s';"
                         "INSERT INTO t VALUES (1)"),
            "");
  // A prompt cannot know what the job manager has configured.
  Terminal prompt({.planned_again = true});
  EXPECT_EQ(prompt.Run(table + "INSERT INTO t VALUES (1)"), "OK\n");
  EXPECT_EQ(prompt.Run("RESET; INSERT INTO t VALUES (1)"), "");
  const std::string none =
      prompt.Run("SET 'execution.checkpointing.interval' = '0 s'; INSERT INTO t VALUES (1)");
  EXPECT_NE(none.find("this job takes none"), std::string::npos) << none;
}

}  // namespace
}  // namespace weir::sql
