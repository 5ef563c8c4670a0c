#include "state/cold_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "state/memory/memory_cold_store.h"
#include "state/rocksdb/rocksdb_cold_store.h"

// Both stores keep one contract.

namespace weir {
namespace {

std::string TestDir() { return testing::TempDir() + "weir_cold_" + std::to_string(::getpid()); }

class ColdStoreTest : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<ColdStore> Make() {
    if (!GetParam()) return MakeMemoryColdStore();
    auto store = MakeRocksdbColdStoreFactory({.dir = TestDir()})();
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
};

TEST_P(ColdStoreTest, RandomRunsReadsScansAndDropsAgreeWithAMap) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    std::unique_ptr<ColdStore> store = Make();
    std::map<std::string, std::string> model;
    std::mt19937_64 random(seed);
    const auto key = [&] { return "key" + std::to_string(random() % 500); };
    for (int round = 0; round < 40; ++round) {
      std::map<std::string, std::optional<std::string>> run;
      for (uint64_t i = 0; i < random() % 60; ++i) {
        std::optional<std::string> value;
        if (random() % 4) value = std::string(random() % 40, 'v') + std::to_string(random());
        run[key()] = value;
      }
      std::vector<ColdStore::Entry> entries;
      for (auto& [k, v] : run) {
        entries.push_back({k, v});
        model.erase(k);
        if (v) model[k] = *v;
      }
      ASSERT_EQ(store->WriteRun(entries), OkStatus());
      if (random() % 5 == 0) {
        std::string begin = key(), end = key();
        if (end < begin) std::swap(begin, end);
        ASSERT_EQ(store->DropRange(begin, end), OkStatus());
        model.erase(model.lower_bound(begin), model.lower_bound(end));
      }
      std::vector<std::string> keys;
      for (int i = 0; i < 50; ++i) keys.push_back(key());
      keys.push_back("");
      std::vector<std::optional<std::string>> values(keys.size(), "left over");
      ASSERT_EQ(store->Read(keys, values), OkStatus());
      for (size_t i = 0; i < keys.size(); ++i) {
        auto it = model.find(keys[i]);
        ASSERT_EQ(values[i], it == model.end() ? std::nullopt : std::optional(it->second));
      }
      std::map<std::string, std::string> scanned;
      std::string from = "key1";
      for (bool more = true; more;) {
        auto result = store->Scan(from, "key4", 7, [&](std::string_view k, std::string_view v) {
          ASSERT_TRUE(scanned.insert({std::string(k), std::string(v)}).second);
        });
        ASSERT_TRUE(result.ok()) << result.status();
        more = *result;
        if (!scanned.empty()) from = scanned.rbegin()->first + '\0';
      }
      const std::map<std::string, std::string> expected(model.lower_bound("key1"),
                                                        model.lower_bound("key4"));
      ASSERT_EQ(scanned, expected);
      std::vector<std::pair<std::string, std::string>> back;
      std::string end = "key4";
      for (bool more = true; more;) {
        auto result = store->ScanBack("key1", end, 7, [&](std::string_view k, std::string_view v) {
          back.push_back({std::string(k), std::string(v)});
        });
        ASSERT_TRUE(result.ok()) << result.status();
        more = *result;
        if (!back.empty()) end = back.back().first;
      }
      std::reverse(back.begin(), back.end());
      ASSERT_EQ(back, (std::vector<std::pair<std::string, std::string>>(expected.begin(),
                                                                        expected.end())));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, ColdStoreTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "rocksdb" : "memory"; });

TEST(RocksdbColdStoreTest, BeginsEmptyAndLeavesNothingBehind) {
  auto factory = MakeRocksdbColdStoreFactory({.dir = TestDir()});
  for (int i = 0; i < 2; ++i) {
    auto store = factory();
    ASSERT_TRUE(store.ok()) << store.status();
    std::vector<std::string> keys = {"a"};
    std::vector<std::optional<std::string>> values(1);
    ASSERT_EQ((*store)->Read(keys, values), OkStatus());
    EXPECT_EQ(values[0], std::nullopt);
    std::vector<ColdStore::Entry> run = {{"a", "1"}};
    ASSERT_EQ((*store)->WriteRun(run), OkStatus());
    EXPECT_TRUE(std::filesystem::exists(TestDir()));
  }
  EXPECT_FALSE(std::filesystem::exists(TestDir()));
}

TEST(RocksdbColdStoreTest, WhatIsDeadGoesWhenFilesAreCompacted) {
  auto store = MakeRocksdbColdStoreFactory({.dir = TestDir()})();
  ASSERT_TRUE(store.ok()) << store.status();
  (*store)->SetDead([](std::string_view value) { return value == "dead"; });
  constexpr int kRuns = 20, kDead = 100;
  for (int run = 0; run < kRuns; ++run) {  // each over the whole range
    std::vector<ColdStore::Entry> entries = {{"a", "alive"}};
    for (int i = 0; i < kDead; ++i) {
      entries.push_back({"k" + std::to_string(1000 * i + 100000 + run), "dead"});
    }
    entries.push_back({"z", "alive"});
    ASSERT_EQ((*store)->WriteRun(entries), OkStatus());
  }
  int dead = kRuns * kDead, alive = 0;
  for (int wait = 0; wait < 6000 && dead > kRuns * kDead / 2; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    dead = alive = 0;
    ASSERT_TRUE((*store)
                    ->Scan("", "zz", SIZE_MAX,
                           [&](std::string_view, std::string_view value) {
                             ++(value == "dead" ? dead : alive);
                           })
                    .ok());
  }
  EXPECT_LE(dead, kRuns * kDead / 2);
  EXPECT_EQ(alive, 2);
}

TEST(RocksdbColdStoreTest, AFolderThatCannotBeMadeIsNamed) {
  auto store = MakeRocksdbColdStoreFactory({.dir = "/proc/no/such"})();
  EXPECT_EQ(store.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(store.status().message().find("cold store /proc/no/such: "), std::string::npos);
}

}  // namespace
}  // namespace weir
