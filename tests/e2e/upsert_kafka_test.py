#!/usr/bin/env python3
"""Sums by key into an upsert-kafka topic, and that topic, read as a changelog, into PostgreSQL: both must be what an
independent computation from the rows says, also where sums leave the answer again, and after a kill.

  upsert_kafka_test.py --weir BINARY [--rows N] [--seed S]
"""

import argparse
import collections
import json
import subprocess

from harness import TestCluster, expect, run_scenario

TABLES = """
SET 'execution.checkpointing.interval' = '1 s';
CREATE TABLE moves (account STRING, amount BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'moves', 'properties.bootstrap.servers' = 'localhost:9092',
      'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE balances (account STRING, balance BIGINT, PRIMARY KEY (account) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'balances', 'properties.bootstrap.servers' = 'localhost:9092',
      'key.format' = 'raw', 'value.format' = 'json');
CREATE TABLE rich (account STRING, balance BIGINT, PRIMARY KEY (account) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir', 'table-name' = 'rich',
      'username' = 'weir', 'password' = 'weir');
CREATE TABLE summary (digit STRING, accounts BIGINT, total BIGINT, PRIMARY KEY (digit) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir', 'table-name' = 'summary',
      'username' = 'weir', 'password' = 'weir');
"""
WRITE = "INSERT INTO balances SELECT account, SUM(amount) FROM moves GROUP BY account HAVING SUM(amount) > 0;"
READ = """
EXECUTE STATEMENT SET BEGIN
INSERT INTO rich SELECT account, balance FROM balances WHERE balance > 500;
INSERT INTO summary SELECT SUBSTRING(account, 9, 1), COUNT(*), SUM(balance) FROM balances GROUP BY SUBSTRING(account, 9, 1);
END;
"""


def produce(cluster, rows, sums):
    lines = []
    for _ in range(rows):
        account, amount = f"account {cluster.random.randint(1, 300)}", cluster.random.randint(-100, 120)
        sums[account] += amount
        lines.append(json.dumps({"account": account, "amount": amount}) + "\n")
    done = subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "moves"], input="".join(lines), text=True)
    expect(done.returncode == 0, "kcat could not produce")


def topic(cluster):
    """The last message of each key; deleted ones left out."""
    done = subprocess.run(["kcat", "-C", "-q", "-b", cluster.bootstrap, "-t", "balances", "-o", "beginning", "-e", "-Z",
                           "-f", "%k\t%s\n"], text=True, stdout=subprocess.PIPE)
    last = dict(line.split("\t") for line in done.stdout.splitlines())
    return {key: json.loads(value)["balance"] for key, value in last.items() if value != "NULL"}


def check(cluster, sums):
    positive = {account: total for account, total in sums.items() if total > 0}
    cluster.eventually(lambda: topic(cluster) == positive, "the topic has every sum above 0 and no other")

    def rich():
        return dict(line.rsplit("|", 1) for line in cluster.sql("SELECT account, balance FROM rich").splitlines())
    wanted = {account: str(total) for account, total in positive.items() if total > 500}
    cluster.eventually(lambda: rich() == wanted, "the table has every sum above 500 and no other")
    groups = collections.defaultdict(list)
    for account, total in positive.items():
        groups[account[8]].append(total)
    summary = "\n".join(f"{digit}|{len(totals)}|{sum(totals)}" for digit, totals in sorted(groups.items()))
    cluster.eventually(lambda: cluster.sql("SELECT * FROM summary ORDER BY digit") == summary, summary)
    cluster.say(f"{len(positive)} of {len(sums)} accounts, {len(wanted)} rich")


def act_on(cluster, arguments):
    cluster.start()
    cluster.create_topic("moves", 4)
    cluster.create_topic("balances", 3)
    cluster.sql("CREATE TABLE rich (account text PRIMARY KEY, balance bigint);"
                "CREATE TABLE summary (digit text PRIMARY KEY, accounts bigint, total bigint)")
    sums = collections.Counter()
    produce(cluster, arguments.rows, sums)
    cluster.submit(cluster.write_sql("write.sql", TABLES + WRITE), 1)
    job = cluster.submit(cluster.write_sql("read.sql", TABLES + READ), 1)
    check(cluster, sums)
    cluster.wait_for_checkpoint(job)
    cluster.kill(f"taskmanager-{cluster.random.randint(1, 2)}")
    produce(cluster, arguments.rows, sums)
    check(cluster, sums)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()

    def act():
        with TestCluster(arguments.weir, arguments.seed) as cluster:
            act_on(cluster, arguments)

    run_scenario(act)


if __name__ == "__main__":
    main()
