#!/usr/bin/env python3
"""Keyed state ten times as large as the memory it may use: the rows are right, also when the task manager is killed in
the middle, and the process stays within that memory and 200 MB.

  large_state_test.py --weir BINARY [--keys N] [--state-memory-mb N]

Each key comes three times, in the order that is worst for what is kept in memory: all others come in between.
"""

import argparse
import os

from harness import TestCluster, expect, run_scenario

TIMES = 3
BESIDE_MB = 200
HOT_BYTES = 64  # of a key in memory, at least: the entry and its slot, its place in the table
SCRIPT = """\
SET 'execution.checkpointing.interval' = '2 s';
SET 'restart-strategy.exponential-delay.initial-backoff' = '100 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '{last}');
CREATE TABLE counted (times BIGINT, `keys` BIGINT, total BIGINT, PRIMARY KEY (times) NOT ENFORCED) WITH (
  'connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir', 'table-name' = 'counted',
  'username' = 'weir', 'password' = 'weir');
INSERT INTO counted SELECT times, COUNT(*), SUM(total) FROM
  (SELECT COUNT(*) AS times, SUM(n) AS total FROM numbers GROUP BY MOD(n, {keys})) GROUP BY times;
"""


def act(arguments):
    keys, memory_mb = arguments.keys, arguments.state_memory_mb
    expect(keys * HOT_BYTES > 10 * memory_mb * 2**20, "the state is not ten times the memory")
    with TestCluster(arguments.weir) as cluster:
        cluster.start_services(["fsync=off"])
        cluster.start_jobmanager()
        cluster.start_taskmanager(1, 2, "--state-memory", f"{memory_mb}mb")
        cluster.wait_for_jobmanager()
        cluster.wait_for_services()
        cluster.sql("CREATE TABLE counted (times BIGINT PRIMARY KEY, keys BIGINT, total BIGINT)")
        job = cluster.submit(cluster.write_sql("large.sql", SCRIPT.format(
            rate=arguments.rate, last=TIMES * keys - 1, keys=keys)), 2)

        def rows():
            text = cluster.sql("SELECT times, keys, total FROM counted ORDER BY times")
            return [tuple(map(int, line.split("|"))) for line in text.splitlines()]

        # A third of all is read: every key is there.
        cluster.eventually(lambda: any(times == 2 and n > keys / 4 for times, n, _ in rows()), "keys come again", 240, pause=0.5)
        peaks = [cluster.memory_mb("taskmanager-1", "VmHWM")]
        cluster.say(f"most memory so far {peaks[0]:.0f} MB, {rows()}")
        cluster.kill("taskmanager-1")
        total = TIMES * keys * (TIMES * keys - 1) // 2
        cluster.eventually(lambda: rows() == [(TIMES, keys, total)], f"every key {TIMES} times", 300, pause=0.5)
        peaks.append(cluster.memory_mb("taskmanager-1", "VmHWM"))
        info = cluster.info(job)
        done = [one for one in info["checkpoints"] if one["state"] == "COMPLETED"]
        state_mb = max(one["state_bytes"] for one in done) / 1e6
        cluster.say(f"{keys} keys, {state_mb:.0f} MB of state in a checkpoint, most memory {peaks[0]:.0f} and "
                    f"{peaks[1]:.0f} MB, {memory_mb} MB for state")
        expect(max(peaks) <= memory_mb + BESIDE_MB, f"{max(peaks):.0f} MB of memory, {memory_mb + BESIDE_MB} are allowed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--keys", type=int, default=3_000_000)
    parser.add_argument("--rate", type=int, default=400_000)
    parser.add_argument("--state-memory-mb", type=int, default=16)
    arguments = parser.parse_args()
    run_scenario(lambda: act(arguments))


if __name__ == "__main__":
    main()
