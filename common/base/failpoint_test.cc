#include "common/base/failpoint.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/fs/file_system.h"

namespace weir {
namespace {

// The variable is read once: everything is in one test.
TEST(FailpointTest, IsTakenOnceAndDoesWhatItsFileSays) {
  char name[] = "/tmp/weir-failpoint-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::filesystem::path folder = name;
  ASSERT_EQ(setenv("WEIR_FAILPOINTS", name, 1), 0);
  const auto arm = [&](const char* step, const char* what) {
    std::ofstream(folder / step) << what;
  };
  EXPECT_EQ(Failpoint("step"), OkStatus());
  arm("step", "error");
  EXPECT_EQ(Failpoint("other"), OkStatus());
  EXPECT_EQ(Failpoint("step").code(), StatusCode::kUnavailable);
  EXPECT_EQ(Failpoint("step"), OkStatus()) << "it was taken";
  EXPECT_TRUE(std::filesystem::exists(folder / ("step." + std::to_string(getpid()))));
  arm("step", "hang 30");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Failpoint("step"), OkStatus());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(30));
  arm("step", "crash");
  EXPECT_EXIT((void)Failpoint("step"), testing::KilledBySignal(SIGKILL), "");
  arm("file-rename", "error");
  std::ofstream(folder / "a") << "a";
  EXPECT_EQ(FileSystem::Local()->Rename(folder / "a", folder / "b").code(),
            StatusCode::kUnavailable);
  EXPECT_TRUE(std::filesystem::exists(folder / "a"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace weir
