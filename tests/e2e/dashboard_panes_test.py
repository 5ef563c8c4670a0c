#!/usr/bin/env python3
"""The dashboard in a real browser, at a cluster of real processes: every pane shows what REST answers.

  dashboard_panes_test.py --weir BINARY
"""

import json
import re
import time
import urllib.parse

from browser import browser
from dashboard_pages import count, exact, moment, picture, plain, size, vertex_of, vertex_text
from harness import expect, run_test
from rest_api import FAILED, FINISHED, RUNNING, begin, submit

EARLY, LATE = 1_767_225_600_000, 4_102_444_800_000  # 2026 and 2100, as milliseconds


def check_overview(tab, api):
    tab.open("overview")
    overview = api.get("/overview")
    cards = tab.cards()
    expect(cards["Free slots"].split() == [str(overview["slots-available"]), "of", str(overview["slots-total"])], f"{cards}")
    expect(cards["Task managers"] == str(overview["taskmanagers"]), f"{cards}")
    expect(cards["Jobs running"] == str(overview["jobs-running"]), f"{cards}")
    expect(cards["Version"].split()[0] == overview["flink-commit"].removeprefix("weir-"), f"{cards}")
    jobs = api.get("/ext/jobs")["jobs"]
    going = {one["id"]: one for one in jobs if one["endedAt"] is None}
    ended = {one["id"]: one for one in jobs if one["endedAt"] is not None}

    def rows(label, *heads):
        return [tuple(row[head] for head in heads) for row in tab.table(label)]

    expect(rows("Running jobs", "Job", "State", "Restarts", "Reason") ==
           [(one["name"], one["state"], str(one["restarts"]), one["reason"] or "") for one in going.values()],
           f"{tab.table('Running jobs')} and {going}")
    expect(rows("Ended jobs", "Job", "State", "Ended", "Restarts", "Reason") ==
           [(one["name"], one["state"], moment(one["endedAt"]), str(one["restarts"]), one["reason"] or "")
            for one in ended.values()], f"{tab.table('Ended jobs')} and {ended}")
    events = api.get("/ext/events")["events"][:20]
    tab.eventually_equal(lambda: rows("Events", "Time", "Severity", "Event"),
                         lambda: [(moment(one["at"]), one["severity"], one["text"]) for one in
                                  api.get("/ext/events")["events"][:20]], "the events")
    expect(any(one["severity"] != "info" for one in events), f"a job has failed: {events}")


def check_task_managers(tab, api):
    tab.open("taskmanagers")
    managers = api.get("/ext/taskmanagers")["taskManagers"]
    shown = tab.table("Task managers")
    expect(len(shown) == len(managers) == 2, f"{shown}")
    for row, one in zip(shown, managers):
        expect(row["Task manager"].split()[:2] == [one["id"], one["address"]], f"{row} and {one}")
        expect(row["Free slots"] == f"{one['freeSlots']} of {one['slots']}", f"{row} and {one}")
        expect(row["Jobs"].split("\n") == [job["name"] for job in one["jobs"]] or row["Jobs"] == "none" and not one["jobs"],
               f"{row} and {one}")
        expect(all(budget["name"] in row["Budgets"] for budget in one["budgets"]), f"{row} and {one}")
    one = managers[0]["id"]
    tab.page.click(f'a[href="#/taskmanagers/{one}"]')
    tab.page.wait_for_selector(f"h1:text-is('Task manager {one}')")

    def budgets():
        return [line for line in tab.text("section[aria-label='Memory by budget']").split("\n") if line][1:]

    def of_rest():
        now = next(other for other in api.get("/ext/taskmanagers")["taskManagers"] if other["id"] == one)
        return [f"{b['name']} {size(b['usedBytes'])}" + (f" of {size(b['limitBytes'])}" if b["limitBytes"] is not None else "")
                for b in now["budgets"]]

    tab.eventually_equal(budgets, of_rest, "the budgets of a task manager")
    check_process(tab, api, ["taskmanagers", one], f"/taskmanagers/{one}", "task manager with 3 slots",
                  "Status.JVM.Memory.Heap.Used")


def check_process(tab, api, parts, path, in_log, metric):
    """Its metrics, its log and its standard output."""
    tab.open(*parts, "metrics")
    names = [one["id"] for one in api.get(path + "/metrics")]
    expect([row["Name"] for row in tab.table("Metrics")] == names, f"{tab.table('Metrics')[:3]} and {names[:3]}")

    def value():
        return next(row["Value"] for row in tab.table("Metrics") if row["Name"] == metric)

    tab.eventually_equal(value, lambda: api.get(f"{path}/metrics?get={metric}")[0]["value"], metric)
    tab.page.get_by_role("searchbox").fill(metric.upper())
    expect([row["Name"] for row in tab.table("Metrics")] == [metric], "the box finds one of them")
    tab.open(*parts, "log")
    tab.eventually(lambda: in_log in tab.text("pre.log"), "the log")
    tab.page.get_by_role("searchbox").fill("nobody ever writes this")
    expect(in_log not in tab.text("section.panel"), "no line has that")
    tab.page.get_by_role("searchbox").fill(in_log)
    lines = tab.text("pre.log").strip().split("\n")
    expect(lines and all(in_log in line for line in lines), f"{lines}")
    tab.open(*parts, "stdout")
    expect("Standard output" in tab.text("section.panel"), "standard output")


def check_log_grows(tab, cluster):
    """A log is pushed as it grows, until somebody wants to read on."""
    tab.open("jobmanager", "log")
    first = len(tab.asked)
    one = submit(cluster, "logged", FINISHED, 1)
    tab.eventually(lambda: one in tab.text("pre.log"), "a line that has come since")
    tab.page.get_by_label("Follow").uncheck()
    other = submit(cluster, "logged", FINISHED, 1)
    tab.page.wait_for_timeout(3000)
    expect(other not in tab.text("pre.log") and one in tab.text("pre.log"), "nobody follows it")
    tab.page.get_by_label("Follow").check()
    tab.eventually(lambda: other in tab.text("pre.log"), "it is followed again")
    polled = [address for address in tab.asked[first:] if "/ext/stream" not in address]
    expect(not polled, f"asked for besides: {polled}")


def check_ended_job(tab, api, job):
    """To the last row; nothing of it is live."""
    tab.open("jobs", job)
    shown = picture(api, job)
    for vertex in shown["vertices"]:
        label = vertex_text(tab, vertex["id"])
        expect(vertex["name"] in label and f"{count(vertex['recordsIn'])} in, {count(vertex['recordsOut'])} out" in label, f"{label} and {vertex}")
        expect("/s" not in label and "busy" not in label, f"an ended job is not busy: {label}")
        tab.page.click(f'[data-vertex="{vertex["id"]}"]')
        tab.page.wait_for_selector(f"section[aria-label={json.dumps(vertex['name'])}]")
        text = tab.text(f"section[aria-label={json.dumps(vertex['name'])}]")
        expect(f"{exact(vertex['recordsIn'])} rows in" in text and f"{exact(vertex['recordsOut'])} rows out" in text, text)
        expect([(row["Operator"], row["Kind"], row["Rows in"]) for row in tab.table("Operators")] ==
               [(one["name"], one["kind"], exact(one["recordsIn"])) for one in vertex["operators"]], "operators")
        expect([(row["#"], row["State"], row["Rows in"], row["Rows out"], row["State size"]) for row in
                tab.table("Subtasks")] ==
               [(str(one["index"]), one["state"], count(one["recordsIn"]), count(one["recordsOut"]),
                 size(one["stateBytes"])) for one in vertex["subtasks"]], f"{tab.table('Subtasks')} and {vertex['subtasks']}")
    expect(tab.page.locator(".actions button").count() == 0, "nothing can be done with it")
    expect(tab.page.locator(".chart").count() == 0, "no chart of what does not go on")
    expect(moment(shown["endedAt"]) in tab.text(".facts"), "when it ended")


def check_running_job(tab, api, job):
    """Each number that the page shows, REST has given in the same seconds."""
    tab.open("jobs", job)
    vertex = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "source")
    box = f'[data-vertex="{vertex["id"]}"] .vertex-rate'

    def strange():
        """What the page showed within eight seconds and REST did not say."""
        answered, shown = set(), []
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            now = next(one for one in picture(api, job)["vertices"] if one["id"] == vertex["id"])
            answered.add(f"{count(now['recordsInPerSecond'])}/s in, {count(now['recordsOutPerSecond'])}/s out")
            text = tab.text(box)
            if not shown or shown[-1] != text:
                shown.append(text)
            tab.page.wait_for_timeout(50)
        if len(shown) < 3:
            return f"it stands still: {shown}"
        return [text for text in shown[1:-1] if text not in answered]

    for _ in range(5):  # a busy machine may be late to ask REST, but not each time
        found = strange()
        if not found:
            break
    expect(not found, f"REST never said, in the same seconds: {found}")
    tab.page.click(f'[data-vertex="{vertex["id"]}"]')
    tab.page.wait_for_selector(".chart canvas")
    expect(re.search(r"the [\d.]+ s since this page was opened", tab.text(".chart figcaption")), tab.text(".chart figcaption"))
    for state in ("pace",):
        sentence = picture(api, job)[state]["sentence"]
        tab.eventually_equal(lambda: tab.text(".pace") if tab.page.locator(".pace").count() else "",
                             lambda: plain(picture(api, job)["pace"]["sentence"]), f"which vertex holds it back ({sentence})")
    tab.eventually_equal(lambda: [(row["#"], row["State"], row["Where"]) for row in tab.table("Subtasks")],
                         lambda: [(str(one["index"]), one["state"], one["endpoint"]) for vertex in picture(api, job)["vertices"]
                                  if vertex["id"] == vertex_of(tab) for one in vertex["subtasks"]], "the subtasks")
    tab.button("Close the vertex").click()
    expect(tab.page.locator(".chart").count() == 0, "the panel is closed")


def check_state(tab, api, job):
    """The rows that a vertex keeps, and one of them by its key."""
    vertex = next(one for one in picture(api, job)["vertices"] if one["stateEntries"] > 0)
    operator = next(one for one in api.get(f"/ext/jobs/{job}/state")["operators"] if one["vertexId"] == vertex["id"])
    table = operator["tables"][0]
    key = table["keyColumns"][0]
    rows = api.get(f"/ext/jobs/{job}/state/{operator['uid']}/{table['name']}?limit=20")["rows"]
    tab.open("jobs", job, "graph", vertex["id"])
    tab.button("Look into its state").click()
    keys = sorted(str(one["row"][key]) for one in rows)
    tab.eventually(lambda: sorted(row[key] for row in tab.table("Rows of its state") or []) == keys, f"the keys {keys}")
    tab.page.get_by_label(f"Key: {key}", exact=True).fill(keys[3])
    tab.page.keyboard.press("Enter")
    tab.eventually(lambda: [row[key] for row in tab.table("Rows of its state") or []] == [keys[3]], f"the row of {keys[3]}")


def check_checkpoints(tab, api, job):
    at = f"/jobs/{job}/checkpoints"
    tab.eventually(lambda: api.get(at)["counts"]["completed"] >= 2, "two checkpoints")
    tab.open("jobs", job, "checkpoints")
    tab.eventually_equal(lambda: [tab.cards()[name].split("\n")[0].split(" ")[0] for name in ("Completed", "Failed", "Restored")],
                         lambda: [str(api.get(at)["counts"][name]) for name in ("completed", "failed", "restored")],
                         "how many checkpoints there were")

    def of_rest():
        return [(str(one["id"]), one["status"].replace("_", " "), moment(one["trigger_timestamp"]), size(one["state_size"]))
                for one in api.get(at)["history"]]

    tab.eventually_equal(lambda: [(row["Id"], row["Status"], row["Began"], row["State"]) for row in tab.table("History")],
                         of_rest, "the history of checkpoints")
    newest = api.get(at)["latest"]["completed"]["id"]
    tab.page.get_by_label(f"Details of {newest}", exact=True).click()
    details = api.get(f"{at}/details/{newest}")
    names = {vertex["id"]: vertex["name"] for vertex in picture(api, job)["vertices"]}
    tab.eventually_equal(lambda: [(row["Vertex"], row["Tasks"], row["State"]) for row in tab.table("By vertex") or []],
                         lambda: [(names[vertex], f"{one['num_acknowledged_subtasks']} of {one['num_subtasks']}",
                                   size(one["state_size"])) for vertex, one in details["tasks"].items()], "one checkpoint")
    vertex, name = next(iter((vertex, names[vertex]) for vertex in details["tasks"]))
    tab.button(name).click()
    subtasks = api.get(f"{at}/details/{newest}/subtasks/{vertex}")["subtasks"]
    tab.eventually_equal(lambda: [(row["#"], row["State"]) for row in tab.table(f"Subtasks of {name}") or []],
                         lambda: [(str(one["index"]), size(one["state_size"])) for one in subtasks], "its subtasks")
    expect("exactly once" in str(tab.table("Configuration")) and "500 ms" in str(tab.table("Configuration")), "how they are taken")


def check_failed_job(tab, api, job):
    tab.open("jobs", job, "exceptions")
    history = api.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"]
    text = tab.text()
    expect(len(history) == 1 and history[0]["exceptionName"] in text and history[0]["taskName"] in text, text)
    expect(history[0]["stacktrace"].strip() in tab.text("section.panel pre"), tab.text("section.panel pre"))
    expect(moment(history[0]["timestamp"]) in text, text)
    expect(picture(api, job)["reason"] in text, "the reason is above all panes")
    tab.open("jobs", job, "checkpoints")
    expect("It takes no checkpoints" in tab.text(), tab.text())


def check_configuration(tab, api, job):
    tab.open("jobs", job, "configuration")
    config = api.get(f"/jobs/{job}/config")["execution-config"]
    shown = {row["Name"]: row["Value"] for row in tab.table("Options")}
    expect(shown == config["user-config"], f"{shown} and {config}")
    expect(tab.text("section[aria-label='SQL'] pre").strip() == picture(api, job)["sql"].strip(), "the script")
    shown = {row["Name"]: row["Value"] for row in tab.table("Execution")}
    expect(shown["parallelism"] == str(config["job-parallelism"]), f"{shown} and {config}")


def panes(cluster, arguments):
    api = begin(cluster)
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("overview")
        expect("No job runs" in tab.text() and "weir run -f" in tab.text(), tab.text())
        running = submit(cluster, "running", RUNNING, 2)
        finished = submit(cluster, "finished", FINISHED, 2)
        failed = submit(cluster, "failed", FAILED, 1)
        # Pushed: nobody has loaded the page again.
        tab.eventually(lambda: {row["Job"] for row in tab.table("Running jobs") or []} >= {"the <running> one"}, "the job")
        cluster.wait_until_runs(running)
        for job, state in ((finished, "FINISHED"), (failed, "FAILED")):
            cluster.eventually(lambda: picture(api, job)["state"] == state, f"{job} {state}")
        tab.eventually(lambda: len(tab.table("Ended jobs") or []) == 2, "two have ended")
        check_overview(tab, api)
        check_task_managers(tab, api)
        check_process(tab, api, ["jobmanager"], "/jobmanager", "REST interface on", "taskSlotsTotal")
        tab.open("jobmanager")
        options = {one["key"]: one["value"] for one in api.get("/jobmanager/config")}
        expect(not [address for address in tab.asked if re.search(r"/(log|stdout|metrics)\b", urllib.parse.urlsplit(address).path)],
               "what changes is pushed")
        expect({row["Name"]: row["Value"] for row in tab.table("Configuration")} == options, f"{options}")
        check_ended_job(tab, api, finished)
        check_running_job(tab, api, running)
        check_state(tab, api, running)
        check_checkpoints(tab, api, running)
        check_failed_job(tab, api, failed)
        check_configuration(tab, api, running)
        check_log_grows(tab, cluster)
        tab.open("jobs", "0" * 32)
        expect("Not found" in tab.text(), tab.text())
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, panes)
