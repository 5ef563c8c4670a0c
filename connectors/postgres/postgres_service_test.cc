#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "common/data/batch_builder.h"
#include "connectors/postgres/postgres.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_fence.h"
#include "connectors/testing/recording_output.h"
#include "connectors/testing/services.h"

// Against a real server.

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

class PostgresServiceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = TestService::Start("postgres").release(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static Options Login(const std::string& user = "weir", const std::string& password = "weir") {
    return {{"connector", "jdbc"},
            {"url", "jdbc:postgresql://" + server_->address() + "/weir"},
            {"username", user},
            {"password", password}};
  }

  static TableInfo Table(std::vector<Field> fields, std::vector<uint32_t> key,
                         const std::string& name, const Options& more = {}) {
    Options options = Login();
    options["table-name"] = name;
    for (const auto& [option, value] : more) options[option] = value;
    TableInfo table = TableOf(std::move(fields), options);
    table.primary_key = std::move(key);
    return table;
  }

  // Runs SQL as the superuser; the rows as "a|b;c|d".
  static std::string Sql(const std::string& sql) {
    TableInfo table = Table({{"a", DataType::Int()}}, {}, "t");
    auto connection = PostgresConnection::Open(*PostgresOptions::Read(table));
    EXPECT_TRUE(connection.ok()) << connection.status();
    auto rows = (*connection)->Run(sql);
    EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
    if (!rows.ok()) return "";
    std::string out;
    for (const PostgresConnection::Row& row : *rows) {
      if (!out.empty()) out += ";";
      for (size_t i = 0; i < row.size(); ++i) out += (i ? "|" : "") + row[i].value_or("NULL");
    }
    return out;
  }

  // A writer whose blocking work runs on a thread of its own.
  struct Writing {
    std::unique_ptr<SinkWriter> writer;
    std::vector<std::thread> threads;
    ~Writing() {
      for (std::thread& thread : threads) thread.join();
    }
    // Until the writer took the batch, or failed.
    Status Write(const Batch& batch) {
      return Until([&] { return writer->Write(batch); });
    }
    Status Flush() {
      return Until([&] { return writer->Flush(); });
    }
    template <class Call>
    Status Until(Call call) {
      auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (std::chrono::steady_clock::now() < deadline) {
        StatusOr<bool> done = call();
        if (!done.ok()) return done.status();
        if (*done) return OkStatus();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      return DeadlineExceededError("the writer does not come to an end");
    }
  };

  static std::unique_ptr<Writing> Open(const TableInfo& table, int64_t attempt = 1,
                                       const std::string& lineage = "l", int subtask = 0) {
    auto sink = PostgresConnector().make_sink(table);
    EXPECT_TRUE(sink.ok()) << sink.status();
    auto writing = std::make_unique<Writing>();
    SinkWriterContext context;
    context.identity = {lineage, "sink-" + table.options.at("table-name"), subtask, 1, attempt};
    context.run_blocking = [threads = &writing->threads](std::function<void()> work) {
      threads->emplace_back(std::move(work));
    };
    context.wake = [] {};
    writing->writer = std::move(*(*sink)->MakeWriter(context));
    return writing;
  }

  static Batch Rows(const TableInfo& table,
                    std::vector<std::pair<std::vector<Value>, RowKind>> rows) {
    BatchBuilder builder(table.schema);
    for (auto& [cells, kind] : rows) builder.AppendRow(cells, kind);
    return builder.Finish();
  }

  static TestService* server_;
};

TestService* PostgresServiceTest::server_ = nullptr;

constexpr RowKind kInsert = RowKind::kInsert, kBefore = RowKind::kUpdateBefore,
                  kAfter = RowKind::kUpdateAfter, kDelete = RowKind::kDelete;

TEST_F(PostgresServiceTest, EveryType) {
  Sql("CREATE TYPE mood AS ENUM ('sad', 'glad');"
      "CREATE TABLE types (b boolean, i1 smallint, i2 smallint, i4 integer, i8 bigint, f4 real,"
      " f8 double precision, d numeric(10,2), c char(3), v varchar(10), s text, j jsonb, u uuid,"
      " m mood, by bytea, dt date, t time, ts timestamp, tz timestamptz, iv interval, ai int[],"
      " at text[], ad numeric[], ats timestamp[], ac char(2)[])");
  TableInfo table = Table({{"b", DataType::Boolean()},
                           {"i1", DataType::TinyInt()},
                           {"i2", DataType::SmallInt()},
                           {"i4", DataType::Int()},
                           {"i8", DataType::BigInt()},
                           {"f4", DataType::Float()},
                           {"f8", DataType::Double()},
                           {"d", DataType::Decimal(10, 2)},
                           {"c", DataType::Char(3)},
                           {"v", DataType::VarChar(10)},
                           {"s", DataType::String()},
                           {"j", DataType::String()},
                           {"u", DataType::String()},
                           {"m", DataType::String()},
                           {"by", DataType::Bytes()},
                           {"dt", DataType::Date()},
                           {"t", DataType::Time()},
                           {"ts", DataType::Timestamp(6)},
                           {"tz", DataType::TimestampLtz(3)},
                           {"iv", DataType::IntervalDayTime()},
                           {"ai", DataType::Array(DataType::Int())},
                           {"at", DataType::Array(DataType::String())},
                           {"ad", DataType::Array(DataType::Decimal(5, 1))},
                           {"ats", DataType::Array(DataType::Timestamp(3))},
                           {"ac", DataType::Array(DataType::Char(2))}},
                          {}, "types");
  auto writing = Open(table);
  std::vector<Value> cells = {true,
                              -1,
                              300,
                              70000,
                              int64_t{5000000000},
                              1.5,
                              -1e-7,
                              Int128{-1205},
                              "abc",
                              "v",
                              "quote\" back\\slash 'x' {,} \xc3\xa4",
                              "{\"a\": 1}",
                              "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                              "glad",
                              std::string("\0\xff", 2),
                              19724,
                              3723000,
                              int64_t{1704164645123456},
                              int64_t{1704164645500000},
                              int64_t{90061000},
                              Value::List{1, Value(), 3},
                              Value::List{"a\"b", "NULL", Value()},
                              Value::List{Int128{15}},
                              Value::List{1000000},
                              Value::List{"xy"}};
  std::vector<Value> nulls(cells.size());
  ASSERT_EQ(writing->Write(Rows(table, {{cells, kInsert}, {nulls, kInsert}})), OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT * FROM types WHERE b"),
            "t|-1|300|70000|5000000000|1.5|-1e-07|-12.05|abc|v|quote\" back\\slash 'x' {,} "
            "\xc3\xa4|{\"a\": 1}|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|glad|\\x00ff|2024-01-02|"
            "01:02:03|2024-01-02 03:04:05.123456|2024-01-02 03:04:05.5+00|25:01:01|{1,NULL,3}|"
            "{\"a\\\"b\",\"NULL\",NULL}|{1.5}|{\"1970-01-01 00:00:01\"}|{xy}");
  EXPECT_EQ(Sql("SELECT count(*) FROM types WHERE types IS NULL"), "1");
}

TEST_F(PostgresServiceTest, UpsertsAndDeletesByKey) {
  Sql("CREATE TABLE sales (region text, day date, total numeric(10,2), PRIMARY KEY (region, day))");
  TableInfo table = Table({{"day", DataType::Date()},
                           {"region", DataType::String()},
                           {"total", DataType::Decimal(10, 2)}},
                          {0, 1}, "sales", {{"sink.buffer-flush.max-rows", "3"}});
  auto sink = PostgresConnector().make_sink(table);
  EXPECT_TRUE((*sink)->accepts_updates());
  EXPECT_EQ((*sink)->Validate(), OkStatus());
  auto writing = Open(table);
  Value a = Int128{100}, b = Int128{250}, c = Int128{333};
  ASSERT_EQ(writing->Write(Rows(table, {{{0, "n", a}, kInsert},
                                        {{0, "n", a}, kBefore},
                                        {{0, "n", b}, kAfter},
                                        {{1, "s", c}, kInsert}})),
            OkStatus());
  ASSERT_EQ(writing->Write(Rows(table, {{{2, "x", a}, kInsert}, {{1, "s", c}, kDelete}})),
            OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT region, day, total FROM sales ORDER BY 1, 2"),
            "n|1970-01-01|2.50;x|1970-01-03|1.00");
  // Deleted and inserted again, in one transaction and in two.
  ASSERT_EQ(writing->Write(Rows(table, {{{2, "x", a}, kDelete}, {{2, "x", c}, kInsert}})),
            OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  ASSERT_EQ(writing->Write(Rows(table, {{{0, "n", b}, kDelete}})), OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT region, day, total FROM sales ORDER BY 1, 2"), "x|1970-01-03|3.33");
}

TEST_F(PostgresServiceTest, ManyRowsInSeveralStatements) {
  Sql("CREATE TABLE many (id bigint PRIMARY KEY, v text)");
  TableInfo table = Table({{"id", DataType::BigInt()}, {"v", DataType::String()}}, {0}, "many",
                          {{"sink.buffer-flush.max-rows", "0"}});
  auto writing = Open(table);
  BatchBuilder builder(table.schema);
  for (int64_t i = 0; i < 30000; ++i) {
    builder.AppendRow({i, "value " + std::to_string(i)});
    if (builder.rows() < 4000) continue;
    ASSERT_EQ(writing->Write(builder.Finish()), OkStatus());
  }
  ASSERT_EQ(writing->Write(builder.Finish()), OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT count(*), min(id), max(id), sum(id) FROM many"), "30000|0|29999|449985000");
}

TEST_F(PostgresServiceTest, RowsWaitAtMostTheInterval) {
  Sql("CREATE TABLE slow (id int PRIMARY KEY)");
  TableInfo table =
      Table({{"id", DataType::Int()}}, {0}, "slow", {{"sink.buffer-flush.interval", "200 ms"}});
  auto writing = Open(table);
  ASSERT_EQ(writing->Flush(), OkStatus());  // connected
  EXPECT_EQ(writing->writer->FlushDue(1000), std::nullopt);
  ASSERT_EQ(writing->Write(Rows(table, {{{1}, kInsert}})), OkStatus());
  Timestamp now = Clock::Real().SteadyNow();
  std::optional<Timestamp> due = writing->writer->FlushDue(now);
  ASSERT_TRUE(due.has_value());
  EXPECT_LE(*due, now + 200);
  EXPECT_GT(*due, now + 100);
  EXPECT_EQ(Sql("SELECT count(*) FROM slow"), "0");
  EXPECT_EQ(writing->writer->FlushDue(*due), std::nullopt);
  for (int i = 0; i < 60000 && Sql("SELECT count(*) FROM slow") == "0"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM slow"), "1");
}

TEST_F(PostgresServiceTest, NamesArePostgresNamesAndMistakesAreNamed) {
  Sql("CREATE SCHEMA shop; CREATE TABLE shop.orders (orderid int PRIMARY KEY, amount numeric(10,2),"
      " note text, must int NOT NULL DEFAULT 1); CREATE TABLE shop.strict (id int, must int NOT "
      "NULL)");
  auto validate = [&](std::vector<Field> fields, std::vector<uint32_t> key,
                      const std::string& name) {
    auto sink = PostgresConnector().make_sink(Table(std::move(fields), std::move(key), name));
    return sink.ok() ? (*sink)->Validate() : sink.status();
  };
  EXPECT_EQ(
      validate({{"orderId", DataType::Int()}, {"Amount", DataType::Double()}}, {0}, "Shop.Orders"),
      OkStatus());
  struct Case {
    std::vector<Field> fields;
    std::vector<uint32_t> key;
    const char* name;
    StatusCode code;
    std::vector<const char*> parts;
  };
  for (const Case& c : std::vector<Case>{
           {{{"orderid", DataType::Int()}},
            {0},
            "shop.order",
            StatusCode::kNotFound,
            {"'shop.order' of 'table-name' does not exist", "did you mean 'orders'?"}},
           {{{"orderid", DataType::Int()}, {"amont", DataType::Double()}},
            {0},
            "shop.orders",
            StatusCode::kNotFound,
            {"column `amont` is not a column of \"shop\".\"orders\"", "did you mean 'amount'?"}},
           {{{"orderid", DataType::Int()}, {"amount", DataType::String()}},
            {0},
            "shop.orders",
            StatusCode::kInvalidArgument,
            {"column `amount` is STRING, but \"amount\"", "is numeric(10,2)", "text would do",
             "INSERT INTO \"shop\".\"orders\" (orderid, amount)"}},
           {{{"note", DataType::String()}, {"orderid", DataType::Int()}},
            {0},
            "shop.orders",
            StatusCode::kFailedPrecondition,
            {"no primary key or unique index over (\"note\")", "ADD PRIMARY KEY (\"note\")"}},
           {{{"id", DataType::Int()}},
            {},
            "shop.strict",
            StatusCode::kInvalidArgument,
            {"the column \"must\"", "is NOT NULL without a default"}},
           {{{"orderid", DataType::Row({{"a", DataType::Int()}})}},
            {},
            "shop.orders",
            StatusCode::kInvalidArgument,
            {"PostgreSQL has no type for ROW<`a` INT>"}},
       }) {
    Status status = validate(c.fields, c.key, c.name);
    EXPECT_EQ(status.code(), c.code) << status;
    for (const char* part : c.parts) {
      EXPECT_NE(status.message().find(part), std::string::npos) << status << " lacks " << part;
    }
  }
}

TEST_F(PostgresServiceTest, WrongPasswordAndDatabase) {
  TableInfo table = Table({{"a", DataType::Int()}}, {}, "t", {{"password", "wrong"}});
  Status status = (*PostgresConnector().make_sink(table))->Validate();
  EXPECT_EQ(status.code(), StatusCode::kUnauthenticated) << status;
  EXPECT_NE(status.message().find("check 'username' and 'password'"), std::string::npos) << status;
  table = Table({{"a", DataType::Int()}}, {}, "t",
                {{"url", "jdbc:postgresql://" + server_->address() + "/nowhere"}});
  status = (*PostgresConnector().make_sink(table))->Validate();
  EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
}

TEST_F(PostgresServiceTest, AReplacedWriterCannotWrite) {
  Sql("CREATE TABLE fenced (id int PRIMARY KEY, v int)");
  TableInfo table = Table({{"id", DataType::Int()}, {"v", DataType::Int()}}, {0}, "fenced");
  auto first = Open(table, 1);
  auto third = Open(table, 1, "l", 3);  // a subtask that its successors do not have
  ASSERT_EQ(first->Flush(), OkStatus());
  ASSERT_EQ(third->Flush(), OkStatus());
  auto successor = Open(table, 2);
  ASSERT_EQ(successor->Write(Rows(table, {{{1, 2}, kInsert}})), OkStatus());
  ASSERT_EQ(successor->Flush(), OkStatus());
  for (Writing* old : {first.get(), third.get()}) {
    ASSERT_EQ(old->Write(Rows(table, {{{1, 1}, kInsert}})), OkStatus());
    EXPECT_EQ(old->Flush().code(), StatusCode::kAborted);
  }
  // Nor can one that begins too late.
  EXPECT_EQ(Open(table, 1)->Flush().code(), StatusCode::kAborted);
  EXPECT_EQ(Open(table, 1, "l", 7)->Flush().code(), StatusCode::kAborted);
  // Another job's writers are not concerned.
  EXPECT_EQ(Open(table, 1, "other")->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT * FROM fenced"), "1|2");
}

TEST_F(PostgresServiceTest, ASuccessorWaitsForATransactionThatHoldsTheFence) {
  Sql("CREATE TABLE waiting (id int PRIMARY KEY)");
  TableInfo table = Table({{"id", DataType::Int()}}, {0}, "waiting");
  auto first = Open(table, 1);
  ASSERT_EQ(first->Flush(), OkStatus());
  auto connection = *PostgresConnection::Open(*PostgresOptions::Read(table));
  ASSERT_TRUE(connection
                  ->Run("BEGIN; SELECT attempt FROM weir_writers WHERE sink = 'sink-waiting' FOR "
                        "SHARE; INSERT INTO waiting VALUES (1)")
                  .ok());
  auto successor = Open(table, 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(*successor->writer->Flush(), false);
  ASSERT_TRUE(connection->Run("COMMIT").ok());
  EXPECT_EQ(successor->Flush(), OkStatus());
}

TEST_F(PostgresServiceTest, WithoutTheRightToMakeATableASessionLockFences) {
  Sql("CREATE TABLE locked (id int PRIMARY KEY, v int); CREATE ROLE poor LOGIN PASSWORD 'poor';"
      "CREATE SCHEMA closed; CREATE TABLE closed.t (id int PRIMARY KEY, v int);"
      "GRANT USAGE ON SCHEMA closed TO poor; GRANT ALL ON closed.t TO poor");
  TableInfo table = Table({{"id", DataType::Int()}, {"v", DataType::Int()}}, {0}, "closed.t",
                          {{"username", "poor"}, {"password", "poor"}, {"sink.max-retries", "0"}});
  auto first = Open(table, 1);
  ASSERT_EQ(first->Write(Rows(table, {{{1, 1}, kInsert}})), OkStatus());
  ASSERT_EQ(first->Flush(), OkStatus());
  auto successor = Open(table, 2);
  ASSERT_EQ(successor->Write(Rows(table, {{{1, 2}, kInsert}})), OkStatus());
  ASSERT_EQ(successor->Flush(), OkStatus());
  ASSERT_EQ(first->Write(Rows(table, {{{1, 9}, kInsert}})), OkStatus());
  EXPECT_EQ(first->Flush().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Sql("SELECT * FROM closed.t"), "1|2");
}

TEST_F(PostgresServiceTest, ARowThatIsRefusedFailsAtOnceAndNamesItself) {
  Sql("CREATE TABLE checked (id int PRIMARY KEY, v int CHECK (v > 0))");
  TableInfo table = Table({{"id", DataType::Int()}, {"v", DataType::Int()}}, {0}, "checked");
  auto writing = Open(table);
  ASSERT_EQ(writing->Write(Rows(table, {{{1, -1}, kInsert}})), OkStatus());
  Status status = writing->Flush();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(status.message().find("(1, -1)"), std::string::npos) << status;
  EXPECT_FALSE(writing->Write(Rows(table, {{{2, 2}, kInsert}})).ok());
}

TEST_F(PostgresServiceTest, AServerThatRestartsIsWrittenOn) {
  Sql("CREATE TABLE restarted (id int PRIMARY KEY)");
  TableInfo table = Table({{"id", DataType::Int()}}, {0}, "restarted", {{"sink.max-retries", "8"}});
  auto writing = Open(table);
  ASSERT_EQ(writing->Write(Rows(table, {{{1}, kInsert}})), OkStatus());
  ASSERT_EQ(writing->Flush(), OkStatus());
  server_->Stop();
  ASSERT_EQ(writing->Write(Rows(table, {{{2}, kInsert}})), OkStatus());
  EXPECT_EQ(*writing->writer->Flush(), false);
  server_->Restart();
  ASSERT_EQ(writing->Flush(), OkStatus());
  EXPECT_EQ(Sql("SELECT * FROM restarted ORDER BY 1"), "1;2");
}

TEST_F(PostgresServiceTest, ASuccessorEndsTheSessionOfAWriterThatIsPaused) {
  Sql("CREATE TABLE paused (id int PRIMARY KEY)");
  TableInfo table = Table({{"id", DataType::Int()}}, {0}, "paused");
  // A writer as it stands in the middle of a transaction, which it will not end.
  auto connection = *PostgresConnection::Open(*PostgresOptions::Read(table));
  auto real = PostgresTable::Find(*connection, *PostgresOptions::Read(table), table);
  PostgresFence fence({"l", "sink-paused", 0, 1, 1}, *real);
  ASSERT_EQ(fence.Enter(*connection), OkStatus());
  ASSERT_EQ(fence.Begin(*connection), OkStatus());
  ASSERT_TRUE(connection->Run("INSERT INTO paused VALUES (1)").ok());
  auto successor = Open(table, 2);
  ASSERT_EQ(successor->Write(Rows(table, {{{2}, kInsert}})), OkStatus());
  ASSERT_EQ(successor->Flush(), OkStatus());
  EXPECT_FALSE(connection->Run("COMMIT").ok());
  EXPECT_EQ(Sql("SELECT * FROM paused"), "2");
}

// ---- Exactly once

// Passes bytes on between one client at a time and the server, until it has passed on a COMMIT:
// then the server's answer is swallowed and both sides are closed.
class CuttingProxy {
 public:
  explicit CuttingProxy(int server_port) : server_port_(server_port), port_(FreePort()) {
    listener_ = Bind();
    thread_ = std::thread([this] { Serve(); });
  }
  ~CuttingProxy() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  int port() const { return port_; }
  std::atomic<int> cuts_left = 0;
  std::atomic<int> cut = 0;

 private:
  int Bind() const {
    int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address = Address(port_);
    EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::listen(listener, 8);
    return listener;
  }
  static sockaddr_in Address(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  void Serve() {
    while (!stop_) {
      pollfd wait{listener_, POLLIN, 0};
      if (::poll(&wait, 1, 50) <= 0) continue;
      int client = ::accept(listener_, nullptr, nullptr);
      int server = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address = Address(server_port_);
      if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
        Pass(client, server);
      }
      ::close(client);
      ::close(server);
    }
  }
  void Pass(int client, int server) {
    std::string buffer(1 << 16, '\0');
    while (!stop_) {
      pollfd wait[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (::poll(wait, 2, 50) <= 0) continue;
      for (int i : {0, 1}) {
        if (!wait[i].revents) continue;
        ssize_t n = ::recv(wait[i].fd, buffer.data(), buffer.size(), 0);
        if (n <= 0) return;
        std::string_view bytes(buffer.data(), static_cast<size_t>(n));
        if (::send(wait[1 - i].fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != n) return;
        if (i == 0 && bytes.find("COMMIT") != bytes.npos && cuts_left > 0) {
          --cuts_left;
          ++cut;
          ::recv(server, buffer.data(), buffer.size(), 0);  // it has been done
          return;
        }
      }
    }
  }

  const int server_port_, port_;
  int listener_ = -1;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class PostgresTransactionTest : public PostgresServiceTest {
 protected:
  static TableInfo ExactlyOnce(const std::string& name, std::vector<uint32_t> key = {}) {
    return Table({{"id", DataType::Int()}, {"v", DataType::Int()}}, std::move(key), name,
                 {{"sink.delivery-guarantee", "exactly-once"}});
  }
  static std::unique_ptr<Sink> MakeSink(const TableInfo& table) {
    auto sink = PostgresConnector().make_sink(table);
    EXPECT_TRUE(sink.ok()) << sink.status();
    EXPECT_TRUE((*sink)->writes_ahead());
    return std::move(*sink);
  }
  static StatusOr<std::unique_ptr<SinkTransaction>> Begin(const TableInfo& table, int64_t previous,
                                                          int64_t id) {
    return MakeSink(table)->Begin({.lineage = "l",
                                   .sink_uid = "sink-" + table.options.at("table-name"),
                                   .subtask = 0,
                                   .id = id,
                                   .previous = previous},
                                  1000);
  }
  static Status Commit(const TableInfo& table, int64_t previous, int64_t id, const Batch& rows) {
    ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, Begin(table, previous, id));
    if (!transaction) return OkStatus();
    RETURN_IF_ERROR(transaction->Write(rows));
    return transaction->Commit();
  }
};

TEST_F(PostgresTransactionTest, EachEpochIsThereOnceAlsoWithoutAKey) {
  Sql("CREATE TABLE once (id int, v int)");
  TableInfo table = ExactlyOnce("once");
  EXPECT_EQ(MakeSink(table)->Validate(), OkStatus());
  Batch one = Rows(table, {{{1, 1}, kInsert}, {{1, 1}, kInsert}});
  ASSERT_EQ(Commit(table, 0, 3, one), OkStatus());
  ASSERT_EQ(Commit(table, 0, 3, one), OkStatus());
  ASSERT_EQ(Commit(table, 3, 4, Rows(table, {{{2, 2}, kInsert}})), OkStatus());
  ASSERT_EQ(Commit(table, 0, 3, one), OkStatus());
  EXPECT_EQ(Sql("SELECT * FROM once ORDER BY 1"), "1|1;1|1;2|2");
  EXPECT_EQ(Sql("SELECT epoch FROM weir_writers WHERE sink = 'sink-once'"), "4");
}

TEST_F(PostgresTransactionTest, ChangesByKey) {
  Sql("CREATE TABLE changed (id int PRIMARY KEY, v int)");
  TableInfo table = ExactlyOnce("changed", {0});
  EXPECT_TRUE(MakeSink(table)->accepts_updates());
  ASSERT_EQ(Commit(table, 0, 1, Rows(table, {{{1, 1}, kInsert}, {{2, 1}, kInsert}})), OkStatus());
  ASSERT_EQ(Commit(table, 1, 2, Rows(table, {{{1, 2}, kAfter}, {{2, 1}, kDelete}})), OkStatus());
  EXPECT_EQ(Sql("SELECT * FROM changed"), "1|2");
}

TEST_F(PostgresTransactionTest, ACommitWhoseAnswerIsLostIsFoundDone) {
  Sql("CREATE TABLE cut (id int, v int)");
  TableInfo table = ExactlyOnce("cut");
  CuttingProxy proxy(server_->port());
  table.options["url"] = "jdbc:postgresql://127.0.0.1:" + std::to_string(proxy.port()) + "/weir";
  constexpr int kEpochs = 50;
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    Batch rows = Rows(table, {{{epoch, 1}, kInsert}, {{epoch, 2}, kInsert}});
    // Once before anything else is committed over the connection, as the bookkeeping table is.
    ASSERT_EQ(MakeSink(table)->Validate(), OkStatus());
    proxy.cuts_left = 1;
    Status status = Commit(table, epoch - 1, epoch, rows);
    ASSERT_EQ(status.code(), StatusCode::kUnavailable) << status;
    ASSERT_EQ(proxy.cut, epoch);
    ASSERT_EQ(Commit(table, epoch - 1, epoch, rows), OkStatus());
  }
  EXPECT_EQ(Sql("SELECT count(*), count(DISTINCT id) FROM cut"), "100|50");
}

TEST_F(PostgresTransactionTest, ASuccessorEndsOneThatIsOpen) {
  Sql("CREATE TABLE open (id int, v int)");
  TableInfo table = ExactlyOnce("open");
  auto paused = Begin(table, 0, 3);
  ASSERT_TRUE(paused.ok()) << paused.status();
  Batch rows = Rows(table, {{{1, 1}, kInsert}});
  ASSERT_EQ((*paused)->Write(rows), OkStatus());
  ASSERT_EQ(Commit(table, 0, 3, rows), OkStatus());
  EXPECT_EQ((*paused)->Commit().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Sql("SELECT * FROM open"), "1|1");
}

TEST_F(PostgresTransactionTest, WhatFitsNoNoteStopsTheJob) {
  Sql("CREATE TABLE noted (id int, v int)");
  TableInfo table = ExactlyOnce("noted");
  Batch rows = Rows(table, {{{1, 1}, kInsert}});
  ASSERT_EQ(Commit(table, 0, 3, rows), OkStatus());
  Status back = Commit(table, 1, 5, rows);
  EXPECT_EQ(back.code(), StatusCode::kDataLoss);
  EXPECT_NE(back.message().find("\"public\".weir_writers WHERE lineage = 'l' AND sink = "
                                "'sink-noted' AND subtask = 0"),
            std::string::npos)
      << back;
  Sql("DELETE FROM weir_writers WHERE sink = 'sink-noted'");
  EXPECT_EQ(Commit(table, 3, 5, rows).code(), StatusCode::kDataLoss);
  EXPECT_EQ(Sql("SELECT * FROM noted"), "1|1");
}

TEST_F(PostgresTransactionTest, ARowThatIsRefusedLeavesNothingAndNamesItself) {
  Sql("CREATE TABLE refused (id int, v int CHECK (v > 0))");
  TableInfo table = ExactlyOnce("refused");
  Status status = Commit(table, 0, 1, Rows(table, {{{1, 1}, kInsert}, {{2, -1}, kInsert}}));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(status.message().find("(2, -1)"), std::string::npos) << status;
  EXPECT_EQ(Sql("SELECT count(*) FROM refused"), "0");
}

TEST_F(PostgresTransactionTest, WithoutTheRightToMakeTheTableItIsRefused) {
  Sql("CREATE ROLE poorer LOGIN PASSWORD 'poor'; CREATE SCHEMA shut;"
      "CREATE TABLE shut.t (id int, v int); GRANT USAGE ON SCHEMA shut TO poorer;"
      "GRANT ALL ON shut.t TO poorer");
  TableInfo table = ExactlyOnce("shut.t");
  table.options["username"] = "poorer";
  table.options["password"] = "poor";
  Status status = MakeSink(table)->Validate();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied) << status;
  EXPECT_NE(status.message().find("GRANT CREATE ON SCHEMA \"shut\""), std::string::npos) << status;
}

}  // namespace
}  // namespace weir
