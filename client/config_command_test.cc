#include "client/config_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(ConfigCommandTest, TheAddressOfTheJobManager) {
  Configuration configuration;
  EXPECT_EQ(JobManagerAddress(configuration), "localhost:6123");
  ASSERT_EQ(configuration.Set("jobmanager.rpc.port", "7000", "here"), OkStatus());
  EXPECT_EQ(JobManagerAddress(configuration), "localhost:7000");
  ASSERT_EQ(configuration.Set("jobmanager.rpc.address", "host", "here"), OkStatus());
  EXPECT_EQ(JobManagerAddress(configuration), "host:7000") << "as Flink's files have it";
  ASSERT_EQ(configuration.Set("jobmanager.rpc.address", "host:1", "here"), OkStatus());
  EXPECT_EQ(JobManagerAddress(configuration), "host:1");
}

TEST(ConfigCommandTest, EachValueWithWhereItWasSaid) {
  Configuration configuration;
  ASSERT_EQ(configuration.Set("parallelism.default", "3", "weir.yaml:2"), OkStatus());
  EXPECT_THAT(ConfigurationText(configuration), HasSubstr("weir.yaml:2 |"));
  for (const OptionDeclaration& option : DeclaredOptions()) {
    const std::string key(option.key);
    EXPECT_THAT(ConfigurationText(configuration), HasSubstr("| " + key + " "));
    EXPECT_THAT(ConfigurationMarkdown(), HasSubstr("| `" + key + "`"));
  }
}

}  // namespace
}  // namespace weir
