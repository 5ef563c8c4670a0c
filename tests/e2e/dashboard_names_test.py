#!/usr/bin/env python3
"""The dashboard shows names of jobs and tables, as long and as strange as they may be.

  dashboard_names_test.py --weir BINARY
"""

from browser import browser
from dashboard_pages import picture, vertex_text
from harness import expect, run_test
from rest_api import begin, submit

MARKUP = "<img src=x onerror=alert(1)><b>\"quoted\"</b> & 🦀 "
HOSTILE = """
SET 'pipeline.name' = '{name}';
CREATE TABLE `{table}` (`<script>k` INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.<script>k.min' = '1',
  'fields.<script>k.max' = '9');
CREATE TABLE `into {table}` (k INT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO `into {table}` SELECT `<script>k`, COUNT(*) FROM `{table}` GROUP BY `<script>k`;
"""


def names(cluster, arguments):
    """Names are text, however long and whatever is in them."""
    api = begin(cluster)
    name, table = MARKUP + "Ü" * 260, MARKUP + "t" * 260
    job = submit(cluster, "hostile", HOSTILE.format(name=name, table=table), 2)
    cluster.wait_until_runs(job)
    expect(picture(api, job)["name"] == name, picture(api, job)["name"])
    source = picture(api, job)["vertices"][0]
    manager = api.get("/ext/taskmanagers")["taskManagers"][0]["id"]
    pages = [["overview"], ["taskmanagers"], ["taskmanagers", manager], ["jobs", job], ["jobs", job, "graph", source["id"]],
             ["jobs", job, "checkpoints"], ["jobs", job, "sources"], ["jobs", job, "configuration"]]
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.page.on("dialog", lambda dialog: tab.wrong.append(f"a dialog of a name: {dialog.message}"))
        for parts in pages:
            tab.open(*parts)
            where = "/".join(parts)
            injected = tab.page.locator("main img, main script, main b:text-is('\"quoted\"')").count()
            expect(injected == 0, f"{where}: {injected} elements of a name")
            tab.check_narrow(where)
            expect(tab.page.evaluate("document.documentElement.scrollWidth") <= 1280, f"{where} is wider than the screen")
        expect(name in tab.page.title() or tab.page.title().startswith(MARKUP.strip()[:20]), tab.page.title())
        tab.open("jobs", job)
        expect(tab.text("h1") == name, tab.text("h1"))
        expect(source["name"] in vertex_text(tab, source["id"]), vertex_text(tab, source["id"]))
        tab.button("Cancel …").click()
        box = tab.page.locator("dialog").bounding_box()
        inner = tab.page.evaluate("[document.querySelector('dialog').scrollWidth, document.querySelector('dialog').clientWidth]")
        expect(inner[0] <= inner[1] and box["width"] <= 1280, f"the question is wider than its frame: {inner}")
        tab.page.keyboard.press("Escape")
        tab.expect_nothing_wrong()


if __name__ == "__main__":
    run_test(__doc__, names)
