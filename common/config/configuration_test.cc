#include "common/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(DeclaredOptionsTest, EachIsDeclaredOnceAndTakesItsDefault) {
  std::set<std::string_view> keys;
  for (const OptionDeclaration& option : DeclaredOptions()) {
    EXPECT_TRUE(keys.insert(option.key).second) << option.key;
    if (!option.older_key.empty()) {
      EXPECT_TRUE(keys.insert(option.older_key).second) << option.older_key;
    }
    EXPECT_FALSE(option.sentence.empty()) << option.key;
    EXPECT_EQ(option.type == OptionType::kOneOf, !option.values.empty()) << option.key;
    if (!option.fallback.empty()) {
      EXPECT_EQ(CheckOption(option, option.fallback), OkStatus()) << option.key;
    }
  }
}

TEST(DeclaredOptionsTest, ValuesAreChecked) {
  const auto check = [](const char* key, const char* value) {
    return CheckOption(*FindOption(key), value).message();
  };
  EXPECT_EQ(check("execution.checkpointing.interval", "10 s"), "");
  EXPECT_THAT(check("execution.checkpointing.interval", "soon"), HasSubstr("duration"));
  EXPECT_EQ(check("parallelism.default", "0"), "must be at least 1");
  EXPECT_EQ(check("jobmanager.rpc.port", "70000"), "must be at most 65535");
  EXPECT_EQ(check("jobmanager.rpc.port", "x"), "is not a whole number");
  EXPECT_EQ(check("table.exec.sink.not-null-enforcer", "drop"), "");
  EXPECT_EQ(check("table.exec.sink.not-null-enforcer", "skip"), "is none of ERROR|DROP");
  for (const char* ports : {"-1", "0", "9249", "9250-9260"}) {
    EXPECT_EQ(check("metrics.reporter.prom.port", ports), "") << ports;
  }
  for (const char* ports : {"", "-2", "x", "9260-9250", "9250-", "65536", "1-2-3"}) {
    EXPECT_NE(check("metrics.reporter.prom.port", ports), "") << ports;
  }
  EXPECT_EQ(check("taskmanager.memory.managed.size", "1 kb"), "must be at least 1048576");
}

TEST(ConfigReaderTest, ReadsWithDefaultsOlderKeysAndTheFirstMistake) {
  std::map<std::string, std::string> values = {{"state.checkpoints.num-retained", "3"},
                                               {"execution.checkpointing.timeout", "never"},
                                               {"execution.batch-size", "0"}};
  ConfigReader reader("job", values);
  EXPECT_EQ(reader.Integer("execution.checkpointing.num-retained"), 3);
  EXPECT_EQ(reader.Duration("execution.checkpointing.min-pause"), Duration(0));
  EXPECT_EQ(reader.OneOf("table.optimizer.agg-phase-strategy"), "AUTO");
  EXPECT_EQ(reader.first_error(), OkStatus());
  EXPECT_EQ(reader.Duration("execution.checkpointing.timeout"), Duration(600'000));
  EXPECT_EQ(reader.Integer("execution.batch-size"), 4096);
  EXPECT_THAT(reader.first_error().message(),
              HasSubstr("job: option 'execution.checkpointing.timeout' = 'never'"));
}

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() : path_(testing::TempDir() + "/weir_" + std::to_string(getpid()) + ".yaml") {}
  ~ConfigurationTest() override { std::filesystem::remove(path_); }
  Status Read(const std::string& yaml) {
    std::ofstream(path_) << yaml;
    configuration_ = {};
    return configuration_.ReadFile(path_);
  }
  std::string Text(const char* key) {
    const Configuration::Value* value = configuration_.Find(key);
    return value == nullptr ? "-" : value->text;
  }

  const std::string path_;
  Configuration configuration_;
};

TEST_F(ConfigurationTest, KeysWithDotsAndNestedOnes) {
  ASSERT_EQ(Read("jobmanager:\n  rpc:\n    port: 7000\nparallelism.default: 3\n"
                 "taskmanager:\n  memory.managed.size: 64mb\n  host:\n"),
            OkStatus());
  EXPECT_EQ(Text("jobmanager.rpc.port"), "7000");
  EXPECT_EQ(configuration_.Find("jobmanager.rpc.port")->from, path_ + ":3");
  EXPECT_EQ(Text("parallelism.default"), "3");
  EXPECT_EQ(Text("taskmanager.memory.managed.size"), "64mb");
  EXPECT_EQ(Text("taskmanager.host"), "-");
  EXPECT_EQ(configuration_.Of(OptionScope::kJob),
            (std::map<std::string, std::string>{{"parallelism.default", "3"}}));
}

TEST_F(ConfigurationTest, MistakesNameFileAndLine) {
  EXPECT_THAT(Read("a: 1\njobmanager.rpc.port: many\n").message(),
              HasSubstr(path_ + ":2: option 'jobmanager.rpc.port' = 'many' is not a whole number"));
  EXPECT_THAT(Read("jobmanager: {rpc.port: 1}\njobmanager.rpc.port: 2\n").message(),
              HasSubstr(":2: 'jobmanager.rpc.port' is said twice"));
  EXPECT_THAT(Read("a: [1\nb: 2").message(), HasSubstr(path_ + ":"));
  EXPECT_EQ(configuration_.ReadFile("/no/such/file").code(), StatusCode::kNotFound);
  EXPECT_THAT(configuration_.ReadFile("/tmp").message(),
              HasSubstr("cannot read the configuration /tmp: it is a folder"));
  EXPECT_EQ(Read(""), OkStatus());
}

TEST_F(ConfigurationTest, WhatWeirDoesNotKnowIsNoted) {
  ASSERT_EQ(Read("jobmanager.memory.process.size: 1600m\nparalelism.default: 2\n"), OkStatus());
  ASSERT_EQ(configuration_.notes().size(), 2u);
  EXPECT_EQ(configuration_.notes()[1],
            path_ +
                ":2: 'paralelism.default' is no option of Weir; did you mean "
                "'parallelism.default'?");
}

TEST_F(ConfigurationTest, TheEnvironmentCountsMoreThanTheFile) {
  ASSERT_EQ(Read("jobmanager.rpc.port: 7000\nparallelism.default: 3\n"), OkStatus());
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "WEIR_JOBMANAGER_RPC_PORT") return "7001";
    return std::nullopt;
  };
  ASSERT_EQ(configuration_.ReadEnvironment(environment), OkStatus());
  EXPECT_EQ(Text("jobmanager.rpc.port"), "7001");
  EXPECT_EQ(Text("parallelism.default"), "3");
  ASSERT_EQ(configuration_.Set("jobmanager.rpc.port", "7002", "--rpc-port"), OkStatus());
  EXPECT_EQ(Text("jobmanager.rpc.port"), "7002");
  EXPECT_THAT(configuration_.ReadEnvironment([](const std::string&) { return "x"; }).message(),
              HasSubstr("WEIR_PARALLELISM_DEFAULT: option 'parallelism.default' = 'x'"));
}

}  // namespace
}  // namespace weir
