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
  EXPECT_EQ(reader.Open(path, 100, 1, {}).code(), StatusCode::kDataLoss);
}

// A writer whose blocking work is done at once.
class FileSinkTest : public FilesystemTest {
 protected:
  void SetUp() override {
    FilesystemTest::SetUp();
    table_ = TableOf({{"a", DataType::Int()}, {"b", DataType::String()}},
                     {{"path", (folder_ / "out").string()}, {"format", "json"}});
    auto sink = FilesystemConnector().make_sink(table_);
    ASSERT_TRUE(sink.ok()) << sink.status();
    sink_ = std::move(*sink);
  }

  std::unique_ptr<SinkWriter> Open(int64_t attempt) {
    SinkWriterContext context;
    context.identity = {.lineage = "l", .sink_uid = "s", .subtask = 2, .attempt = attempt};
    context.run_blocking = [](std::function<void()> work) { work(); };
    auto writer = sink_->MakeWriter(std::move(context));
    EXPECT_TRUE(writer.ok()) << writer.status();
    return std::move(*writer);
  }
  // Writes one row and brings it into a snapshot.
  std::vector<std::string> Prepare(SinkWriter& writer, int number) {
    BatchBuilder builder(table_.schema);
    builder.AppendRow({number, "x"});
    EXPECT_EQ(*writer.Write(builder.Finish()), true);
    EXPECT_EQ(*writer.Flush(), true);
    return *writer.PrepareCommit(CheckpointId(number));
  }
  Status Commit(const std::vector<std::string>& parts) {
    return (*sink_->MakeCommitter({}))->Commit(CheckpointId(7), parts);
  }
  // Names of files that readers see, or of those they do not.
  std::vector<std::string> Names(bool hidden) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "out")) {
      std::string name = entry.path().filename().string();
      if ((name[0] == '.') == hidden) names.push_back(name);
    }
    return names;
  }

  TableInfo table_;
  std::unique_ptr<Sink> sink_;
};

TEST_F(FileSinkTest, PartsAppearWhenTheirCheckpointIsCommitted) {
  EXPECT_FALSE(sink_->accepts_updates());
  auto writer = Open(1);
  EXPECT_EQ(writer->PrepareCommit(CheckpointId(1))->size(), 0u);
  std::vector<std::string> parts = Prepare(*writer, 2);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(writer->PrepareCommit(CheckpointId(3))->size(), 0u);  // each part once
  EXPECT_TRUE(Names(false).empty());
  ASSERT_EQ(Commit(parts), OkStatus());
  ASSERT_EQ(Names(false).size(), 1u);
  EXPECT_TRUE(Names(true).empty());
  std::ifstream in(folder_ / "out" / Names(false)[0]);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(text, "{\"a\":2,\"b\":\"x\"}\n");
  // Told twice, it finds it done.
  EXPECT_EQ(Commit(parts), OkStatus());
  EXPECT_EQ(Names(false).size(), 1u);
}

TEST_F(FileSinkTest, ASuccessorCommitsWhatACheckpointHoldsAndRemovesTheRest) {
  auto writer = Open(1);
  std::vector<std::string> parts = Prepare(*writer, 1);
  Prepare(*writer, 2);  // for a checkpoint that was not completed
  auto successor = Open(2);
  EXPECT_EQ(Names(true).size(), 2u);
  ASSERT_EQ(Commit(parts), OkStatus());
  EXPECT_EQ(Names(false).size(), 1u);
  EXPECT_EQ(Names(true).size(), 1u);
  std::vector<std::string> again = Prepare(*successor, 2);
  ASSERT_EQ(Commit(again), OkStatus());
  EXPECT_EQ(Names(false).size(), 2u);
  EXPECT_TRUE(Names(true).empty());
}

TEST_F(FileSinkTest, APartThatIsGoneIsNamed) {
  std::vector<std::string> parts = Prepare(*Open(1), 1);
  fs::remove(parts[0]);
  Status status = Commit(parts);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_NE(status.message().find(parts[0] + ", which is gone"), std::string::npos) << status;
}

}  // namespace
}  // namespace weir
