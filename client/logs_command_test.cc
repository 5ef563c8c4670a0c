#include "client/logs_command.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace weir {
namespace {

// A cluster whose processes have printed what a test says.
class FakeCluster : public LogsSource {
 public:
  struct Output {
    std::string text;
    int64_t lost = 0;
  };
  std::map<std::string, Output> outputs;  // by process
  std::vector<std::string> task_managers;
  std::vector<rpc::ReadOutputRequest> asked;

  StatusOr<rpc::ReadOutputReply> Read(const rpc::ReadOutputRequest& request) override {
    asked.push_back(request);
    rpc::ReadOutputReply reply;
    const auto found = outputs.find(request.process());
    if (found == outputs.end()) {
      reply.mutable_error()->set_code(static_cast<uint32_t>(StatusCode::kNotFound));
      reply.mutable_error()->set_message("there is no task manager " + request.process());
      return reply;
    }
    const Output& output = found->second;
    const auto after = static_cast<size_t>(request.query().after());
    reply.mutable_output()->set_text(output.text.substr(after));
    reply.mutable_output()->set_next(static_cast<int64_t>(output.text.size()));
    reply.mutable_output()->set_lost(output.lost);
    return reply;
  }
  StatusOr<rpc::ClusterInfo> Cluster() override {
    rpc::ClusterInfo info;
    for (const std::string& one : task_managers) info.add_task_managers()->set_data_address(one);
    return info;
  }
};

std::string At(int second, const std::string& text) {
  return "2026-11-30T08:30:0" + std::to_string(second) + ".000Z I [1] a/b.cc:1 " + text + "\n";
}

class LogsReaderTest : public testing::Test {
 protected:
  std::string Look() {
    out_.str("");
    const Status status = reader_->Look();
    return status.ok() ? out_.str() : "error: " + status.message();
  }
  void Read(LogsCommand command) {
    reader_ = std::make_unique<LogsReader>(std::move(command), cluster_, out_, notes_);
  }

  FakeCluster cluster_;
  std::ostringstream out_, notes_;
  std::unique_ptr<LogsReader> reader_;
};

TEST_F(LogsReaderTest, TheJobManagersUnlessAnotherIsNamed) {
  cluster_.outputs = {{"jobmanager", {At(1, "one")}}, {"h:1", {At(2, "two")}}};
  Read({});
  EXPECT_EQ(Look(), At(1, "one"));
  Read({.process = "h:1", .lines = 7});
  EXPECT_EQ(Look(), At(2, "two"));
  EXPECT_EQ(cluster_.asked.back().query().max_lines(), 7);
  Read({.process = "h:2"});
  EXPECT_EQ(Look(), "error: there is no task manager h:2");
}

TEST_F(LogsReaderTest, LinesOfAJobComeFromAllProcessesInOrder) {
  cluster_.task_managers = {"h:1", "h:2"};
  cluster_.outputs = {{"jobmanager", {At(1, "one") + At(4, "four")}},
                      {"h:1", {At(3, "three")}},
                      {"h:2", {At(2, "two")}}};
  Read({.job = "3f9a"});
  EXPECT_EQ(Look(), "jobmanager | " + At(1, "one") + "h:2 | " + At(2, "two") + "h:1 | " +
                        At(3, "three") + "jobmanager | " + At(4, "four"));
  EXPECT_EQ(cluster_.asked.back().query().job_id(), "3f9a");
  Read({.job = "3f9a", .lines = 2});
  EXPECT_EQ(Look(), "h:1 | " + At(3, "three") + "jobmanager | " + At(4, "four"));
}

TEST_F(LogsReaderTest, FollowingShowsWhatIsNewAndWhoIsNew) {
  cluster_.task_managers = {"h:1"};
  cluster_.outputs = {{"jobmanager", {At(1, "one")}}, {"h:1", {At(2, "two")}}};
  Read({.job = "3f9a", .lines = 1, .follow = true});
  EXPECT_EQ(Look(), "h:1 | " + At(2, "two"));
  EXPECT_EQ(Look(), "");
  // The job moves elsewhere.
  cluster_.task_managers = {"h:2"};
  cluster_.outputs.erase("h:1");
  cluster_.outputs["h:2"] = {At(3, "three") + At(4, "four")};
  EXPECT_EQ(Look(), "h:2 | " + At(3, "three") + "h:2 | " + At(4, "four"));
  cluster_.outputs["jobmanager"] = {At(1, "one") + At(5, "five"), 12};
  EXPECT_EQ(Look(), "jobmanager | " + At(5, "five"));
  EXPECT_EQ(notes_.str(),
            "weir: 12 lines of jobmanager are missing here: it has logged more than it keeps "
            "between two looks\n");
  // One that is gone, but listed still.
  cluster_.outputs.erase("h:2");
  EXPECT_EQ(Look(), "");
}

TEST_F(LogsReaderTest, Json) {
  cluster_.outputs = {{"jobmanager", {"{\"time\":\"2026\",\"message\":\"one\"}\n"}},
                      {"h:1", {"+I[\"a\"]\nb"}}};
  Read({.cluster = {.output = OutputFormat::kJson}});
  EXPECT_EQ(Look(), "{\"process\":\"jobmanager\",\"time\":\"2026\",\"message\":\"one\"}\n");
  Read({.cluster = {.output = OutputFormat::kJson}, .process = "h:1", .standard_output = true});
  EXPECT_EQ(
      Look(),
      "{\"process\":\"h:1\",\"line\":\"+I[\\\"a\\\"]\"}\n{\"process\":\"h:1\",\"line\":\"b\"}\n");
}

TEST_F(LogsReaderTest, ALineOfStandardOutputIsShownWhenItHasEnded) {
  cluster_.outputs = {{"h:1", {"one\ntw"}}};
  Read({.process = "h:1", .standard_output = true, .follow = true});
  EXPECT_EQ(Look(), "one\n");
  cluster_.outputs["h:1"].text += "o\nthree\n";
  EXPECT_EQ(Look(), "two\nthree\n");
}

}  // namespace
}  // namespace weir
