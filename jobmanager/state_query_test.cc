#include "jobmanager/state_query.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

// source (1) -> count (3)
plan::JobGraph Graph(int parallelism = 3) {
  plan::JobGraph graph;
  for (uint32_t v = 0; v < 2; ++v) {
    plan::Vertex* vertex = graph.add_vertices();
    vertex->set_id(v);
    vertex->set_name(v == 0 ? "source" : "count");
    vertex->set_parallelism(v == 0 ? 1 : parallelism);
    vertex->add_chain()->set_uid(v == 0 ? "" : "group(k)");
  }
  return graph;
}

rpc::StateRequest Rows(int32_t limit, const std::string& cursor = "") {
  rpc::StateRequest request;
  request.set_uid("group(k)");
  request.set_table("group");
  request.set_limit(limit);
  request.set_cursor(cursor);
  return request;
}

rpc::StatePage Page(int32_t count, const std::string& next = "", uint32_t owner = 0) {
  rpc::StatePage page;
  page.set_count(count);
  if (count > 0) page.set_rows("<" + std::to_string(count) + ">");
  page.set_next(next);
  page.set_owner(owner);
  return page;
}

std::string Text(const StateQuery::Questions& questions) {
  std::string text;
  for (const auto& [task, question] : questions) {
    text += std::to_string(task.vertex.value()) + "." + std::to_string(task.subtask);
    if (!question.uid().empty()) text += " limit " + std::to_string(question.limit());
    if (!question.after().empty()) text += " after " + question.after();
    text += "\n";
  }
  return text;
}
TaskId Count(int32_t subtask) { return {VertexId(1), subtask}; }

TEST(StateQueryTest, OneSubtaskAfterTheOtherUntilThereAreEnough) {
  auto query = StateQuery::Make(Rows(10), Graph());
  ASSERT_EQ(query.status(), OkStatus());
  EXPECT_EQ(Text(query->Begin()), "1.0 limit 10\n");
  EXPECT_EQ(Text(*query->OnAnswer(Count(0), Page(4))), "1.1 limit 6\n");
  EXPECT_FALSE(query->done());
  EXPECT_EQ(Text(*query->OnAnswer(Count(1), Page(6, "xy"))), "");
  ASSERT_TRUE(query->done());
  rpc::StateReply reply = query->TakeReply();
  EXPECT_EQ(reply.batches_size(), 2);
  EXPECT_EQ(reply.next(), "3-1-7879");

  query = StateQuery::Make(Rows(10, reply.next()), Graph());
  ASSERT_EQ(query.status(), OkStatus());
  EXPECT_EQ(Text(query->Begin()), "1.1 limit 10 after xy\n");
  EXPECT_EQ(Text(*query->OnAnswer(Count(1), Page(0))), "1.2 limit 10\n");
  EXPECT_EQ(Text(*query->OnAnswer(Count(2), Page(1))), "");
  ASSERT_TRUE(query->done());
  reply = query->TakeReply();
  EXPECT_EQ(reply.batches_size(), 1);
  EXPECT_EQ(reply.next(), "");
}

// The next page begins with the next subtask.
TEST(StateQueryTest, APageMayEndWithItsSubtask) {
  auto query = StateQuery::Make(Rows(4), Graph());
  query->Begin();
  EXPECT_EQ(Text(*query->OnAnswer(Count(0), Page(4))), "");
  ASSERT_TRUE(query->done());
  EXPECT_EQ(query->TakeReply().next(), "3-1-");
  query = StateQuery::Make(Rows(4, "3-1-"), Graph());
  EXPECT_EQ(Text(query->Begin()), "1.1 limit 4\n");
}

TEST(StateQueryTest, AKeyIsReadWhereItIs) {
  rpc::StateRequest request = Rows(10);
  request.set_one_key(true);
  request.add_key()->set_text("ann");
  auto query = StateQuery::Make(request, Graph());
  EXPECT_EQ(Text(query->Begin()), "1.0 limit 10\n");
  EXPECT_EQ(Text(*query->OnAnswer(Count(0), Page(0, "", 2))), "1.2 limit 10\n");
  EXPECT_EQ(Text(*query->OnAnswer(Count(2), Page(1, "", 2))), "");
  ASSERT_TRUE(query->done());
  EXPECT_EQ(query->TakeReply().batches_size(), 1);

  query = StateQuery::Make(request, Graph());
  query->Begin();
  EXPECT_EQ(query->OnAnswer(Count(0), Page(0, "", 3)).status().code(), StatusCode::kInternal);
}

TEST(StateQueryTest, TablesOfEverySubtaskAreAddedUp) {
  auto query = StateQuery::Make({}, Graph());
  EXPECT_EQ(Text(query->Begin()), "0.0\n1.0\n1.1\n1.2\n");
  const auto tables = [](int64_t entries, bool on_disk) {
    rpc::StatePage page;
    rpc::StateTable* table = page.add_tables();
    table->set_uid("group(k)");
    table->set_vertex(1);
    table->set_table("group");
    table->set_entries(entries);
    table->set_bytes(entries * 10);
    table->set_on_disk(on_disk);
    return page;
  };
  EXPECT_TRUE(query->OnAnswer(Count(2), tables(5, false)).ok());
  EXPECT_TRUE(query->OnAnswer({VertexId(0), 0}, {}).ok());
  EXPECT_TRUE(query->OnAnswer(Count(0), tables(1, true)).ok());
  EXPECT_FALSE(query->done());
  EXPECT_TRUE(query->OnAnswer(Count(1), tables(7, false)).ok());
  ASSERT_TRUE(query->done());
  const rpc::StateReply reply = query->TakeReply();
  ASSERT_EQ(reply.tables_size(), 1);
  EXPECT_EQ(reply.tables(0).entries(), 13);
  EXPECT_EQ(reply.tables(0).bytes(), 130);
  EXPECT_TRUE(reply.tables(0).on_disk());
}

TEST(StateQueryTest, AFailureNamesTheTaskUnlessItIsTheUsers) {
  rpc::StatePage page;
  page.mutable_failure()->set_code(static_cast<uint32_t>(StatusCode::kUnavailable));
  page.mutable_failure()->set_message("it has ended");
  auto query = StateQuery::Make(Rows(1), Graph());
  query->Begin();
  EXPECT_EQ(query->OnAnswer(Count(0), page).status(),
            UnavailableError("count (1/3): it has ended"));
  page.mutable_failure()->set_code(static_cast<uint32_t>(StatusCode::kNotFound));
  query = StateQuery::Make(Rows(1), Graph());
  query->Begin();
  EXPECT_EQ(query->OnAnswer(Count(0), page).status(), NotFoundError("it has ended"));
}

TEST(StateQueryTest, WhatIsAskedWrongly) {
  const auto code = [](const rpc::StateRequest& request, int parallelism = 3) {
    return StateQuery::Make(request, Graph(parallelism)).status();
  };
  rpc::StateRequest other = Rows(1);
  other.set_uid("group(l)");
  EXPECT_EQ(code(other), NotFoundError("there is no operator group(l) in the job; did you mean "
                                       "'group(k)'?"));
  EXPECT_EQ(code(Rows(0)).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Rows(1001)).code(), StatusCode::kInvalidArgument);
  for (const char* cursor :
       {"x", "3", "3-1", "3-3-", "3--1-", "-1-0-", "3-1-7", "3-1-zz", "3-1-78-"}) {
    EXPECT_EQ(code(Rows(1, cursor)).code(), StatusCode::kInvalidArgument) << cursor;
  }
  EXPECT_EQ(code(Rows(1, "3-1-")), OkStatus());
  EXPECT_NE(code(Rows(1, "3-1-"), 4).message().find("parallelism has changed"), std::string::npos);
}

}  // namespace
}  // namespace weir
