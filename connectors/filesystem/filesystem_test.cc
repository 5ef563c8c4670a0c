#include "connectors/filesystem/filesystem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/data/batch_builder.h"
#include "connectors/filesystem/line_reader.h"
#include "connectors/filesystem/partition_folders.h"
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

TEST_F(FilesystemTest, APatternIsMatchedAgainstWholeAbsolutePaths) {
  Put("a.json", "1\n");
  Put("sub/a.json", "2\n");
  Put("b.json", "3\n");
  Put("_a.json", "4\n");
  struct Case {
    std::string path, pattern;
    std::vector<std::string> values;
  };
  const std::string root = fs::weakly_canonical(folder_).string();
  for (const Case& c : std::vector<Case>{
           {root, ".*a\\.json", {"1", "2"}},
           {root, "a\\.json", {}},
           {root, root + "/[^/]*", {"1", "3"}},
           {root + "/../" + folder_.filename().string() + "/", root + "/b.*", {"3"}},
           {root + "/b.json", ".*a\\.json", {}},
       }) {
    TableInfo table = Table(c.path, "json");
    table.options["source.path.regex-pattern"] = c.pattern;
    auto source = FilesystemConnector().make_source(table);
    ASSERT_TRUE(source.ok()) << source.status();
    RecordingOutput out;
    ReadAll(**source, *(*(*source)->MakeDiscovery())->Discover(false), {}, out);
    EXPECT_EQ(out.values, c.values) << c.pattern;
  }
  TableInfo table = Table(root, "json");
  table.options["source.path.regex-pattern"] = ".*(";
  EXPECT_EQ(FilesystemConnector().make_source(table).status().code(), StatusCode::kInvalidArgument);
}

// A table of the folders dt=.../hr=..., its rows (id).
class FoldersTest : public FilesystemTest {
 protected:
  TableInfo Folders() {
    TableInfo table = TableOf(
        {{"hr", DataType::Int()}, {"id", DataType::Int()}, {"dt", DataType::String()}},
        {{"connector", "filesystem"}, {"path", (folder_ / "t").string()}, {"format", "json"}});
    table.partition_keys = {2, 0};
    return table;
  }
  // Files as "dt|hr", the columns asked for in this order, or the error.
  std::string Read(const TableInfo& table) {
    auto source = FilesystemConnector().make_source(table);
    if (!source.ok()) return source.status().ToString();
    auto splits = (*(*source)->MakeDiscovery())->Discover(false);
    if (!splits.ok()) return splits.status().ToString();
    SourceReaderContext context;
    context.projection = {2, 1, 0};
    auto reader = (*source)->MakeReader(std::move(context));
    RecordingOutput out;
    for (size_t i = 0; i < splits->size(); ++i) {
      EXPECT_EQ((*reader)->AddSplit(static_cast<int32_t>(i), (*splits)[i]), OkStatus());
    }
    (*reader)->NoMoreSplits();
    for (auto result = StatusOr<PollResult>(PollResult::kMore); *result == PollResult::kMore;) {
      result = (*reader)->Poll(out, 4096);
      if (!result.ok()) return result.status().ToString();
    }
    std::string text;
    for (size_t i = 0; i < out.values.size(); ++i)
      text += out.values[i] + " " + out.metadata[i] + "; ";
    return text;
  }
};

TEST_F(FoldersTest, TheNamesOfFoldersAreColumns) {
  EXPECT_EQ(Read(Folders()), "");  // not even the path is there
  Put("t/dt=a%2Fb/hr=1/sub/x", "1\n2\n");
  Put("t/dt=__DEFAULT_PARTITION__/hr=__DEFAULT_PARTITION__/x", "3\n");
  Put("t/dt=c%zz/hr=-7/x", "4\n");
  Put("t/dt=c/hr=1/.part-01234567-0-1-0", "hidden\n");
  Put("t/_tmp/x", "hidden\n");
  Put("t/loose", "of no partition\n");
  EXPECT_EQ(Read(Folders()), "3 null|null; 1 a/b|1; 2 a/b|1; 4 c%zz|-7; ");
  TableInfo other = Folders();
  other.options["partition.default-name"] = "c%zz";
  other.options["source.path.regex-pattern"] = ".*/hr=-7/.*";
  EXPECT_EQ(Read(other), "4 null|-7; ");
}

TEST_F(FoldersTest, NewFoldersAreFoundLaterOn) {
  TableInfo table = Folders();
  table.options["source.monitor-interval"] = "1 s";
  auto source = FilesystemConnector().make_source(table);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_FALSE((*source)->bounded());
  auto discovery = *(*source)->MakeDiscovery();
  EXPECT_EQ(discovery->Discover(false)->size(), 0u);
  Put("t/dt=a/hr=1/x", "1\n");
  EXPECT_EQ(discovery->Discover(false)->size(), 1u);
  Put("t/dt=b/hr=1/x", "1\n");
  EXPECT_EQ(discovery->Discover(false)->size(), 2u);
}

TEST_F(FoldersTest, WhatIsNoPartitionIsNamed) {
  Put("t/dt=a/hr=abc/x", "1\n");
  EXPECT_NE(Read(Folders()).find("'abc' is no INT"), std::string::npos) << Read(Folders());
  Put("t/dt=a/day=3/x", "1\n");
  EXPECT_NE(
      Read(Folders()).find("/t/dt=a/day=3' is none of its partitions: their folders are named "
                           "'hr=...' there"),
      std::string::npos)
      << Read(Folders());
}

TEST_F(FoldersTest, ValuesComeBackFromTheirNames) {
  struct Case {
    DataType type;
    Value value;
    std::string folder;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::String(), "a/b c=d%e:f", "k=a%2Fb c%3Dd%25e%3Af"},
           {DataType::String(), "\"'#*?\\^{}[]~!\n\x7f",
            "k=%22%27%23%2A%3F%5C%5E%7B%7D%5B%5D~!%0A%7F"},
           {DataType::String(), "ä", "k=ä"},
           {DataType::String(), Value(), "k=none"},
           {DataType::Boolean(), true, "k=true"},
           {DataType::TinyInt(), -128, "k=-128"},
           {DataType::BigInt(), INT64_MIN, "k=-9223372036854775808"},
           {DataType::Double(), 1e10, "k=1.0E10"},
           {DataType::Float(), 0.5, "k=0.5"},
           {DataType::Decimal(10, 2), Int128{150}, "k=1.50"},
           {DataType::Date(), 20455, "k=2026-01-02"},
           {DataType::Time(3), 11045000, "k=03%3A04%3A05.000"},
           {DataType::Timestamp(3), int64_t{60'000'000}, "k=1970-01-01T00%3A01"},
           {DataType::Timestamp(3), int64_t{61'500'000}, "k=1970-01-01T00%3A01%3A01.500"},
           {DataType::Timestamp(6), int64_t{1'000'001}, "k=1970-01-01T00%3A00%3A01.000001"},
           {DataType::TimestampLtz(3), int64_t{-1'000'000}, "k=1969-12-31T23%3A59%3A59"},
       }) {
    TableInfo table =
        TableOf({{"id", DataType::Int()}, {"k", c.type}}, {{"partition.default-name", "none"}});
    table.partition_keys = {1};
    TableOptions options(table);
    const PartitionFolders folders(table, options);
    ASSERT_EQ(options.first_error(), OkStatus());
    BatchBuilder builder(table.schema);
    builder.AppendRow({1, c.value});
    std::string name;
    folders.FolderOf(builder.Finish(), 0, name);
    EXPECT_EQ(name, c.folder);
    auto back = folders.Cell("/t", "/t/" + name + "/x", 1);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, c.value) << name;
  }
  TableInfo table = TableOf({{"id", DataType::Int()}, {"k", DataType::Bytes()}}, {});
  table.partition_keys = {1};
  TableOptions options(table);
  const PartitionFolders folders(table, options);
  EXPECT_NE(options.first_error().message().find("no folder can be named after it"),
            std::string::npos);
}

// A writer whose blocking work is done at once.
class FileSinkTest : public FilesystemTest {
 protected:
  void SetUp() override {
    FilesystemTest::SetUp();
    table_ = TableOf(
        {{"a", DataType::Int()}, {"b", DataType::String()}},
        {{"connector", "filesystem"}, {"path", (folder_ / "out").string()}, {"format", "json"}});
    MakeSink();
  }

  void MakeSink() {
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
  // Writes one row for each text and brings them into a snapshot.
  std::vector<std::string> Prepare(SinkWriter& writer, int number,
                                   const std::vector<std::string>& texts = {"x"}) {
    BatchBuilder builder(table_.schema);
    for (const std::string& text : texts) builder.AppendRow({number, text});
    EXPECT_EQ(*writer.Write(builder.Finish()), true);
    EXPECT_EQ(*writer.Flush(), true);
    return *writer.PrepareCommit(CheckpointId(number));
  }
  // Every file below the table's folder that readers see, or of those they do not: "b=x/NAME".
  std::vector<std::string> Below(bool hidden) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      if (entry.is_directory()) continue;
      if ((entry.path().filename().string()[0] == '.') != hidden) continue;
      names.push_back(fs::relative(entry.path(), folder_ / "out").string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string Text(const std::string& name) {
    std::ifstream in(folder_ / "out" / name);
    return std::string((std::istreambuf_iterator<char>(in)), {});
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

class PartitionedSinkTest : public FileSinkTest {
 protected:
  void SetUp() override {
    FileSinkTest::SetUp();
    table_.partition_keys = {1};
    MakeSink();
  }
};

TEST_F(PartitionedSinkTest, EachFolderGetsItsPartWithTheCheckpoint) {
  auto writer = Open(1);
  std::vector<std::string> parts = Prepare(*writer, 1, {"x", "y", "x", ""});
  EXPECT_EQ(parts.size(), 3u);
  EXPECT_TRUE(Below(false).empty());
  // The checkpoint was completed, and the first of the renames done, before the process died.
  ASSERT_EQ(Commit({parts[0]}), OkStatus());
  EXPECT_EQ(Below(false).size(), 1u);
  ASSERT_EQ(Commit(parts), OkStatus());
  std::vector<std::string> names = Below(false);
  ASSERT_EQ(names.size(), 3u);
  EXPECT_TRUE(Below(true).empty());
  EXPECT_TRUE(names[0].starts_with("b=__DEFAULT_PARTITION__/part-")) << names[0];
  EXPECT_EQ(Text(names[0]), "{\"a\":1}\n");
  EXPECT_EQ(Text(names[1]), "{\"a\":1}\n{\"a\":1}\n");
  EXPECT_TRUE(names[2].starts_with("b=y/part-")) << names[2];
}

TEST_F(PartitionedSinkTest, ASuccessorRemovesWhatIsForgottenInFoldersThatItDoesNotWrite) {
  auto writer = Open(1);
  std::vector<std::string> parts = Prepare(*writer, 1, {"x", "y"});
  Prepare(*writer, 2, {"x", "y", "z"});                 // for a checkpoint that was not completed
  fs::create_directories(folder_ / "out" / "b=empty");  // of somebody else
  auto successor = Open(2);
  ASSERT_EQ(Commit(parts), OkStatus());
  EXPECT_EQ(Below(false).size(), 2u);
  EXPECT_EQ(Below(true).size(), 3u);
  std::vector<std::string> again = Prepare(*successor, 2, {"x"});
  EXPECT_EQ(Below(true).size(), 4u);
  ASSERT_EQ(Commit(again), OkStatus());
  EXPECT_EQ(Below(false).size(), 3u);
  EXPECT_TRUE(Below(true).empty());
  EXPECT_FALSE(fs::exists(folder_ / "out" / "b=z"));
  EXPECT_TRUE(fs::exists(folder_ / "out" / "b=empty"));
}

TEST_F(PartitionedSinkTest, ManyFoldersShareAFewDescriptors) {
  auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  auto writer = Open(1);
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back("k" + std::to_string(i));
  const auto before = open_files();
  for (int round = 0; round < 2; ++round) {
    BatchBuilder builder(table_.schema);
    for (const std::string& text : texts) builder.AppendRow({round, text});
    ASSERT_EQ(*writer->Write(builder.Finish()), true);
    EXPECT_LE(open_files(), before + 64);
  }
  std::vector<std::string> parts = Prepare(*writer, 2, texts);
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(parts.size(), 500u);
  ASSERT_EQ(Commit(parts), OkStatus());
  for (const std::string& name : Below(false)) {
    EXPECT_EQ(Text(name), "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n");
  }
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
