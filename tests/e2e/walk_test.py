#!/usr/bin/env python3
"""Follows one row through a real cluster as docs/walk.md tells it: the SQL of that page runs as it stands there, the
plan has the table's operators in the table's order, and what each step leaves behind is there.

  walk_test.py --weir BINARY
"""

import argparse
import json
import os
import re
import subprocess

from harness import ROOT, TestCluster, expect, run_scenario

WALK = os.path.join(ROOT, "docs", "walk.md")
# A name of the plan, and the file of the table that it stands for.
OPERATORS = {"Source": "source.cc", "WatermarkAssigner": "watermark_assigner.cc", "Calc": "calc.cc",
             "LocalWindowAggregate": "window_aggregate.cc", "GlobalWindowAggregate": "window_aggregate.cc",
             "Sink": "postgres_writer.cc"}
PAYMENT = {"user_id": "ann", "note": "lunch", "amount": 7.25, "ts": "2026-01-01 12:00:10"}
# In the same minute: a second row of the same user, one that the filter drops, one of another user.
BESIDE = [{"user_id": "ann", "amount": 2.75, "ts": "2026-01-01 12:00:20"},
          {"user_id": "ann", "amount": -1, "ts": "2026-01-01 12:00:30"},
          {"user_id": "bob", "amount": 1.5, "ts": "2026-01-01 12:00:40"}]
PARTITIONS = 4


def read_walk():
    """The SQL, and the table's rows as (number, first file, [(file, name in it)])."""
    with open(WALK, encoding="utf-8") as f:
        text = f.read()
    sql = re.search(r"```sql\n(.*?)```", text, re.S).group(1)
    steps = []
    for number, cells in re.findall(r"^\| (\d+) \| (.*) \|$", text, re.M):
        places = re.findall(r"`([\w/]+\.cc)`: `(\w+)`", cells)
        expect(places, f"docs/walk.md: step {number} names no `file`: `function`")
        steps.append((int(number), places))
    expect([number for number, _ in steps] == list(range(1, len(steps) + 1)), "docs/walk.md: the steps are not 1, 2, ...")
    return sql, steps


def names_exist(steps):
    for number, places in steps:
        for path, name in places:
            full = os.path.join(ROOT, path)
            expect(os.path.exists(full), f"docs/walk.md: step {number}: there is no {path}")
            with open(full, encoding="utf-8") as f:
                # A definition: a line that says its type before the name and does not end a statement.
                expect(re.search(rf"^ *[\w:<>]+ [\w:]*\b{name}\([^;]*$", f.read(), re.M),
                       f"docs/walk.md: step {number}: {path} defines no {name}")


def same_order(explained, steps):
    """The plan's operators are the table's, in its order; a calc, which may come again, is told of once."""
    plan = re.findall(r"^ +\d+: (\w+)", explained, re.M)
    expect(plan and all(name in OPERATORS for name in plan), f"an operator that this test does not know:\n{explained}")
    in_plan = [OPERATORS[name] for n, name in enumerate(plan) if name != "Calc" or name not in plan[:n]]
    in_table = [file for file in (os.path.basename(places[0][0]) for _, places in steps) if file in OPERATORS.values()]
    expect(in_plan == in_table, f"docs/walk.md has {in_table}, the plan has\n{explained}")
    expect(re.search(r"<- HASH\[user_id\]", explained), f"no exchange by key in\n{explained}")


def produce(cluster, partition, rows):
    done = subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "payments", "-p", str(partition)],
                          input="".join(json.dumps(row) + "\n" for row in rows), text=True)
    expect(done.returncode == 0, "kcat could not produce")


def walk(cluster, sql, steps):
    cluster.start()
    cluster.create_topic("payments", PARTITIONS)
    cluster.sql("CREATE TABLE per_minute (window_start timestamp(3), user_id text, total numeric(38, 2), "
                "PRIMARY KEY (window_start, user_id))")
    path = cluster.write_sql("walk.sql", sql)
    explained = subprocess.run([cluster.weir, "explain", "-f", path], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT).stdout
    same_order(explained, steps)
    cluster.say("the plan is the table's")
    job = cluster.submit(path, 2)
    produce(cluster, 3, [PAYMENT] + BESIDE)
    # The minute is over when every partition says so.
    for partition in range(PARTITIONS):
        produce(cluster, partition, [{"user_id": "eve", "amount": 1, "ts": "2026-01-01 12:01:05"}])
    wanted = "2026-01-01 12:00:00|ann|10.00\n2026-01-01 12:00:00|bob|1.50"
    cluster.eventually(lambda: cluster.sql("SELECT * FROM per_minute ORDER BY 1, 2") == wanted,
                       "the minute's two sums in PostgreSQL, and no other row")
    cluster.say("the row is in PostgreSQL")
    checkpoint = cluster.wait_for_checkpoint(job)
    cluster.say(f"checkpoint {os.path.basename(checkpoint)} exists")
    cluster.eventually(lambda: set(cluster.group_lag("walk").values()) == {0}, "Kafka's group offset at the end of the topic")
    cluster.say("the group offset followed")
    details = json.loads(cluster.client("info", job, "--output", "json").stdout)
    source = details["vertices"][0]
    expect(source["records_in"] == 4 + PARTITIONS, f"the source read {source['records_in']} messages")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    arguments = parser.parse_args()

    def act():
        sql, steps = read_walk()
        names_exist(steps)
        with TestCluster(arguments.weir) as cluster:
            walk(cluster, sql, steps)

    run_scenario(act)


if __name__ == "__main__":
    main()
