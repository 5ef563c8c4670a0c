#include "common/fs/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace weir {
namespace {

class LocalFileSystemTest : public testing::Test {
 protected:
  LocalFileSystemTest() : dir_(testing::TempDir() + "weir_fs_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(dir_);
    EXPECT_EQ(fs_.MakeDirs(dir_), OkStatus());
  }
  ~LocalFileSystemTest() override { std::filesystem::remove_all(dir_); }

  FileSystem& fs_ = *FileSystem::Local();
  std::string dir_;
};

TEST_F(LocalFileSystemTest, WritesReadsListsAndRemoves) {
  const std::string path = dir_ + "/a";
  auto file = fs_.Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->Append("hello "), OkStatus());
  EXPECT_EQ((*file)->Append("world"), OkStatus());
  EXPECT_EQ((*file)->Sync(), OkStatus());
  EXPECT_EQ((*file)->Close(), OkStatus());
  EXPECT_EQ(fs_.ReadWhole(path, 100).value(), "hello world");

  auto readable = fs_.Open(path);
  ASSERT_TRUE(readable.ok());
  EXPECT_EQ((*readable)->Size().value(), 11u);
  char part[10] = {};
  EXPECT_EQ((*readable)->ReadAt(6, part, 3).value(), 3u);
  EXPECT_STREQ(part, "wor");
  EXPECT_EQ((*readable)->ReadAt(8, part, 10).value(), 3u);  // only less where the file ends
  EXPECT_EQ((*readable)->ReadAt(50, part, 10).value(), 0u);

  EXPECT_EQ(fs_.Rename(path, dir_ + "/b"), OkStatus());
  EXPECT_EQ(fs_.SyncDir(dir_), OkStatus());
  EXPECT_EQ(fs_.WriteAtomically(dir_ + "/c", "x"), OkStatus());
  EXPECT_EQ(fs_.WriteAtomically(dir_ + "/c", "yy"), OkStatus());
  EXPECT_EQ(fs_.ReadWhole(dir_ + "/c", 100).value(), "yy");
  EXPECT_THAT(fs_.List(dir_).value(), testing::ElementsAre("b", "c"));
  EXPECT_EQ(fs_.Remove(dir_ + "/b"), OkStatus());
  EXPECT_THAT(fs_.List(dir_).value(), testing::ElementsAre("c"));
}

TEST_F(LocalFileSystemTest, MakesFoldersWithParents) {
  EXPECT_EQ(fs_.MakeDirs(dir_ + "/x/y/z"), OkStatus());
  EXPECT_EQ(fs_.MakeDirs(dir_ + "/x/y/z/"), OkStatus());
  EXPECT_THAT(fs_.List(dir_ + "/x/y").value(), testing::ElementsAre("z"));
}

TEST_F(LocalFileSystemTest, ErrorsNameOperationPathAndCause) {
  const std::string none = dir_ + "/none";
  EXPECT_EQ(fs_.Open(none).status(), NotFoundError("open " + none + ": No such file or directory"));
  EXPECT_EQ(fs_.List(none).status(), NotFoundError("list " + none + ": No such file or directory"));
  EXPECT_EQ(fs_.Remove(none).code(), StatusCode::kNotFound);
  EXPECT_EQ(fs_.Rename(none, dir_ + "/b").code(), StatusCode::kNotFound);
  EXPECT_EQ(fs_.Create(none + "/below").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(fs_.ReadWhole(dir_, 100).status().code(), StatusCode::kInvalidArgument);

  ASSERT_EQ(fs_.WriteAtomically(dir_ + "/file", "12345"), OkStatus());
  EXPECT_EQ(fs_.ReadWhole(dir_ + "/file", 4).status(),
            ResourceExhaustedError("read " + dir_ + "/file: 5 bytes, the limit is 4"));
  EXPECT_EQ(fs_.MakeDirs(dir_ + "/file").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(fs_.MakeDirs(dir_ + "/file/below").code(), StatusCode::kNotFound);
}

TEST_F(LocalFileSystemTest, AFullDiskIsResourceExhausted) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  auto file = fs_.Create("/dev/full");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->Append("x"),
            ResourceExhaustedError("write /dev/full: No space left on device"));
}

}  // namespace
}  // namespace weir
