#!/usr/bin/env python3
"""What REST shows of the state of a running job equals an independent computation of its input: groups, windows,
sessions, the rows of a Top-N and of a deduplication, page by page and key by key.

  state_test.py --weir BINARY --scenario NAME [--rows N]

  memory    all of it in memory; then, from a savepoint, at another parallelism
  disk      much more of it than the task manager may hold in memory
"""

import collections
import datetime
import json
import os
import urllib.error
import urllib.parse
import urllib.request

from harness import expect, run_scenarios

SCRIPT = """
SET 'execution.checkpointing.interval' = '2 s';
CREATE TABLE input (id BIGINT, k INT, name STRING, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '100' DAY)
  WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json', 'source.monitor-interval' = '1 s');
CREATE TABLE grouped (k INT, name STRING, c BIGINT, s BIGINT, m BIGINT, d BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE windowed (k INT, e TIMESTAMP(3), s BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE first_rows (k INT, id BIGINT, v BIGINT) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO grouped
  SELECT k, name, COUNT(*), SUM(v), MAX(v), COUNT(DISTINCT id % 10) FROM input GROUP BY k, name;
INSERT INTO windowed
  SELECT k, window_end, SUM(v) FROM TUMBLE(TABLE input, DESCRIPTOR(ts), INTERVAL '1' HOUR)
  GROUP BY k, window_start, window_end;
INSERT INTO windowed
  SELECT k, window_end, SUM(v) FROM SESSION(TABLE input PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
  GROUP BY k, window_start, window_end;
INSERT INTO first_rows
  SELECT k, id, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, id) AS n FROM input)
  WHERE n <= 3;
INSERT INTO first_rows
  SELECT k, id, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, v ORDER BY ts DESC) AS n FROM input)
  WHERE n = 1;
END;
"""
BEGIN = datetime.datetime(2026, 3, 1)


def time_text(moment):
    return moment.isoformat(sep=" ", timespec="milliseconds")


def make_input(cluster, rows):
    """Times of a key's rows differ, so that the last one is known."""
    keys = max(20, rows // 20)
    made = []
    for number in range(rows):
        moment = BEGIN + datetime.timedelta(seconds=7 * number % (3600 * 50), milliseconds=number % 997)
        made.append({"id": number, "k": cluster.random.randrange(keys), "v": cluster.random.randrange(-500, 500),
                     "name": cluster.random.choice(["ann", "bob/eve", "ü ö", "", None]), "ts": time_text(moment)})
    path = os.path.join(cluster.directory, "input")
    os.mkdir(path)
    for part in range(4):
        with open(os.path.join(path, f"part-{part}"), "w") as f:
            f.writelines(json.dumps(row) + "\n" for row in made[part::4])
    return path, made


def moment_of(row):
    return datetime.datetime.fromisoformat(row["ts"])


def text_of(value):
    """A JSON answer's timestamp, however many digits it has."""
    return time_text(datetime.datetime.fromisoformat(value.replace("T", " ").rstrip("Z")))


def by(rows, *names):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def expected_groups(rows):
    return {key: (len(g), sum(r["v"] for r in g), max(r["v"] for r in g), len({r["id"] % 10 for r in g}))
            for key, g in by(rows, "k", "name").items()}


def expected_windows(rows):
    sums = collections.Counter()
    for row in rows:
        start = moment_of(row).replace(minute=0, second=0, microsecond=0)
        end = start + datetime.timedelta(hours=1)
        sums[row["k"], time_text(start), time_text(end)] += row["v"]
    return dict(sums)


def expected_sessions(rows):
    gap = datetime.timedelta(minutes=1)
    sums = {}
    for (k,), mine in by(rows, "k").items():
        mine = sorted(mine, key=moment_of)
        start = end = None
        total = 0
        for row in mine + [None]:
            moment = row and moment_of(row)
            if start is not None and (row is None or moment > end):
                sums[k, time_text(start), time_text(end)] = total
                start = None
            if row is not None:
                if start is None:
                    start, total = moment, 0
                end, total = moment + gap, total + row["v"]
    return sums


def expected_top(rows):
    return {key: sorted(((-r["v"], r["id"]) for r in g))[:3] for key, g in by(rows, "k").items()}


def expected_last(rows):
    return {key: max(g, key=moment_of)["id"] for key, g in by(rows, "k", "v").items()}


class State:
    """What REST shows of a job's state."""

    def __init__(self, cluster, job):
        self.base = f"http://127.0.0.1:{cluster.ports.rest}/ext/jobs/{job}/state"

    def ask(self, path, status=200, attempts=6):
        """A task that is overloaded does not answer in time, and says so: then it is asked again."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=30) as answer:
                got, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            got, text = error.code, error.read().decode()
        if got == 503 and attempts > 1:
            return self.ask(path, status, attempts - 1)
        expect(got == status, f"{path}: {got}, expected {status}: {text[:500]}")
        return json.loads(text)

    def operators(self):
        return self.ask("")["operators"]

    def find(self, kind):
        found = [op for op in self.operators() if op["uid"].startswith(kind + "(")]
        expect(len(found) == 1, f"{kind}: {[op['uid'] for op in self.operators()]}")
        table = found[0]["tables"][0]
        return table, f"/{urllib.parse.quote(found[0]['uid'], safe='')}/{table['name']}"

    def rows(self, path, limit):
        """All of them, page by page."""
        rows, cursor = [], ""
        while cursor is not None:
            page = self.ask(f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
            expect(len(page["rows"]) <= limit, f"{len(page['rows'])} rows of {limit}")
            expect(all(one["kind"] == "+I" for one in page["rows"]), "kinds")
            rows += [one["row"] for one in page["rows"]]
            cursor = page["next"]
        return rows

    def of_key(self, path, *cells):
        words = [("nullKey", "") if cell is None else ("key", cell) for cell in cells]
        page = self.ask(f"{path}?{urllib.parse.urlencode(words)}")
        expect(page["next"] is None, "a key's rows are few")
        return [one["row"] for one in page["rows"]]


def differ(what, shown, wanted):
    wrong = [key for key in shown.keys() | wanted.keys() if shown.get(key) != wanted.get(key)]
    return f"{what}: {len(wrong)} of {len(wanted)} differ: " + "; ".join(
        f"{key}: {shown.get(key)}, not {wanted.get(key)}" for key in wrong[:5])


def compare(cluster, job, rows, limit):
    state = State(cluster, job)
    wanted = expected_groups(rows)
    table, path = state.find("group")
    expect(table["keyColumns"] == ["k", "name"] and len(table["valueColumns"]) == 4, f"{table}")
    count, total, most, distinct = table["valueColumns"]

    def group(row):
        return row[count], row[total], row[most], row[distinct]

    # What is read is read in some order: only what all of the input gives counts.
    def all_read():
        return sum(row[count] for row in state.rows(path, 1000)) == len(rows)

    cluster.eventually(all_read, "all rows are in the groups", 120, pause=1)
    shown = state.rows(path, limit)
    by_key = {(row["k"], row["name"]): group(row) for row in shown}
    expect(len(by_key) == len(shown), "a group is shown twice")
    expect(by_key == wanted, differ("groups", by_key, wanted))
    for k, name in cluster.random.sample(sorted(wanted, key=str), 25):
        found = state.of_key(path, k, name)
        expect([group(row) for row in found] == [wanted[k, name]], f"{k}, {name}: {found}, not {wanted[k, name]}")
    expect(state.of_key(path, -1, "ann") == [], "nobody")

    def windows(name, wanted):
        table, path = state.find(name)
        shown = state.rows(path, limit)
        by_window = {(row["k"], text_of(row["window_start"]), text_of(row["window_end"])): row[table["valueColumns"][-1]]
                     for row in shown}
        expect(len(by_window) == len(shown), f"a window of {name} is shown twice")
        expect(by_window == wanted, differ(name, by_window, wanted))
        k = cluster.random.choice(sorted(wanted))[0]
        mine = {text_of(row["window_end"]): row[table["valueColumns"][-1]] for row in state.of_key(path, k)}
        expect(mine == {end: v for (key, _, end), v in wanted.items() if key == k}, f"{name} of {k}: {mine}")

    windows("window", expected_windows(rows))
    windows("session", expected_sessions(rows))

    wanted = expected_top(rows)
    _, path = state.find("rank")
    by_key = collections.defaultdict(list)
    for row in state.rows(path, limit):
        by_key[row["k"],].append((-row["v"], row["id"]))
    by_key = {key: sorted(g) for key, g in by_key.items()}
    expect(by_key == wanted, differ("top", by_key, wanted))
    (k,) = cluster.random.choice(sorted(wanted))
    found = [(-row["v"], row["id"]) for row in state.of_key(path, k)]
    expect(found == wanted[k,], f"the first of {k}, in order: {found}, not {wanted[k,]}")

    wanted = expected_last(rows)
    _, path = state.find("deduplicate")
    by_key = {(row["k"], row["v"]): row["id"] for row in state.rows(path, limit)}
    expect(by_key == wanted, differ("last", by_key, wanted))
    cluster.say(f"five operators equal the input's {len(rows)} rows, by pages of {limit}")
    return state


def by_command(cluster, job, rows):
    """`weir state` shows the same."""
    wanted = expected_groups(rows)
    listed = json.loads(cluster.client("state", job, "--output", "json").stdout)
    uid = next(one["operator"] for one in listed if one["operator"].startswith("group("))
    k, name = cluster.random.choice([key for key in wanted if key[1]])
    done = cluster.client("state", job, uid, "--key", str(k), name, "--output", "json")
    shown = [json.loads(line)["row"] for line in done.stdout.splitlines()]
    expect(len(shown) == 1 and tuple(shown[0].values()) == (k, name, *wanted[k, name]), f"{shown}")
    done = cluster.client("state", job, uid, "--limit", "3")
    expect(done.stdout.count("\n") >= 6 and "there are more" in done.stdout, done.stdout)
    done = cluster.client("state", job, "nosuch")
    expect(done.returncode == 1 and uid in done.stdout, done.stdout)


def wrongly(state):
    _, path = state.find("group")
    uid = path.split("/")[1]
    for text, status in ((f"/{uid}x/group", 404), (f"/{uid}/grou", 404), (path + "?limit=0", 400),
                         (path + "?limit=1001", 400), (path + "?limit=x", 400), (path + "?cursor=x", 400),
                         (path + "?key=1", 400), (path + "?key=x&key=ann", 400), (path + "?cursor=9-0-", 400)):
        error = state.ask(text, status)["errors"][0]
        expect(error, text)


def memory(cluster, arguments):
    cluster.start(task_managers=2, slots=2, services=False)
    path, rows = make_input(cluster, arguments.rows)
    script = cluster.write_sql("state.sql", SCRIPT.format(path=path))
    job = cluster.submit(script, 2)
    cluster.wait_until_runs(job)
    state = compare(cluster, job, rows, 97)
    expect(not any(table["moreOnDisk"] for op in state.operators() for table in op["tables"]), "all in memory")
    by_command(cluster, job, rows)
    wrongly(state)
    taken = json.loads(cluster.client("stop", job, "--output", "json").stdout.strip().splitlines()[-1])
    cluster.say(f"stopped: {taken}")
    state.ask("", 409)
    again = cluster.submit(script, 3, "--from-savepoint", taken["savepoint"])
    cluster.wait_until_runs(again)
    compare(cluster, again, rows, 1000)


def disk(cluster, arguments):
    cluster.start_jobmanager()
    cluster.start_taskmanager(1, 2, "--state-memory", "16mb")
    cluster.wait_for_jobmanager()
    path, rows = make_input(cluster, 5 * arguments.rows)
    job = cluster.submit(cluster.write_sql("state.sql", SCRIPT.format(path=path)), 2)
    cluster.wait_until_runs(job)
    state = compare(cluster, job, rows, 1000)
    expect(any(table["moreOnDisk"] for op in state.operators() for table in op["tables"]), "some is on disk")
    by_command(cluster, job, rows)


if __name__ == "__main__":
    run_scenarios(__doc__, {"memory": memory, "disk": disk}, rows=20_000)
