#!/usr/bin/env python3
"""The dashboard shows how far each partition is.

  dashboard_kafka_test.py --weir BINARY
"""

from browser import browser
from dashboard_pages import EVENTS, event_lines, exact, moment, picture, produce, start_kafka
from harness import expect, run_test
from rest_api import begin, submit

SLOW = """
CREATE TABLE slow (k STRING, written STRING) WITH ('connector' = 'kafka', 'topic' = 'events',
  'properties.bootstrap.servers' = 'localhost:9092', 'properties.group.id' = 'slow', 'scan.startup.mode' = 'earliest-offset',
  'format' = 'json');
CREATE TABLE refused (k STRING PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://127.0.0.1:1/weir', 'table-name' = 'refused', 'username' = 'weir', 'password' = 'weir');
"""


def kafka(cluster, arguments):
    api = begin(cluster)
    start_kafka(cluster)
    cluster.create_topic("events", 3)
    produce(cluster, "events", 0, event_lines(1_800_000_000, 500))
    job = submit(cluster, "events", EVENTS, 2)
    cluster.wait_until_runs(job)
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("jobs", job, "sources")
        source = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "source")
        label = f"Splits of {source['name']}"

        def of_rest():
            splits = next(one for one in picture(api, job)["vertices"] if one["id"] == source["id"])["splits"]
            return [(one["id"], f"subtask {one['subtask']}", "" if one["recordsWaiting"] is None else exact(one["recordsWaiting"]),
                     "" if one["watermark"] is None else moment(one["watermark"])) for one in splits]

        def shown():
            return [(row["Split"], row["Read by"], row["Records waiting"], row["Watermark"]) for row in tab.table(label) or []]

        tab.eventually(lambda: len(shown()) == 3 and [row[2] for row in shown()] == ["0", "0", "0"], "all is read")
        tab.eventually_equal(shown, of_rest, "the partitions")
        expect(sum(row[3] != "" for row in shown()) == 1, f"one partition has had records: {shown()}")
        # The task managers stand still, so what is written waits.
        produce(cluster, "events", 1, event_lines(1_800_000_000, 1234))
        produce(cluster, "events", 2, event_lines(1_800_000_000, 99))
        tab.eventually(lambda: sum(row[3] != "" for row in shown()) == 3, "each has a watermark now")
        tab.eventually_equal(shown, of_rest, "the partitions")
        tab.open("jobs", job, "graph", source["id"])
        tab.eventually(lambda: len(tab.table("Splits") or []) == 3, "the same beside the graph")
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, kafka)
