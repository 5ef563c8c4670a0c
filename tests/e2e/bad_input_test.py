#!/usr/bin/env python3
"""What people get wrong, on a real cluster: each mistake is refused, at once where that is possible, with a message that
names the thing and what to do. The texts are matched by what they must contain, not word by word.

  bad_input_test.py --weir BINARY [--only NAME]
"""

import argparse
import os
import re
import subprocess
import time

from harness import TestCluster, expect, run_scenario
from processes import free_port

TOPIC = "'topic' = 'financial_transactions'"
AMOUNT = "SELECT category, SUM(amount)"

# name, replacements in pipeline.sql, patterns that the client's output must contain (case-insensitive)
REFUSED = [
    ("syntax error", [("SELECT category, SUM(amount)", "SELECT category SUM(amount)")],
     [r"\.sql:\d+:\d+", r"SELECT category SUM\(amount\)", r"\^"]),
    ("unknown column", [(AMOUNT, "SELECT category, SUM(amuont)")],
     [r"\.sql:\d+:\d+", r"amuont", r"did you mean.*amount", r"\^"]),
    ("unknown table", [("INSERT INTO sales_per_category\n", "INSERT INTO sales_per_categories\n")],
     [r"sales_per_categories", r"did you mean.*sales_per_category"]),
    ("unknown function", [(AMOUNT, "SELECT category, SUMM(amount)")], [r"summ", r"did you mean.*sum"]),
    ("unknown option", [("'scan.startup.mode'", "'scan.startup.mod'")],
     [r"scan\.startup\.mod", r"did you mean.*scan\.startup\.mode"]),
    ("bad option value", [("'earliest-offset'", "'erliest-offset'")], [r"erliest-offset", r"earliest-offset"]),
    ("unknown connector", [("'connector' = 'kafka'", "'connector' = 'kafak'")], [r"kafak", r"kafka\b"]),
    ("unknown format", [("'format' = 'json'", "'format' = 'jsno'")], [r"jsno", r"json\b"]),
    ("unknown sink option", [("'table-name' = 'sales_per_day'", "'table-name' = 'sales_per_day', "
                              "'sink.delivery-garantee' = 'exactly-once'")],
     [r"sink\.delivery-garantee", r"did you mean.*sink\.delivery-guarantee"]),
    ("unknown guarantee", [("'table-name' = 'sales_per_day'", "'table-name' = 'sales_per_day', "
                            "'sink.delivery-guarantee' = 'once'")],
     [r"'once'", r"at-least-once.*exactly-once", r"sales_per_day"]),
    ("exactly once without checkpoints", [("'table-name' = 'sales_per_day'", "'table-name' = 'sales_per_day', "
                                           "'sink.delivery-guarantee' = 'exactly-once'"),
                                          ("SET 'execution.checkpointing.interval'", "SET 'pipeline.name'")],
     [r"sales_per_day", r"takes none", r"SET 'execution\.checkpointing\.interval'"]),
    ("missing topic", [(TOPIC, "'topic' = 'financial_transaction'")],
     [r"financial_transaction\b", r"topic", r"127\.0\.0\.1:{kafka}"]),
    ("wrong password", [("'password' = 'weir'", "'password' = 'wrong'")],
     [r"password authentication failed", r"\"?weir\"?", r"127\.0\.0\.1:{postgres}|transactions"]),
    ("missing database", [("/weir',", "/nowhere',")], [r"nowhere", r"does not exist"]),
    ("missing table", [("'table-name' = 'sales_per_day'", "'table-name' = 'sales_per_dya'")],
     [r"sales_per_dya", r"does not exist|not found|no table", r"sales_per_day\b"]),
    ("missing column", [("transactionDate DATE,", "dya DATE,"), ("PRIMARY KEY (transactionDate)", "PRIMARY KEY (dya)")],
     [r"\bdya\b", r"sales_per_day"]),
    ("type mismatch with PostgreSQL", [("totalSales  DECIMAL(38, 2)", "totalSales  BOOLEAN"),
                                       (AMOUNT, "SELECT category, SUM(amount) > 0")],
     [r"totalSales", r"BOOLEAN", r"numeric", r"sales_per_category"]),
    ("type mismatch in INSERT", [(AMOUNT, "SELECT category, CURRENT_TIMESTAMP")],
     [r"totalSales", r"DECIMAL\(38, 2\)", r"TIMESTAMP_LTZ", r"sales_per_category"]),
    ("update without a key", [("  totalSales  DECIMAL(38, 2),\n  PRIMARY KEY (category) NOT ENFORCED\n",
                               "  totalSales  DECIMAL(38, 2)\n")], [r"primary key", r"sales_per_category"]),
    ("broker down", [("{kafka_address}", "127.0.0.1:{free}")], [r"127\.0\.0\.1:{free}", r"broker|kafka"]),
    ("database down", [("127.0.0.1:{postgres}/", "127.0.0.1:{free}/")],
     [r"127\.0\.0\.1(\"?, port |:){free}", r"refused"]),
]


def refused(cluster, name, replacements, patterns):
    values = {"kafka": cluster.ports.kafka, "postgres": cluster.ports.postgres, "kafka_address": cluster.bootstrap,
              "free": free_port()}

    def fill(text):
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text

    path = cluster.commerce_pipeline(name.replace(" ", "-") + ".sql",
                                     replacements=[(fill(old), fill(new)) for old, new in replacements])
    began = time.monotonic()
    done = cluster.client("run", "-f", path, "--detached", timeout=60)
    seconds = time.monotonic() - began
    expect(done.returncode != 0, f"{name}: accepted:\n{done.stdout}")
    for pattern in map(fill, patterns):
        expect(re.search(pattern, done.stdout, re.I), f"{name}: no {pattern!r} in:\n{done.stdout}")
    expect(seconds < 30, f"{name}: took {seconds:.0f} s")
    jobs = cluster.client("list").stdout
    expect("RUNNING" not in jobs, f"{name}: something runs all the same:\n{jobs}")
    first = next((line for line in done.stdout.splitlines() if line.strip()), "")
    cluster.say(f"{name}: {seconds:.1f} s: {first[:110]}")


def client_alone(cluster):
    """Mistakes that need no cluster, or whose cluster is not there."""
    port = free_port()
    for name, command, patterns in (
            ("no such file", ["run", "-f", "/nowhere/x.sql", "--jobmanager", cluster.jobmanager], [r"/nowhere/x\.sql"]),
            ("no job manager", ["list", "--jobmanager", f"127.0.0.1:{port}"], [f"127.0.0.1:{port}", r"refused|reach"]),
            ("unknown command", ["lits"], [r"lits", r"did you mean.*list"]),
            ("unknown option", ["list", "--jobmanger", cluster.jobmanager], [r"--jobmanger", r"did you mean.*--jobmanager"]),
            ("unexpected word", ["list", "everything"], [r"weir list", r"everything"]),
            ("unknown job", ["info", "0" * 32, "--jobmanager", cluster.jobmanager], ["0" * 32])):
        done = subprocess.run([cluster.weir, *command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60)
        expect(done.returncode != 0, f"{name}: exit code 0:\n{done.stdout}")
        for pattern in patterns:
            expect(re.search(pattern, done.stdout, re.I), f"{name}: no {pattern!r} in:\n{done.stdout}")
        cluster.say(f"{name}: {done.stdout.strip().splitlines()[0][:110]}")


def port_in_use(cluster):
    done = subprocess.run([cluster.weir, "jobmanager", "--bind-address", "127.0.0.1", "--rpc-port",
                           str(cluster.ports.rpc), "--rest-port", str(free_port()), "--checkpoint-dir",
                           os.path.join(cluster.directory, "c2"), "--ha-dir", os.path.join(cluster.directory, "h2")],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    expect(done.returncode != 0, "port in use: the second job manager ended with 0")
    for pattern in (rf"\b{cluster.ports.rpc}\b", r"in use"):
        expect(re.search(pattern, done.stdout, re.I), f"port in use: no {pattern!r} in:\n{done.stdout}")
    cluster.say("port in use: refused")


def no_slots(cluster):
    """The job waits and says for what; it runs when the slots come."""
    job = cluster.submit(cluster.commerce_pipeline(), 4)
    text = cluster.eventually(lambda: re.search(r".*4 slots.*", cluster.client("info", job).stdout),
                              f"the reason why {job} waits for 4 slots in weir info").group(0)
    cluster.say(f"no slots: {text.strip()}")
    cluster.start_taskmanager(2, 2)
    cluster.eventually(lambda: "RUNNING" in cluster.client("info", job).stdout, f"{job} RUNNING")
    cancel(cluster, job)


def poisoned_json(cluster):
    """Without ignore-parse-errors a bad message fails the job and is named by topic, partition and offset."""
    cluster.produce("--count", "50", "--rate", "0", "--bad-every", "50")
    job = cluster.submit(cluster.commerce_pipeline(
        "poisoned.sql", settings={"restart-strategy.type": "none"},
        replacements=[("'json.ignore-parse-errors' = 'true'", "'json.ignore-parse-errors' = 'false'")]), 2)
    cluster.eventually(lambda: "FAILED" in cluster.client("info", job).stdout, f"{job} FAILED")
    text = cluster.client("info", job).stdout
    for pattern in (r"financial_transactions", r"partition \d|financial_transactions-\d", r"offset \d+|at \d+"):
        expect(re.search(pattern, text, re.I), f"poisoned JSON: no {pattern!r} in:\n{text}")
    cluster.say("poisoned JSON: named")


def poisoned_json_skipped(cluster):
    """With ignore-parse-errors bad messages are skipped, and people can see how many."""
    job = cluster.submit(cluster.commerce_pipeline("skipped.sql"), 2)
    # The one that poisoned_json has written.
    cluster.eventually(lambda: re.search(r"numBadRecordsSkipped 1\b", cluster.client("info", job).stdout),
                       "the count of skipped messages in weir info")
    cluster.produce("--count", "100", "--rate", "0", "--bad-every", "50")
    cluster.eventually(lambda: re.search(r"numBadRecordsSkipped 3\b", cluster.client("info", job).stdout),
                       "the count of three skipped messages in weir info")
    text = cluster.eventually(lambda: re.search(r".*records waiting 0\b.*", cluster.client("info", job).stdout),
                              "the source's lag in weir info").group(0)
    expect("RUNNING" in cluster.client("info", job).stdout, "a skipped message stops the job")
    cluster.say(f"poisoned JSON, skipped: {text.strip()[-110:]}")
    cancel(cluster, job)


# What weir info says of a service that is gone.
GONE = {"postgres": r"reason .*(refused|connection)", "kafka": r"reason .*no broker of Kafka at 127\.0\.0\.1:{port}"}


def services_fail_while_running(cluster):
    """Broker or database gone for a while: the job waits or restarts and says why, and nothing is lost."""
    cluster.sql("TRUNCATE transactions, sales_per_category, sales_per_day, sales_per_month")
    job = cluster.submit(cluster.commerce_pipeline(settings={"execution.checkpointing.interval": "1 s"}), 2)
    cluster.expect_equal(60)
    for service in ("postgres", "kafka"):
        cluster.supervise("halt", service)
        cluster.say(f"{service} is down")
        if service == "postgres":
            cluster.produce("--count", "100", "--rate", "0")  # a sink without rows misses nothing
        time.sleep(5)
        pattern = GONE[service].format(port=cluster.ports.kafka)
        text = cluster.eventually(lambda: re.search(pattern + ".*", cluster.client("info", job).stdout),
                                  f"{pattern!r} in weir info").group(0)
        cluster.say(text[:150])
        cluster.supervise("resume", service)
        cluster.wait_for_services()
        cluster.produce("--count", "2000", "--rate", "0", "--bad-every", "100")
        cluster.expect_equal(90)
    cluster.eventually(lambda: "no broker" not in cluster.client("info", job).stdout,
                       "the broker's absence to be forgotten")
    cancel(cluster, job)


def cancel(cluster, job):
    done = cluster.client("cancel", job)
    expect(done.returncode == 0, f"cancel failed:\n{done.stdout}")
    cluster.eventually(lambda: "CANCELED" in cluster.client("info", job).stdout, f"{job} CANCELED")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--only", help="the refused case of this name")
    parser.add_argument("--keep-going", action="store_true", help="try all, fail at the end")
    arguments = parser.parse_args()
    failures = []

    def attempt(act, *parameters):
        try:
            act(*parameters)
        except Exception as error:  # noqa: BLE001 - shown, and the exit code follows from it
            if not arguments.keep_going:
                raise
            print(f"FAILED: {error}", flush=True)
            failures.append(error)

    def act():
        with TestCluster(arguments.weir) as cluster:
            cluster.start(task_managers=1)
            cluster.create_commerce()
            for case in REFUSED:
                if arguments.only in (None, case[0]):
                    attempt(refused, cluster, *case)
            if arguments.only:
                return
            for scenario in (client_alone, port_in_use, no_slots, poisoned_json, poisoned_json_skipped, services_fail_while_running):
                attempt(scenario, cluster)
        expect(not failures, f"{len(failures)} cases failed")

    run_scenario(act)


if __name__ == "__main__":
    main()
