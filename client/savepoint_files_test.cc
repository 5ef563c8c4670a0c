#include "client/savepoint_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "state/storage/checkpoint_storage.h"

namespace weir {
namespace {

// A savepoint of a source with two splits and an aggregate whose two subtasks have a file each.
class SavepointFilesTest : public testing::Test {
 protected:
  SavepointFilesTest() {
    std::string name = testing::TempDir() + "savepoint-XXXXXX";
    dir_ = mkdtemp(name.data());
    CheckpointStorage storage(FileSystem::Local(), dir_ + "/job");
    checkpoint::CheckpointManifest manifest;
    manifest.set_version(1);
    manifest.set_job_id("0123456789abcdef");
    manifest.set_checkpoint_id(7);
    manifest.set_max_parallelism(128);
    auto* source = manifest.add_vertices();
    source->set_parallelism(1);
    source->add_uids("source(t)");
    auto* group = manifest.add_vertices();
    group->set_vertex(1);
    group->set_parallelism(2);
    group->add_uids("group(k)");
    group->add_meanings("t by k");
    auto* reader = manifest.add_tasks()->add_operators();
    reader->set_uid("source(t)");
    for (const char* id : {"t-1", "t-0"}) {
      auto* split = reader->add_splits();
      split->set_split_id(id);
      split->set_position("42");
    }
    for (uint32_t i = 0; i < 2; ++i) {
      auto* task = manifest.add_tasks();
      task->set_vertex(1);
      task->set_subtask(i);
      auto* op = task->add_operators();
      op->set_uid("group(k)");
      auto* keyed = op->add_keyed();
      keyed->set_table("acc");
      keyed->set_first_key_group(i * 64);
      keyed->set_last_key_group(i * 64 + 63);
      auto file = storage.CreateFile(CheckpointId(7));
      EXPECT_TRUE((*file)->Append(std::string(1000, 'x')).ok());
      *keyed->add_base() = *(*file)->Finish();
    }
    path_ = dir_ + "/savepoint";
    EXPECT_TRUE(storage.CopyTo(manifest, path_).ok());
    std::filesystem::remove_all(dir_ + "/job");
    for (const auto& entry : std::filesystem::directory_iterator(path_ + "/shared")) {
      file_ = entry.path();
    }
  }
  ~SavepointFilesTest() override { std::filesystem::remove_all(dir_); }

  struct Said {
    int code = 0;
    std::string out;
    std::string err;
  };
  template <class F>
  Said Run(F command, const std::string& path, OutputFormat output = OutputFormat::kTable) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = command(path, output);
    return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  std::string dir_;
  std::string path_;
  std::string file_;  // one of the two
};

TEST_F(SavepointFilesTest, Inspect) {
  const Said said = Run(&InspectSavepoint, path_ + "/");
  EXPECT_EQ(said.code, 0);
  for (const char* part :
       {"key groups  128", "checkpoint  7", "| group(k)       | t by k         |      2/2 | 0-127",
        "| t-0   | source(t) | 42", "2.0 kB"}) {
    EXPECT_NE(said.out.find(part), std::string::npos) << part << " in\n" << said.out;
  }
  const auto json =
      nlohmann::json::parse(Run(&InspectSavepoint, path_ + "/manifest", OutputFormat::kJson).out);
  EXPECT_EQ(json["job"], "0123456789abcdef");
  EXPECT_EQ(json["operators"][0]["splits"][0]["id"], "t-0");
  EXPECT_EQ(json["operators"][1]["bytes"], 2000);
  EXPECT_EQ(json["operators"][1]["key_groups"], "0-127");
}

TEST_F(SavepointFilesTest, VerifyNamesWhatIsWrong) {
  EXPECT_EQ(Run(&VerifySavepoint, path_).code, 0);
  std::filesystem::rename(path_, dir_ + "/moved");
  path_ = dir_ + "/moved";
  file_ = path_ + "/shared/" + std::filesystem::path(file_).filename().string();
  EXPECT_NE(Run(&VerifySavepoint, path_).out.find("is whole: 2 files and 2.0 kB"),
            std::string::npos);
  const auto expect = [&](const char* why) {
    const Said said = Run(&VerifySavepoint, path_);
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.err.find(file_), std::string::npos) << said.err;
    EXPECT_NE(said.err.find(why), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("operator group(k), table acc"), std::string::npos) << said.err;
    const auto json = nlohmann::json::parse(Run(&VerifySavepoint, path_, OutputFormat::kJson).out);
    EXPECT_EQ(json["whole"], false);
    EXPECT_EQ(json["problems"].size(), 1u);
  };
  std::ofstream(file_) << std::string(999, 'x') << 'y';
  expect("checksum does not match");
  std::ofstream(file_) << "short";
  expect("has 5 bytes, 1000 were written");
  std::filesystem::remove(file_);
  expect("is missing");
}

TEST_F(SavepointFilesTest, WhatIsNone) {
  const Said nothing = Run(&VerifySavepoint, dir_);
  EXPECT_EQ(nothing.code, 1);
  EXPECT_NE(nothing.err.find("there is no manifest in it"), std::string::npos) << nothing.err;
  std::ofstream(path_ + "/manifest") << "nonsense";
  for (const Said& said : {Run(&VerifySavepoint, path_), Run(&InspectSavepoint, path_)}) {
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.err.find(path_ + "/manifest"), std::string::npos) << said.err;
  }
}

}  // namespace
}  // namespace weir
