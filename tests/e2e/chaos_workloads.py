"""What a cluster does while it is hurt, and what it must have done: each workload writes events to a topic, runs a
job over them, and compares its tables with what it computes from the topic itself."""

import glob
import json
import os
import subprocess
import threading
from collections import defaultdict

from harness import expect

CONNECTION = """'connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir',
  'username' = 'weir', 'password' = 'weir'"""
SETTINGS = """
SET 'execution.checkpointing.interval' = '500 ms';
SET 'execution.checkpointing.tolerable-failed-checkpoints' = '1000';
SET 'restart-strategy.type' = 'exponential-delay';
SET 'restart-strategy.exponential-delay.initial-backoff' = '100 ms';
SET 'restart-strategy.exponential-delay.max-backoff' = '2 s';
"""
PARTITIONS = 4

# Steps at which faults strike (common/base/failpoint.h), by who comes to them.
FILE_WRITTEN = ["file-create", "file-write", "file-sync", "file-rename", "file-renamed", "folder-sync"]
FILE_READ = ["file-open", "file-read"]
JOBMANAGER = FILE_WRITTEN + FILE_READ + ["file-remove", "published"]
ANY_TASK = ["kafka-read", "acknowledge", "completed"]
AT_LEAST_ONCE = ["flush", "flushed"]
PARTS = ["part-create", "part-write", "part-sync", "part-folder-sync", "part-rename", "part-renamed"]
EXACTLY_ONCE = ["commit", "committed"]
POSTGRES = EXACTLY_ONCE + ["postgres-begin", "postgres-write", "postgres-note", "postgres-commit"]
KAFKA = EXACTLY_ONCE + ["kafka-init", "kafka-begin", "kafka-produce", "kafka-note", "kafka-commit"]


def steps(*of_tasks):
    return {"jobmanager": JOBMANAGER, "taskmanager": list(dict.fromkeys(ANY_TASK + sum(of_tasks, [])))}


def source(columns):
    return f"""CREATE TABLE events ({columns}) WITH (
  'connector' = 'kafka', 'topic' = 'events', 'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
"""


class Topic:
    """What is in a topic, read on from where the last reading ended."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self.next = [0] * PARTITIONS

    def read(self):
        """[(partition, key, message)], new ones only, in order within a partition."""
        found = []
        for partition in range(PARTITIONS):
            done = subprocess.run(
                ["kcat", "-C", "-q", "-e", "-b", self.cluster.bootstrap, "-t", self.name, "-p", str(partition), "-o",
                 str(self.next[partition]), "-X", "isolation.level=read_committed", "-f", "%o\t%k\t%s\n"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
            for line in done.stdout.splitlines():
                offset, key, value = line.split("\t", 2)
                self.next[partition] = int(offset) + 1
                found.append((partition, key, json.loads(value)))
        return found


class Difference:
    """Rows by key, each with a count first: what is missing, what is there too often, what is otherwise wrong."""

    def __init__(self, expected, actual):
        self.lost = self.doubled = self.wrong = 0
        self.lines = []
        for key in expected.keys() | actual.keys():
            want, have = expected.get(key), actual.get(key)
            if want == have:
                continue
            missing = (want[0] if want else 0) - (have[0] if have else 0)
            self.lost += max(missing, 0)
            self.doubled += max(-missing, 0)
            self.wrong += missing == 0
            self.lines.append(f"{key}: {shortened(want)} expected, {shortened(have)} there")

    def __bool__(self):
        return bool(self.lines)

    def __str__(self):
        more = len(self.lines) - 20
        return "\n".join(sorted(self.lines)[:20] + ([f"... and {more} more"] if more > 0 else []))


def shortened(row):
    text = str(row)
    return text if len(text) < 200 else text[:90] + " ... " + text[-90:]


class Workload:
    """Subclasses say: columns, schema, query, event(), take(), closing(), expected(), actual(); what a reader may see at
    any moment: observe(), strange(); which services its sinks write to: uses; and at which steps it can be hurt: steps."""

    parallelism = 2
    events_per_s = 2000
    uses = ("postgres",)
    topics = ("events",)

    def __init__(self, cluster):
        self.cluster = cluster
        self.topic = Topic(cluster, "events")
        self.round = 0
        self.replacements = []  # in the job's text
        self.reader = threading.Thread(target=self.read_all_the_time, daemon=True)

    def create(self):
        for topic in self.topics:
            self.cluster.create_topic(topic, PARTITIONS)
        if self.schema:
            self.cluster.sql(self.schema)
        self.reader.start()
        text = SETTINGS + source(self.columns) + self.query
        for old, new in self.replacements:
            expect(old in text, f"the workload {self.name} has no {old}")
            text = text.replace(old, new)
        return self.cluster.write_sql("job.sql", text)

    def begin_round(self):
        self.round += 1

    def opening(self):
        """Events before all others of the first round: [(key, message)]."""
        return []

    def read_all_the_time(self):
        while not self.cluster.ending.wait(0.3):
            self.observe()

    def observe(self):
        pass

    def strange(self):
        """What was seen and must not have been, a line each."""
        return []

    def closing(self):
        """Events behind the round's last, in every partition: [(partition, key, message)]."""
        return []

    def difference(self):
        for partition, key, message in self.topic.read():
            self.take(partition, key, message)
        found = Difference(self.expected(), self.actual())
        strange = self.strange()
        found.wrong += len(strange)
        found.lines += strange
        return found

    def rows(self, query):
        return [line.split("|") for line in self.cluster.sql(query).splitlines()]


class Sums(Workload):
    """Running sums: what stands in the table at any moment is the sum of a beginning of each key's events."""

    steps = steps(AT_LEAST_ONCE)
    columns = "k INT, v INT"
    schema = "CREATE TABLE sums (k INT PRIMARY KEY, n BIGINT, total BIGINT)"
    query = f"""CREATE TABLE sums (k INT, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ({CONNECTION},
  'table-name' = 'sums');
INSERT INTO sums SELECT k, COUNT(*), SUM(v) FROM events GROUP BY k;
"""

    def __init__(self, cluster):
        super().__init__(cluster)
        self.prefixes = defaultdict(lambda: [0])
        self.seen = set()

    def event(self, random):
        key = random.randrange(200)
        return str(key), {"k": key, "v": random.randrange(1000)}

    def observe(self):
        rows = self.cluster.sql_or_none("SELECT k, n, total FROM sums")
        self.seen.update(tuple(map(int, line.split("|"))) for line in (rows or "").splitlines())

    def take(self, partition, key, message):
        sums = self.prefixes[message["k"]]
        sums.append(sums[-1] + message["v"])

    def expected(self):
        return {key: (len(sums) - 1, sums[-1]) for key, sums in self.prefixes.items()}

    def actual(self):
        return {int(k): (int(n), int(total)) for k, n, total in self.rows("SELECT k, n, total FROM sums")}

    def strange(self):
        lines = []
        for key, n, total in sorted(self.seen):
            sums = self.prefixes[key]
            if n >= len(sums) or sums[n] != total:
                lines.append(f"key {key} was seen with a sum of {total} for {n} events: no beginning has it")
        return lines


class Nested(Workload):
    """Sums by 100,000 keys, summed up by group with the largest of each: task managers write their state to files, and
    read it when they are restored."""

    KEYS, GROUPS = 100_000, 100
    events_per_s = 6000  # what has changed since a checkpoint is too much to travel inside the next one
    steps = steps(AT_LEAST_ONCE, FILE_WRITTEN, FILE_READ)
    columns = "k INT, v INT"
    schema = "CREATE TABLE nested (g INT PRIMARY KEY, ks BIGINT, n BIGINT, total BIGINT, most BIGINT)"
    query = f"""CREATE TABLE nested (g INT, ks BIGINT, n BIGINT, total BIGINT, most BIGINT,
  PRIMARY KEY (g) NOT ENFORCED) WITH ({CONNECTION}, 'table-name' = 'nested');
INSERT INTO nested SELECT g, COUNT(*), SUM(n), SUM(total), MAX(total) FROM (
  SELECT k, k % {GROUPS} AS g, COUNT(*) AS n, SUM(v) AS total FROM events GROUP BY k) GROUP BY g;
"""

    def __init__(self, cluster):
        super().__init__(cluster)
        self.sums = defaultdict(lambda: [0, 0])

    def opening(self):
        return [(str(k), {"k": k, "v": k % 1000}) for k in range(self.KEYS)] if self.round == 1 else []

    def event(self, random):
        key = random.randrange(self.KEYS)
        return str(key), {"k": key, "v": random.randrange(1000)}

    def take(self, partition, key, message):
        of = self.sums[message["k"]]
        of[0] += 1
        of[1] += message["v"]

    def expected(self):
        groups = defaultdict(lambda: [0, 0, 0, 0])
        for key, (n, total) in self.sums.items():
            of = groups[key % self.GROUPS]
            of[0] += 1
            of[1] += n
            of[2] += total
            of[3] = max(of[3], total)
        return {g: tuple(of) for g, of in groups.items()}

    def actual(self):
        return {int(g): tuple(map(int, rest)) for g, *rest in self.rows("SELECT g, ks, n, total, most FROM nested")}


class Windows(Workload):
    """Counts and sums by key in tumbling windows of a second of event time, over four partitions in order."""

    steps = steps(AT_LEAST_ONCE)
    # Two events may have the same time: the first must not close the window of the second.
    columns = "k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND"
    schema = "CREATE TABLE windows (k INT, ends TIMESTAMP(3), n BIGINT, total BIGINT, PRIMARY KEY (k, ends))"
    query = f"""CREATE TABLE windows (k INT, ends TIMESTAMP(3), n BIGINT, total BIGINT,
  PRIMARY KEY (k, ends) NOT ENFORCED) WITH ({CONNECTION}, 'table-name' = 'windows');
INSERT INTO windows SELECT k, window_end, COUNT(*), SUM(v)
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end;
"""
    # Seconds since 2026-01-01; a round has an hour of its own, so that its end closes all its windows.
    ROUND_S = 3600

    def __init__(self, cluster):
        super().__init__(cluster)
        self.at_ms = 0
        self.counts = defaultdict(lambda: [0, 0])

    def begin_round(self):
        super().begin_round()
        self.at_ms = self.round * self.ROUND_S * 1000

    def event(self, random):
        self.at_ms += random.randrange(3)
        key = random.randrange(50)
        return str(key), {"k": key, "v": random.randrange(1000), "ts": text_of(self.at_ms)}

    def closing(self):
        end = (self.round * self.ROUND_S + self.ROUND_S - 1) * 1000
        return [(p, "-1", {"k": -1, "v": 0, "ts": text_of(end)}) for p in range(PARTITIONS)]

    def take(self, partition, key, message):
        if message["k"] < 0:
            return  # these windows close in the next round, and have no rows that matter
        of = self.counts[(message["k"], message["ts"][:19])]
        of[0] += 1
        of[1] += message["v"]

    def expected(self):
        return {key: tuple(of) for key, of in self.counts.items()}

    def actual(self):
        return {(int(k), start): (int(n), int(total)) for k, start, n, total in self.rows(
            "SELECT k, to_char(ends - INTERVAL '1 second', 'YYYY-MM-DD HH24:MI:SS'), n, total FROM windows "
            "WHERE k >= 0")}


class Transfers(Workload):
    """Transfers between accounts: an event takes from one and gives to another. One writer commits what belongs to a
    checkpoint at once, so that at every moment the total is nothing."""

    parallelism = 1
    steps = steps(POSTGRES)
    columns = "src INT, dst INT, amount INT"
    schema = "CREATE TABLE balances (account INT PRIMARY KEY, n BIGINT, balance BIGINT)"
    query = f"""CREATE TABLE balances (account INT, n BIGINT, balance BIGINT, PRIMARY KEY (account) NOT ENFORCED)
WITH ({CONNECTION}, 'table-name' = 'balances', 'sink.delivery-guarantee' = 'exactly-once');
INSERT INTO balances SELECT account, COUNT(*), SUM(change) FROM (
  SELECT src AS account, -amount AS change FROM events UNION ALL SELECT dst, amount FROM events) GROUP BY account;
"""

    def __init__(self, cluster):
        super().__init__(cluster)
        self.balances = defaultdict(lambda: [0, 0])
        self.totals = set()

    def event(self, random):
        src, dst = random.sample(range(100), 2)
        return str(src), {"src": src, "dst": dst, "amount": random.randrange(1, 100)}

    def observe(self):
        total = self.cluster.sql_or_none("SELECT coalesce(sum(balance), 0) FROM balances")
        if total:
            self.totals.add(int(total))

    def strange(self):
        return [f"a total of {total} was seen" for total in sorted(self.totals) if total != 0]

    def take(self, partition, key, message):
        for account, change in ((message["src"], -message["amount"]), (message["dst"], message["amount"])):
            of = self.balances[account]
            of[0] += 1
            of[1] += change

    def expected(self):
        return {account: tuple(of) for account, of in self.balances.items()}

    def actual(self):
        return {int(a): (int(n), int(b)) for a, n, b in self.rows("SELECT account, n, balance FROM balances")}


def kafka_sink(name, columns):
    return f"""CREATE TABLE {name} ({columns}) WITH (
  'connector' = 'kafka', 'topic' = '{name}', 'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json', 'key.fields' = 'k', 'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'chaos');
"""


class Copied(Workload):
    """Kafka to Kafka: who reads committed messages finds each event once, those of a key in their order. The rows of an
    interval are too many to travel inside its checkpoint: task managers write them to files."""

    uses = ("kafka",)
    steps = steps(KAFKA, FILE_WRITTEN, FILE_READ)
    columns = "k INT, v INT, note STRING"
    topics = ("events", "copied")
    schema = ""
    query = kafka_sink("copied", columns) + "INSERT INTO copied SELECT * FROM events;\n"
    note = "something that is said about this event, again and again; " * 8

    def __init__(self, cluster):
        super().__init__(cluster)
        self.number = 0
        self.copied = Topic(cluster, "copied")
        self.events = defaultdict(list)
        self.copies = defaultdict(list)

    def event(self, random):
        self.number += 1
        key = random.randrange(100)
        return str(key), {"k": key, "v": self.number, "note": self.note}

    def take(self, partition, key, message):
        self.events[message["k"]].append(message["v"])

    def expected(self):
        return {key: (len(values), tuple(values)) for key, values in self.events.items()}

    def actual(self):
        for _, _, message in self.copied.read():
            whole = message["note"] == self.note
            self.copies[message["k"]].append(message["v"] if whole else message)
        return {key: (len(values), tuple(values)) for key, values in self.copies.items()}


class Three(Copied):
    """One source into three sinks: Kafka, a table without a key, both exactly once, and running sums by key. The rows of
    an interval travel inside its checkpoint."""

    uses = ("kafka", "postgres")
    steps = steps(KAFKA, POSTGRES, AT_LEAST_ONCE)
    note = ""
    schema = """CREATE TABLE appended (k INT, v INT);
CREATE TABLE counted (k INT PRIMARY KEY, n BIGINT, last INT);"""
    query = kafka_sink("copied", Copied.columns) + f"""
CREATE TABLE appended (k INT, v INT) WITH ({CONNECTION}, 'table-name' = 'appended',
  'sink.delivery-guarantee' = 'exactly-once');
CREATE TABLE counted (k INT, n BIGINT, `last` INT, PRIMARY KEY (k) NOT ENFORCED) WITH ({CONNECTION},
  'table-name' = 'counted');
EXECUTE STATEMENT SET BEGIN
INSERT INTO copied SELECT * FROM events;
INSERT INTO appended SELECT k, v FROM events;
INSERT INTO counted SELECT k, COUNT(*), MAX(v) FROM events GROUP BY k;
END;
"""

    def expected(self):
        found = {}
        for key, values in self.events.items():
            found["copied", key] = found["appended", key] = (len(values), tuple(values))
            found["counted", key] = (len(values), max(values))
        return found

    def actual(self):
        found = {("copied", key): of for key, of in super().actual().items()}
        # A table has no order, and the events of a key are numbered in theirs.
        for k, values in self.rows("SELECT k, string_agg(v::text, ',' ORDER BY v) FROM appended GROUP BY k"):
            numbers = tuple(map(int, values.split(",")))
            found["appended", int(k)] = (len(numbers), numbers)
        for k, n, last in self.rows("SELECT k, n, last FROM counted"):
            found["counted", int(k)] = (int(n), int(last))
        return found


class Files(Copied):
    """Kafka to the folders of two partitions: who reads their files finds each event once."""

    uses = ()
    steps = steps(PARTS)
    topics = ("events",)
    note = ""

    def __init__(self, cluster):
        super().__init__(cluster)
        self.folder = os.path.join(cluster.directory, "copies")
        self.query = f"""CREATE TABLE copies ({self.columns}, half INT) PARTITIONED BY (half) WITH (
  'connector' = 'filesystem', 'path' = '{self.folder}', 'format' = 'json');
INSERT INTO copies SELECT *, MOD(v, 2) FROM events;
"""

    def actual(self):
        found = defaultdict(list)
        for path in glob.glob(os.path.join(self.folder, "half=[01]", "part-*")):
            with open(path) as f:
                for message in map(json.loads, f):
                    found[message["k"]].append(message["v"])
        # Files have no order, and the events of a key are numbered in theirs.
        return {key: (len(values), tuple(sorted(values))) for key, values in found.items()}


def text_of(ms):
    seconds, ms = divmod(ms, 1000)
    days, seconds = divmod(seconds, 86400)
    return f"2026-{1 + days // 28:02d}-{1 + days % 28:02d} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"


WORKLOADS = {"sums": Sums, "nested": Nested, "windows": Windows, "transfers": Transfers, "copied": Copied, "files": Files,
             "three": Three}
