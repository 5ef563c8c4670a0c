// What this machine can do at best: loops without an engine, each measured in events per CPU-second
// of the whole process. bench/engine compares the engine with them.

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "bench/limits/kafka_loops.h"
#include "bench/limits/key_table.h"
#include "bench/limits/measure.h"
#include "bench/limits/stream_loop.h"
#include "bench/limits/upsert_loop.h"

namespace weir::limits {
namespace {

// Keys drawn beforehand, so that only the table is measured.
Measurement UpdateTable(int64_t keys, int64_t updates) {
  constexpr size_t kBatch = 4096;
  KeyTable table(keys);
  std::mt19937_64 random(1);
  std::vector<int64_t> drawn(1 << 20);
  std::vector<double> amounts(drawn.size(), 1.5);
  for (int64_t& key : drawn) key = static_cast<int64_t>(random() % static_cast<uint64_t>(keys));
  Measurement out = Measure([&] {
    int64_t done = 0;
    for (size_t at = 0; done < updates; at = (at + kBatch) % drawn.size()) {
      table.Add({drawn.data() + at, kBatch}, {amounts.data() + at, kBatch});
      done += kBatch;
    }
    return done;
  });
  if (table.TotalCount() != out.events) Die("the table lost updates");
  return out;
}

struct Arguments {
  Topic topic{.bootstrap = "127.0.0.1:9092", .name = "events"};
  double span_s = 100;
  std::string key = "user";
  int64_t window_ms = 50'000;
  int64_t keys = kUsers;
  int64_t updates = 50'000'000;
  std::string database;
  int64_t rows = 500'000;
  int64_t batch = 5'000;
  int64_t frames = 20'000;
  int64_t frame_bytes = 128 << 10;
  bool json = false;
};

Measurement Run(const std::string& loop, const Arguments& a) {
  if (loop == "produce") {
    const double step = a.span_s * 1000 / static_cast<double>(std::max<int64_t>(a.topic.events, 1));
    return Measure([&] { return Produce(a.topic, step); });
  }
  if (loop == "table") return UpdateTable(a.keys, a.updates);
  if (loop == "upsert") return Measure([&] { return Upsert(a.database, a.rows, a.batch); });
  if (loop == "stream") {
    // In events of the topic's size, to stand beside the other loops.
    return Measure([&] {
      StreamFrames(a.frames, a.frame_bytes);
      return a.frames * a.frame_bytes / static_cast<int64_t>(kEventBytes);
    });
  }
  const Work work = loop == "consume" ? Work::kConsume
                    : loop == "parse" ? Work::kParse
                                      : Work::kAggregate;
  const Key key = a.key == "user" ? Key::kUser : Key::kShop;
  return Measure([&] { return ReadTopic(a.topic, work, key, a.window_ms); });
}

void Print(const std::string& loop, const Measurement& m, bool json) {
  const double rate = static_cast<double>(m.events) / m.cpu_s;
  if (json) {
    nlohmann::ordered_json out = {{"limit", loop},
                                  {"events", m.events},
                                  {"cpu_s", m.cpu_s},
                                  {"wall_s", m.wall_s},
                                  {"events_per_cpu_s", rate}};
    std::cout << out.dump() << std::endl;
    return;
  }
  std::printf("%-10s %12lld events %8.2f CPU-s %8.2f s %12.0f events per CPU-s %8.3f us each\n",
              loop.c_str(), static_cast<long long>(m.events), m.cpu_s, m.wall_s, rate, 1e6 / rate);
}

CLI::App* Add(CLI::App& app, const char* name, const char* help, Arguments& a) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_flag("--json", a.json, "a line of JSON");
  return command;
}

void AddTopic(CLI::App& app, const char* name, const char* help, Arguments& a) {
  CLI::App* command = Add(app, name, help, a);
  command->add_option("--bootstrap", a.topic.bootstrap)->capture_default_str();
  command->add_option("--topic", a.topic.name)->capture_default_str();
  command->add_option("--partitions", a.topic.partitions)->capture_default_str();
  command->add_option("--events", a.topic.events, "the first so many of the topic")->required();
  if (std::string(name) == "produce") {
    command->add_option("--span-s", a.span_s, "from the first event's time to the last's")
        ->capture_default_str();
  }
  if (std::string(name) == "parse" || std::string(name) == "aggregate") {
    command->add_option("--key", a.key, "user: one of a million; shop: one of a thousand")
        ->check(CLI::IsMember({"user", "shop"}))
        ->capture_default_str();
  }
  if (std::string(name) == "aggregate") {
    command->add_option("--window-ms", a.window_ms)->capture_default_str();
  }
}

int Main(int argc, char** argv) {
  Arguments a;
  CLI::App app{"What this machine can do at best, loop by loop.", "limits"};
  app.require_subcommand(1);
  AddTopic(app, "produce", "write the topic of 180-byte JSON events, lz4", a);
  AddTopic(app, "consume", "librdkafka's batch loop", a);
  AddTopic(app, "parse", "the same, and three fields parsed with simdjson", a);
  AddTopic(app, "aggregate", "the same, and count and sum by key and window", a);
  CLI::App* table = Add(app, "table", "updates of a prefetching open-addressing table", a);
  table->add_option("--keys", a.keys)->capture_default_str();
  table->add_option("--updates", a.updates)->capture_default_str();
  CLI::App* upsert = Add(app, "upsert", "rows upserted with libpq and unnest", a);
  upsert->add_option("--database", a.database, "postgresql://...")->required();
  upsert->add_option("--rows", a.rows)->capture_default_str();
  upsert->add_option("--batch", a.batch, "rows a statement")->capture_default_str();
  CLI::App* stream = Add(app, "stream", "a gRPC stream of large frames on loopback", a);
  stream->add_option("--frames", a.frames)->capture_default_str();
  stream->add_option("--frame-bytes", a.frame_bytes)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const std::string loop = app.get_subcommands().front()->get_name();
  Print(loop, Run(loop, a), a.json);
  return 0;
}

}  // namespace
}  // namespace weir::limits

int main(int argc, char** argv) { return weir::limits::Main(argc, argv); }
