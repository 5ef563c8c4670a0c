#include "common/config/defaults.h"

#include <gtest/gtest.h>

#include "common/config/uri_path.h"

namespace weir {
namespace {

using Config = std::map<std::string, std::string>;

TEST(DefaultsTest, CountLessUnderWhicheverSpelling) {
  Config config{{"state.checkpoints.dir", "/mine"}, {"a", "1"}};
  AddDefaults({{"execution.checkpointing.dir", "/all"}, {"a", "2"}, {"b", "3"}}, &config);
  EXPECT_EQ(config, (Config{{"state.checkpoints.dir", "/mine"}, {"a", "1"}, {"b", "3"}}));
}

TEST(DefaultsTest, AParallelismSaidElsewhereLeavesNone) {
  Config defaults{{"parallelism.default", "3"},
                  {"table.exec.resource.default-parallelism", "4"},
                  {"pipeline.max-parallelism", "128"}};
  EraseParallelism(&defaults);
  EXPECT_EQ(defaults, (Config{{"pipeline.max-parallelism", "128"}}));
}

TEST(UriPathTest, LocalFiles) {
  for (const char* uri : {"/a", "file:/a", "file:///a"}) EXPECT_EQ(PathOfUri(uri), "/a") << uri;
  EXPECT_EQ(PathOfUri("a"), "a");
}

}  // namespace
}  // namespace weir
