#!/usr/bin/env python3
"""The dashboard says why there is no output.

  dashboard_output_test.py --weir BINARY
"""

import os

from browser import browser
from dashboard_pages import EVENTS, event_lines, picture, plain, produce, start_kafka, vertex_of
from harness import expect, run_test
from rest_api import RUNNING, SOURCE, Api, Schemas, submit

FILTERED = SOURCE.format(options="'rows-per-second' = '100',") + "INSERT INTO nothing SELECT k, id FROM numbers WHERE k > 1000;\n"
FILES = ("SET 'execution.checkpointing.interval' = '1 h';\n" + SOURCE.format(options="'rows-per-second' = '100',") +
         "CREATE TABLE files (k INT) WITH ('connector' = 'filesystem', 'path' = 'file://{path}', 'format' = 'json');\n"
         "INSERT INTO files SELECT k FROM numbers;\n")


def output(cluster, arguments):
    cluster.start(task_managers=0, services=False)
    start_kafka(cluster)
    cluster.create_topic("events", 2)
    api = Api(f"http://127.0.0.1:{cluster.ports.rest}", Schemas())
    with browser() as new_tab:
        tab = new_tab(api.base)

        def says(job, reason):
            """The page says what REST says, and REST says the reason."""
            tab.open("jobs", job)
            seen = []
            cluster.eventually(lambda: seen.append(picture(api, job)["output"]) or seen[-1]["reason"] == reason,
                               f"{reason}; {seen[-1:]}")
            if reason == "FLOWS":
                tab.eventually(lambda: tab.page.locator(".no-output").count() == 0 and
                               "rows have reached the sinks" in tab.text("section[aria-label=Output]"), "output flows")
                return

            def both():
                answer = picture(api, job)["output"]
                text = tab.text(".no-output") if tab.page.locator(".no-output").count() else ""
                return answer["reason"] == reason and plain(answer["sentence"]) in text and plain(answer["advice"] or "") in text

            tab.eventually(both, reason)
            cluster.say(f"{reason}: {' / '.join(tab.text('.no-output').splitlines())}")

        def cancel(job):
            api.ask("PATCH", f"/jobs/{job}", status=202)
            cluster.eventually(lambda: picture(api, job)["state"] == "CANCELED", "cancelled")

        windows = submit(cluster, "windows", EVENTS, 1)
        tab.open("overview")
        expect("weir taskmanager --jobmanager" in tab.text() and str(cluster.ports.rpc) in tab.text(), tab.text())
        says(windows, "NO_SLOTS")
        cluster.start_taskmanager(1, 4)
        cluster.wait_until_runs(windows)
        says(windows, "NO_RECORDS")
        produce(cluster, "events", 0, event_lines(1_800_000_000, 100))
        says(windows, "WATERMARK_HELD")
        held = picture(api, windows)
        tab.page.locator(".no-output a").click()
        expect(vertex_of(tab) == held["output"]["vertex"], "the link leads to the vertex that holds it")
        produce(cluster, "events", 1, event_lines(1_800_000_000, 100))
        # Both partitions have come as far, so the windows end, and then there is nothing more to do.
        tab.eventually(lambda: "So far 9 rows came out" in tab.text("section[aria-label=Output]"), "the windows have ended")
        says(windows, "NO_RECORDS")
        cancel(windows)
        job = submit(cluster, "running", RUNNING, 1)
        says(job, "FLOWS")
        cancel(job)
        job = submit(cluster, "filtered", FILTERED, 1)
        says(job, "ALL_FILTERED")
        cancel(job)
        job = submit(cluster, "files", FILES.replace("{path}", os.path.join(cluster.directory, "files")), 1)
        says(job, "WAITS_FOR_COMMIT")
        cancel(job)
        tab.open("jobs", job)
        tab.eventually(lambda: "CANCELED" in tab.text(".job-name") and tab.page.locator("section[aria-label=Output]").count() == 0,
                       "an ended job owes nothing")
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, output)
