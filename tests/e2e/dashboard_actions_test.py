#!/usr/bin/env python3
"""Every button of the dashboard does what it says: savepoint, rescale, stop, cancel; done, and refused.

  dashboard_actions_test.py --weir BINARY
"""

import os

from browser import browser
from dashboard_pages import picture
from harness import expect, run_test
from rest_api import RUNNING, SOURCE, begin, submit

HOURS = ("SET 'execution.checkpointing.interval' = '500 ms';\n" + SOURCE.format(options="'rows-per-second' = '100',") +
         "CREATE TABLE files (k INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://{path}', 'format' = 'json');\n"
         "INSERT INTO files SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' HOUR)) "
         "GROUP BY k, window_start, window_end;\n")


def answer_dialog(tab, action, confirm, fill=None, check=None):
    """Opens the question, answers it, and returns what is reported."""
    tab.button(action + " …").click()
    dialog = tab.page.get_by_role("dialog")
    for label, value in (fill or {}).items():
        dialog.get_by_label(label).fill(value)
    if check:
        dialog.get_by_label(check).check()
    dialog.get_by_role("button", name=confirm, exact=True).click()
    report = dialog.locator("[role=status], [role=alert]").first
    report.wait_for()
    text = report.inner_text()
    tab.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    return text


def actions(cluster, arguments):
    api = begin(cluster)
    folder = os.path.join(cluster.directory, "mine")
    with browser() as new_tab:
        tab = new_tab(api.base)

        def running(text):
            job = submit(cluster, "running", text, 1)
            cluster.wait_until_runs(job)
            tab.open("jobs", job)
            return job

        job = running(RUNNING)
        tab.button("Cancel …").click()
        tab.button("Not now").click()
        expect(picture(api, job)["state"] == "RUNNING", "not now")
        text = answer_dialog(tab, "Savepoint", "Take it", {"Folder": folder})
        latest = api.get(f"/jobs/{job}/checkpoints")["latest"]["savepoint"]["external_path"]
        expect(latest in text and latest.startswith(folder) and os.path.exists(latest + "/manifest"), f"{text} and {latest}")
        text = answer_dialog(tab, "Savepoint", "Take it", {"Folder": "here"})
        expect("not absolute" in text, text)
        # Two task managers of three slots, one in use.
        tab.button("Rescale …").click()
        tab.eventually(lambda: "5 slots are free" in tab.text("dialog") and "1 to 6" in tab.text("dialog"), "what there is room for")
        tab.button("Not now").click()
        text = answer_dialog(tab, "Rescale", "Rescale it", {"Parallelism": "3"})
        expect("running at parallelism 3" in text, text)
        expect({one["parallelism"] for one in picture(api, job)["vertices"]} == {3}, "three subtasks each")
        tab.eventually(lambda: "parallelism 3" in tab.text(".facts"), "the page says so")
        expect("canceled" in answer_dialog(tab, "Cancel", "Cancel it"), "cancelled")
        expect(picture(api, job)["state"] == "CANCELED", "cancelled")
        tab.eventually(lambda: tab.page.locator(".actions button").count() == 0, "nothing more can be done")

        # Its window is an hour long: rows come out because it is drained.
        files = os.path.join(cluster.directory, "files")
        job = running(HOURS.replace("{path}", files))
        cluster.eventually(lambda: picture(api, job)["vertices"][0]["recordsOut"] > 0, "rows")
        text = answer_dialog(tab, "Stop", "Stop it", {"Folder": folder}, check="Drain")
        end = picture(api, job)
        expect(end["state"] == "FINISHED" and end["savepoint"] in text and end["savepoint"].startswith(folder), f"{text} {end}")
        tab.eventually(lambda: "FINISHED" in tab.text(".job-name") and end["savepoint"] in tab.text(), "it has ended")
        written = [name for _, _, names in os.walk(files) for name in names if not name.startswith(".")]
        expect(written, f"nothing has come out into {files}")
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, actions)
