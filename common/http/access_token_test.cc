#include "common/http/access_token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace weir {
namespace {

TEST(AccessTokenTest, OnlyTheTokenItselfFits) {
  const std::string token = MakeToken();
  EXPECT_EQ(token.size(), 5u + 64u);
  EXPECT_NE(token, MakeToken());
  const std::string hash = HashToken(token);
  EXPECT_TRUE(IsToken(token, hash));
  EXPECT_FALSE(IsToken(token + "0", hash));
  EXPECT_FALSE(IsToken(token.substr(1), hash));
  EXPECT_FALSE(IsToken("", hash));
  EXPECT_FALSE(IsToken(hash, hash));
  EXPECT_FALSE(IsToken(token, ""));
  // As `sha256sum` has it.
  EXPECT_EQ(HashToken("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(AccessTokenTest, KeepsTheHashInAFileOfItsOwner) {
  const std::string path = testing::TempDir() + "token-" + std::to_string(getpid());
  const std::string hash = HashToken("abc");
  ASSERT_TRUE(WriteTokenHash(path, hash).ok());
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_EQ(*ReadTokenHash(path), hash);
  EXPECT_EQ(WriteTokenHash(path, hash).code(), StatusCode::kAlreadyExists);
  std::ofstream(path) << "abc\n";
  EXPECT_EQ(ReadTokenHash(path).status().code(), StatusCode::kInvalidArgument);
  unlink(path.c_str());
  EXPECT_EQ(ReadTokenHash(path).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace weir
