"""What the engine is measured on: queries over the benchmark topic, and what the machine could do of each at best."""

from dataclasses import dataclass

SOURCE = """\
CREATE TABLE events (
  ts       TIMESTAMP(3),
  user_id  BIGINT,
  shop_id  BIGINT,
  amount   DOUBLE,
  currency STRING,
  category STRING,
  state    STRING,
  session  STRING,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '{topic}',
  'properties.bootstrap.servers' = '{bootstrap}',
  'properties.group.id' = 'bench',
  'scan.startup.mode' = 'earliest-offset',{bounds}
  'format' = 'json'
);
"""

WINDOW_SINK = """\
CREATE TABLE totals (window_start TIMESTAMP(3), key BIGINT, events BIGINT, total DOUBLE{key}) WITH ({options});
INSERT INTO totals SELECT window_start, {column}, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '{window_s}' SECOND))
GROUP BY window_start, window_end, {column};
"""

PROJECTION = """\
CREATE TABLE expensive (ts TIMESTAMP(3), user_id BIGINT, amount DOUBLE) WITH ({options});
INSERT INTO expensive SELECT ts, user_id, amount FROM events WHERE amount >= 50;
"""

BLACKHOLE = "'connector' = 'blackhole'"


@dataclass
class Case:
    name: str
    title: str
    limit: str  # of the loops; with Limits.upsert for every row where `table` is given
    target: float = 0.0  # share of the limit to reach; 0: none is set
    column: str = ""  # the key of the windows; empty: filter and project
    options: str = BLACKHOLE  # of the sink
    table: str = ""  # in PostgreSQL
    checkpoint_s: int = 0
    long: bool = False  # over the longer part of the topic

    def script(self, source, window_s, database_options, directory):
        settings = f"SET 'execution.checkpointing.interval' = '{self.checkpoint_s} s';\n" if self.checkpoint_s else ""
        if self.table:
            options = f"{database_options}, 'table-name' = '{self.table}'"
        else:
            options = self.options.format(directory=directory)
        if not self.column:
            return settings + source + PROJECTION.format(options=options)
        key = ", PRIMARY KEY (window_start, key) NOT ENFORCED" if self.table else ""
        return settings + source + WINDOW_SINK.format(key=key, options=options, column=self.column, window_s=window_s)


CASES = [
    Case("filter", "filter and project", "parse", 0.6),
    Case("filter-file", "filter and project into JSON files", "parse",
         options="'connector' = 'filesystem', 'path' = '{directory}', 'format' = 'json'"),
    Case("tumble-1k", "TUMBLE count and sum, 1K keys", "aggregate-1k", column="shop_id"),
    Case("tumble-1m", "TUMBLE count and sum, 1M keys", "aggregate-1m", 0.4, column="user_id"),
    Case("postgres-1k", "the same, 1K keys, into PostgreSQL", "aggregate-1k", column="shop_id", table="totals_1k"),
    Case("postgres-1m", "the same, 1M keys, into PostgreSQL", "aggregate-1m", column="user_id", table="totals_1m"),
    Case("checkpoints-1m", "TUMBLE, 1M keys, a checkpoint every 10 s", "aggregate-1m", 0.4, column="user_id",
         checkpoint_s=10, long=True),
]

# name: arguments of bench/limits
LOOPS = {
    "consume": ["consume"],
    "parse": ["parse"],
    "aggregate-1k": ["aggregate", "--key", "shop"],
    "aggregate-1m": ["aggregate", "--key", "user"],
    "table-1k": ["table", "--keys", "1000"],
    "table-1m": ["table", "--keys", "1000000"],
    "upsert": ["upsert"],
    "stream": ["stream"],
}
LOOP_TITLES = {
    "consume": "librdkafka's batch loop",
    "parse": "the same, three fields parsed",
    "aggregate-1k": "the same, table update, 1K keys",
    "aggregate-1m": "the same, table update, 1M keys",
    "table-1k": "table update alone, 1K keys",
    "table-1m": "table update alone, 1M keys",
    "upsert": "rows by libpq and unnest",
    "stream": "gRPC, 128 KB frames, in 180-byte events",
}
OVER_TOPIC = ("consume", "parse", "aggregate")
