#include "jobmanager/resource_manager.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace weir {
namespace {

std::string Print(const ResourceManager::Grants& grants) {
  std::ostringstream out;
  for (const auto& grant : grants) {
    out << (out.tellp() > 0 ? "; " : "") << grant.job << ":";
    for (const SlotId& slot : grant.slots) out << " " << slot;
  }
  return out.str();
}

TaskManagerSlots Manager(int64_t id, int32_t slots, const std::string& host = "") {
  return {TaskManagerId(id), host.empty() ? "host" + std::to_string(id) : host, slots};
}

TEST(ResourceManagerTest, SpreadsOverTaskManagers) {
  ResourceManager manager;
  manager.Register(Manager(1, 4));
  manager.Register(Manager(2, 4));
  manager.Register(Manager(3, 2));
  EXPECT_EQ(Print(manager.Request("a", 3)), "a: 1.0 2.0 3.0");
  EXPECT_EQ(Print(manager.Request("b", 4)), "b: 1.1 2.1 1.2 2.2");
  EXPECT_EQ(manager.CountFree(TaskManagerId(1)), 1);
  EXPECT_EQ(manager.CountFree(TaskManagerId(3)), 1);
}

TEST(ResourceManagerTest, WaitsWithAReason) {
  ResourceManager manager;
  EXPECT_EQ(Print(manager.Request("a", 4)), "");
  EXPECT_EQ(manager.WaitingReason("a"), "needs 4 slots, no task manager is registered");
  EXPECT_EQ(Print(manager.Register(Manager(1, 2))), "");
  EXPECT_EQ(manager.WaitingReason("a"), "needs 4 slots, 2 are free on 1 task manager");
  EXPECT_EQ(Print(manager.Request("small", 2)), "small: 1.0 1.1") << "it may pass";
  EXPECT_EQ(manager.WaitingReason("a"), "needs 4 slots, 0 are free on 1 task manager");
  EXPECT_EQ(Print(manager.Register(Manager(2, 3))), "");
  EXPECT_EQ(Print(manager.Release("small")), "a: 1.0 2.0 2.1 1.1");
  EXPECT_EQ(manager.WaitingReason("a"), "");
}

TEST(ResourceManagerTest, AJobKeepsItsSlotsAndItsHosts) {
  ResourceManager manager;
  manager.Register(Manager(1, 1, "x"));
  manager.Register(Manager(2, 1, "y"));
  EXPECT_EQ(Print(manager.Request("a", 2)), "a: 1.0 2.0");
  EXPECT_EQ(Print(manager.Request("b", 1)), "");
  EXPECT_EQ(Print(manager.Request("a", 2)), "a: 1.0 2.0") << "a restart; b gets nothing of it";
  manager.Lost(TaskManagerId(1));
  manager.Register(Manager(3, 1, "x"));  // serves b
  EXPECT_EQ(manager.CountFree(TaskManagerId(3)), 0);
  EXPECT_EQ(Print(manager.Request("a", 2)), "");
  EXPECT_EQ(manager.WaitingReason("a"), "needs 2 slots, 1 is free on 1 task manager");
  EXPECT_EQ(Print(manager.Register(Manager(4, 1, "z"))), "a: 4.0 2.0") << "2 stays where it was";
  manager.Lost(TaskManagerId(4));
  manager.Register(Manager(5, 1, "w"));
  manager.Register(Manager(6, 1, "z"));
  EXPECT_EQ(Print(manager.Request("a", 2)), "a: 6.0 2.0") << "z holds the state of slot 0";
}

TEST(ResourceManagerTest, DrainedOnesGetNothingNew) {
  ResourceManager manager;
  manager.Register(Manager(1, 2));
  manager.Register(Manager(2, 1));
  EXPECT_EQ(Print(manager.Request("a", 1)), "a: 1.0");
  manager.Drain(TaskManagerId(1));
  EXPECT_EQ(Print(manager.Request("b", 2)), "");
  EXPECT_EQ(manager.WaitingReason("b"), "needs 2 slots, 1 is free on 1 task manager");
  EXPECT_EQ(Print(manager.Request("a", 1)), "a: 2.0") << "the next attempt moves away";
}

TEST(ResourceManagerTest, CountsWhatAJobCouldHave) {
  ResourceManager manager;
  manager.Register(Manager(1, 2));
  manager.Register(Manager(2, 2));
  manager.Request("a", 2);
  manager.Request("b", 1);
  EXPECT_EQ(manager.CountFor("a"), 3);
  EXPECT_EQ(manager.CountFor("b"), 2);
  EXPECT_EQ(manager.CountFor("c"), 1);
  EXPECT_EQ(manager.JobsOn(TaskManagerId(1)), (std::set<std::string>{"a", "b"}));
  manager.Drain(TaskManagerId(1));
  EXPECT_EQ(manager.CountFor("a"), 2) << "one is its own";
  EXPECT_EQ(Print(manager.Request("b", 1)), "b: 2.1");
  EXPECT_EQ(manager.JobsOn(TaskManagerId(1)), (std::set<std::string>{"a"}));
}

TEST(ResourceManagerTest, FirstComeFirstServed) {
  ResourceManager manager;
  manager.Request("a", 1);
  manager.Request("b", 1);
  EXPECT_EQ(Print(manager.Register(Manager(1, 1))), "a: 1.0");
  EXPECT_EQ(Print(manager.Release("a")), "b: 1.0");
}

TEST(ResourceManagerDeathTest, RegistersOnce) {
  ResourceManager manager;
  manager.Register(Manager(1, 1));
  EXPECT_DEATH(manager.Register(Manager(1, 1)), "registered twice");
}

}  // namespace
}  // namespace weir
