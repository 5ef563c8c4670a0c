#include "connectors/filesystem/filesystem.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/data/batch_builder.h"
#include "connectors/filesystem/line_reader.h"
#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

class FilesystemTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = fs::temp_directory_path() / ("weir-" + name + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Put(const std::string& name, const std::string& text) {
    fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  TableInfo Table(const std::string& path, const std::string& format) {
    return TableOf({{"a", DataType::String()}},
                   {{"connector", "filesystem"}, {"path", path}, {"format", format}});
  }

  fs::path folder_;
};

std::vector<std::string> ReadAll(Source& source, const std::vector<SourceSplit>& splits,
                                 SourceReaderContext context, RecordingOutput& out) {
  auto reader = source.MakeReader(std::move(context));
  for (size_t i = 0; i < splits.size(); ++i) {
    EXPECT_EQ((*reader)->AddSplit(static_cast<int32_t>(i), splits[i]), OkStatus());
  }
  (*reader)->NoMoreSplits();
  while (*(*reader)->Poll(out, 4096) == PollResult::kMore) {
  }
  return out.values;
}

TEST_F(FilesystemTest, ReadsTheFilesOfAFolderInOrder) {
  Put("b.json", "{\"a\":3}\r\n\n{\"a\":4}");
  Put("a.json", "{\"a\":1}\n{\"a\":2}\n");
  Put("sub/c.json", "{\"a\":5}\n");
  Put(".hidden", "x\n");
  Put("_temporary/x", "x\n");
  auto source = FilesystemConnector().make_source(Table(folder_.string(), "json"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_TRUE((*source)->bounded());
  EXPECT_EQ((*source)->Validate(), OkStatus());
  auto splits = (*(*source)->MakeDiscovery())->Discover(false);
  ASSERT_EQ(splits->size(), 3u);
  RecordingOutput out;
  ReadAll(**source, *splits, {}, out);
  EXPECT_EQ(out.values, (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}", "{\"a\":3}",
                                                  "{\"a\":4}", "{\"a\":5}"}));
  EXPECT_EQ(out.offsets, (std::vector<int64_t>{1, 2, 1, 3, 1}));
  EXPECT_EQ(out.finished, (std::vector<int32_t>{0, 1, 2}));
}

TEST_F(FilesystemTest, GoesOnFromEveryPosition) {
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i) {
    lines.push_back("line " + std::to_string(i) + std::string(static_cast<size_t>(i % 7), 'x'));
    text += lines.back() + (i % 3 ? "\n" : "\r\n");
  }
  std::string path = Put("x.json", text);
  auto source = FilesystemConnector().make_source(Table(path, "json"));
  std::vector<SourceSplit> splits = *(*(*source)->MakeDiscovery())->Discover(false);
  SourceReaderContext context;
  auto reader = (*source)->MakeReader(context);
  ASSERT_EQ((*reader)->AddSplit(0, splits[0]), OkStatus());
  (*reader)->NoMoreSplits();
  RecordingOutput before;
  while (*(*reader)->Poll(before, 7) == PollResult::kMore) {
    splits[0].position = *(*reader)->Position(0);
    RecordingOutput after;
    ReadAll(**source, splits, context, after);
    std::vector<std::string> all = before.values;
    all.insert(all.end(), after.values.begin(), after.values.end());
    ASSERT_EQ(all, lines);
    if (!after.offsets.empty()) {
      EXPECT_EQ(after.offsets[0], static_cast<int64_t>(before.values.size()) + 1);
    }
  }
}

TEST_F(FilesystemTest, LongLinesAndBlocks) {
  std::string text;
  std::vector<std::string> lines;
  for (size_t i = 0; i < 20; ++i) {
    lines.push_back(std::string(i * 50000 + 1, static_cast<char>('a' + i)));
    text += lines.back() + "\n";
  }
  auto source = FilesystemConnector().make_source(Table(Put("x", text), "json"));
  RecordingOutput out;
  ReadAll(**source, *(*(*source)->MakeDiscovery())->Discover(false), {}, out);
  EXPECT_EQ(out.values, lines);
}

TEST_F(FilesystemTest, CsvLinesMayHoldLineEndsBetweenQuotes) {
  std::string path = Put("x.csv", "\"a\nb\"\nc\n\"d\"\"\n\"\ne\n");
  auto source = FilesystemConnector().make_source(Table(path, "csv"));
  RecordingOutput out;
  ReadAll(**source, *(*(*source)->MakeDiscovery())->Discover(false), {}, out);
  EXPECT_EQ(out.values, (std::vector<std::string>{"\"a\nb\"", "c", "\"d\"\"\n\"", "e"}));
  EXPECT_EQ(out.offsets, (std::vector<int64_t>{1, 3, 4, 6}));
}

TEST_F(FilesystemTest, MetadataColumns) {
  TableInfo table = Table(Put("x.json", "{}\n{}\n"), "json");
  table.schema =
      std::make_shared<const Schema>(std::vector<Field>{{"a", DataType::String()},
                                                        {"size", DataType::BigInt().NotNull()},
                                                        {"name", DataType::String().NotNull()}});
  table.metadata_keys = {"file.size", "file.name"};
  auto source = FilesystemConnector().make_source(table);
  SourceReaderContext context;
  context.projection = {2, 1};
  RecordingOutput out;
  ReadAll(**source, *(*(*source)->MakeDiscovery())->Discover(false), context, out);
  EXPECT_EQ(out.metadata, (std::vector<std::string>{"x.json|6", "x.json|6"}));
}

TEST_F(FilesystemTest, MissingAndCutFilesAreNamed) {
  auto missing = FilesystemConnector().make_source(Table("/nowhere/x.json", "json"));
  EXPECT_EQ((*missing)->Validate(),
            NotFoundError("table `t`: the path '/nowhere/x.json' does not exist"));
  std::string path = Put("x.json", "1\n");
  LineReader reader;
  EXPECT_EQ(reader.Open(path, 100, 1, 0).code(), StatusCode::kDataLoss);
}

TEST_F(FilesystemTest, WritesPartsThatAppearWithTheFlush) {
  TableInfo table = TableOf({{"a", DataType::Int()}, {"b", DataType::String()}},
                            {{"path", (folder_ / "out").string()}, {"format", "json"}});
  auto sink = FilesystemConnector().make_sink(table);
  ASSERT_TRUE(sink.ok()) << sink.status();
  EXPECT_FALSE((*sink)->accepts_updates());
  int woken = 0;
  std::vector<std::function<void()>> work;
  SinkWriterContext context;
  context.identity = {.lineage = "l", .sink_uid = "s", .subtask = 2, .attempt = 1};
  context.wake = [&] { ++woken; };
  context.run_blocking = [&](std::function<void()> f) { work.push_back(std::move(f)); };
  auto writer = (*sink)->MakeWriter(context);
  ASSERT_TRUE(writer.ok()) << writer.status();
  BatchBuilder builder(table.schema);
  builder.AppendRow({1, "x"});
  builder.AppendRow({2, Value()});
  EXPECT_EQ(*(*writer)->Write(builder.Finish()), true);
  auto visible = [&] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "out")) {
      std::string name = entry.path().filename().string();
      if (name[0] != '.') names.push_back(name);
    }
    return names;
  };
  EXPECT_TRUE(visible().empty());
  EXPECT_EQ(*(*writer)->Flush(), false);
  ASSERT_EQ(work.size(), 1u);
  work[0]();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(*(*writer)->Flush(), true);
  ASSERT_EQ(visible().size(), 1u);
  std::ifstream in(folder_ / "out" / visible()[0]);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(text, "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n");

  // A successor clears away what its predecessor left half-written.
  builder.AppendRow({3, "lost"});
  EXPECT_EQ(*(*writer)->Write(builder.Finish()), true);
  context.identity.attempt = 2;
  auto successor = (*sink)->MakeWriter(context);
  ASSERT_TRUE(successor.ok());
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "out")) files += entry.exists();
  EXPECT_EQ(files, 1u);
}

}  // namespace
}  // namespace weir
