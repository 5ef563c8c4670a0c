#include "client/top.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

rpc::JobDetails Job(const std::string& id, int64_t read) {
  rpc::JobDetails job;
  job.mutable_summary()->set_job_id(id);
  job.mutable_summary()->set_name("job " + id.substr(0, 1));
  job.mutable_summary()->set_state("RUNNING");
  job.mutable_summary()->set_started_ms(1000);
  job.mutable_graph()->add_vertices()->add_chain()->mutable_source();
  job.mutable_graph()->add_vertices()->add_chain()->mutable_sink();
  rpc::VertexDetails* source = job.add_vertices();
  source->set_name("source");
  source->set_records_in(read);
  source->set_source_lag(5);
  rpc::VertexDetails* sink = job.add_vertices();
  sink->set_name("sink");
  sink->set_records_in(read);
  sink->set_source_lag(-1);
  sink->set_state_bytes(2000);
  sink->add_troubles("the disk is full");
  rpc::CheckpointSummary* checkpoint = job.add_checkpoints();
  checkpoint->set_state("COMPLETED");
  checkpoint->set_triggered_ms(8000);
  checkpoint->set_ended_ms(8500);
  return job;
}

TopSample Sample(Timestamp at, std::vector<rpc::JobDetails> jobs) {
  TopSample sample;
  sample.at = at;
  sample.wall = 10'500;
  rpc::TaskManagerInfo* one = sample.cluster.add_task_managers();
  one->set_slots(4);
  one->set_free_slots(3);
  sample.jobs = std::move(jobs);
  return sample;
}

TEST(TopTest, TheBusiestJobFirstWithWhatItsSourcesRead) {
  const std::string a(32, 'a'), b(32, 'b');
  const std::string text =
      JobsTopText(Sample(0, {Job(a, 0), Job(b, 100)}), Sample(2000, {Job(a, 10), Job(b, 24'100)}));
  EXPECT_THAT(text, HasSubstr("task managers: 1; slots: 4, 3 free; jobs: 2\n"));
  EXPECT_LT(text.find("bbbbbbbb"), text.find("aaaaaaaa"));
  EXPECT_THAT(text, HasSubstr("|  12.0k |       5 |     2.0 kB | 2 s ago, took 500 ms |"));
  // A job that began anew has no rate yet.
  const std::string anew = JobsTopText(Sample(0, {Job(a, 100)}), Sample(2000, {Job(a, 10)}));
  EXPECT_THAT(anew, HasSubstr("|        |       5 |"));
}

TEST(TopTest, TheOperatorsOfOneJob) {
  const std::string id(32, 'a');
  const std::string text = JobTopText(Sample(0, {Job(id, 0)}), Sample(2000, {Job(id, 10)}));
  EXPECT_THAT(text, HasSubstr(id + " job a, RUNNING"));
  EXPECT_THAT(text, HasSubstr("the disk is full"));
  EXPECT_THAT(text, HasSubstr("|    5 |"));
  EXPECT_THAT(text, Not(HasSubstr("-1")));
}

TEST(TopTest, RatesAreTakenOverSeveralHeartbeats) {
  // Counters as a look a second finds them: a heartbeat late, two in the next second.
  std::deque<TopSample> seen;
  for (const int64_t read : {0, 100, 100, 300, 400, 500, 600, 600, 800}) {
    seen.push_back({.at = static_cast<Timestamp>(seen.empty() ? 0 : seen.back().at + 1000)});
    seen.back().jobs.push_back(Job("a", read));
    KeepForRates(seen);
  }
  EXPECT_EQ(seen.front().at, 3000);
  EXPECT_EQ(seen.back().at, 8000);
  EXPECT_THAT(JobsTopText(seen.front(), seen.back()), HasSubstr("|    100 |"));
  // Looks that are further apart than that: since the last one.
  std::deque<TopSample> rare(3);
  for (size_t i = 0; i < rare.size(); ++i) rare[i].at = static_cast<Timestamp>(60'000 * i);
  KeepForRates(rare);
  EXPECT_EQ(rare.front().at, 60'000);
}

}  // namespace
}  // namespace weir
