#!/usr/bin/env python3
"""Everybody can use the dashboard: by keyboard, with a screen reader, on a telephone, in light and dark; with a token; while
the job manager is away.

  dashboard_people_test.py --weir BINARY
"""

import os

from browser import browser
from dashboard_pages import picture, vertex_of
from harness import expect, run_test
from processes import free_port
from rest_api import FAILED, RUNNING, Api, begin, cluster_token, submit

MOST_BYTES = 400_000


def focused(tab):
    return tab.page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")


def tab_to(tab, what, most=40):
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        if (focused(tab) or "").startswith(what):
            return
    expect(False, f"no Tab leads to {what!r}; the last place is {focused(tab)!r}")


def walk_by_keyboard(tab, api, job):
    """From the front page to a vertex, a question and back, without a mouse."""
    tab.open("overview")
    tab.page.reload()
    tab.page.wait_for_selector("[aria-label='Running jobs']")
    tab.page.keyboard.press("Tab")
    expect(focused(tab) == "Skip to the content", focused(tab))
    tab.page.keyboard.press("Enter")
    expect(tab.page.evaluate("document.activeElement.id") == "content", "skipped to the content")
    tab_to(tab, "the <running> one")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[data-vertex]")
    expect(tab.page.evaluate("document.activeElement.id") == "content", "a new page begins at its content")
    names = [vertex["name"] for vertex in picture(api, job)["vertices"]]
    tab_to(tab, names[0])
    tab.page.keyboard.press("ArrowRight")
    expect(focused(tab).startswith(names[1]), f"the next vertex: {focused(tab)}")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".chart")
    expect(focused(tab).startswith(names[1]) and vertex_of(tab) == picture(api, job)["vertices"][1]["id"], "chosen, and still there")
    # Several pushes later the focus is where it was.
    tab.page.wait_for_timeout(2500)
    expect(focused(tab).startswith(names[1]), f"the focus has been lost: {focused(tab)}")
    tab.page.keyboard.press("Home")
    expect(focused(tab).startswith(names[0]), f"home: {focused(tab)}")
    tab.page.evaluate("document.getElementById('content').focus()")
    tab_to(tab, "Rescale …")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("dialog[open]")
    expect(tab.page.evaluate("document.activeElement.type") == "number", "the question begins at its field")
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("dialog", state="detached")
    expect(focused(tab) == "Rescale …", f"back where it was: {focused(tab)}")


def check_stays(tab, job):
    """A table that is scrolled, and text that is written, outlive what is pushed."""
    tab.page.set_viewport_size({"width": 390, "height": 600})
    tab.open("jobs", job, "checkpoints")
    region = tab.page.get_by_role("region", name="History").locator("..").locator("[role=region][tabindex]").last
    region.evaluate("element => { element.scrollLeft = 120; }")
    tab.page.evaluate("window.scrollTo(0, 500)")
    before = [region.evaluate("element => element.scrollLeft"), tab.page.evaluate("window.scrollY")]
    tab.page.wait_for_timeout(2500)
    after = [region.evaluate("element => element.scrollLeft"), tab.page.evaluate("window.scrollY")]
    expect(before == after and before[0] > 0, f"it was at {before} and is at {after}")
    tab.page.set_viewport_size({"width": 1280, "height": 900})


def check_token(cluster, new_tab, schemas):
    secret = os.path.join(cluster.directory, "token")
    token = cluster_token(cluster, secret)
    port = free_port()
    cluster.run("jobmanager-2", [cluster.weir, "jobmanager", "--bind-address", "127.0.0.1", "--rpc-port", str(free_port()),
                                 "--rest-port", str(port), "--rest-token-file", secret])
    guarded = Api(f"http://127.0.0.1:{port}", schemas, {"Authorization": "Bearer " + token})

    def answers():
        try:
            return guarded.raw("GET", "/overview")[0] == 200
        except OSError:
            return False

    cluster.eventually(answers, "the job manager with a token")
    tab = new_tab(guarded.base)
    tab.page.goto(guarded.base + "/#/overview")
    field = tab.page.get_by_label("Access token")
    field.wait_for()
    tab.check_accessible("the question for a token")
    field.fill("x" * len(token))
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_timeout(1000)
    field.wait_for()
    field.fill(token)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("dl.cards")
    expect(tab.cards()["Task managers"] == "0", f"{tab.cards()}")
    tab.open("jobmanager", "log")
    tab.eventually(lambda: "REST interface on" in tab.text(), "what is fetched has the token too")
    expect(token not in tab.page.content() and token not in tab.page.url, "the token is not shown")
    tab.expect_nothing_wrong()


def check_outage(cluster, api, tab, job):
    """The page says that the job manager is away, keeps what it has, and goes on by itself."""
    tab.open("jobs", job)
    began = picture(api, job)["startedAt"]
    cluster.kill("jobmanager")
    tab.page.wait_for_selector("text=The job manager does not answer")
    expect(tab.page.locator("[data-vertex]").count() == 2, "the graph stays")
    tab.page.wait_for_selector("text=The job manager does not answer", state="detached")

    def runs():
        return "RUNNING" in tab.text(".job-name") and "2 running" not in tab.text() or picture(api, job)["state"] == "RUNNING"

    cluster.eventually(lambda: picture(api, job)["state"] == "RUNNING", "the job runs again")
    tab.eventually(runs, "the page shows it")
    expect(picture(api, job)["startedAt"] == began, "it is the same job")


def people(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 2)
    failed = submit(cluster, "failed", FAILED, 1)
    cluster.wait_until_runs(job)
    cluster.eventually(lambda: picture(api, failed)["state"] == "FAILED", "FAILED")
    cluster.wait_for_checkpoint(job)
    source = picture(api, job)["vertices"][0]["id"]
    manager = api.get("/ext/taskmanagers")["taskManagers"][0]["id"]
    newest = str(api.get(f"/jobs/{job}/checkpoints")["latest"]["completed"]["id"])
    pages = [["overview"], ["taskmanagers"], ["taskmanagers", manager], ["taskmanagers", manager, "metrics"],
             ["taskmanagers", manager, "log"], ["jobs", job], ["jobs", job, "graph", source], ["jobs", job, "checkpoints", newest],
             ["jobs", failed, "exceptions"], ["jobs", job, "sources"], ["jobs", job, "configuration"], ["jobmanager"],
             ["jobmanager", "stdout"]]
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("overview")
        sent = sum(tab.transferred.values())
        expect(0 < sent <= MOST_BYTES, f"the page takes {sent} bytes: {tab.transferred}")
        cluster.say(f"the page takes {sent} bytes")
        for parts in pages:
            tab.open(*parts)
            where = "/".join(parts)
            tab.check_narrow(where)
            tab.check_accessible(where)
        tab.open("jobs", job)
        for action in ("Savepoint", "Rescale", "Stop", "Cancel"):
            tab.button(f"{action} …").click()
            tab.page.wait_for_selector("dialog[open]")
            tab.check_narrow(f"the question of {action}")
            tab.check_accessible(f"the question of {action}")
            tab.page.keyboard.press("Escape")
        # The SQL page fetches its editor besides.
        tab.page.goto(f"{api.base}/#/sql")
        tab.page.wait_for_timeout(2000)
        for address, number in tab.transferred.items():
            expect("/ext/" in address or number <= MOST_BYTES, f"{address} takes {number} bytes")
        walk_by_keyboard(tab, api, job)
        check_stays(tab, job)
        check_token(cluster, new_tab, api.schemas)
        check_outage(cluster, api, tab, job)
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, people)
