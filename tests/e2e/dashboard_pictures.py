#!/usr/bin/env python3
"""No test: writes docs/images/, what the README shows of the dashboard.

  dashboard_pictures.py --weir BINARY
"""

import os
import re

from browser import WIDE, browser
from dashboard_pages import picture
from dashboard_sql_test import SqlPage
from harness import ROOT, expect, run_test
from rest_api import Api, Schemas

QUERY_SHOWN = """-- Orders that the connector makes up.
CREATE TABLE orders (
  customer INT,
  price    DECIMAL(10, 2)
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '50',
  'fields.customer.min' = '1',
  'fields.customer.max' = '10'
);

-- One row for each customer, which changes with each order.
SELECT customer, COUNT(*) AS orders, MAX(price) AS dearest
FROM orders
GROUP BY customer;"""


def show_sql(tab, cluster):
    tab.page.set_viewport_size({"width": WIDE, "height": 1200})
    tab.open("sql")
    sql = SqlPage(tab, cluster)
    sql.write(QUERY_SHOWN)
    sql.press("Control+End", *["ArrowUp"] * 2)
    sql.press("Control+Enter")
    tab.eventually(lambda: len(sql.rows()) == 10 and re.search(r"[1-9]\d\d changes", sql.counts()), "rows")
    sql.page.evaluate("window.scrollTo(0, 0)")


def pictures(cluster, arguments):
    """What the README shows: the commerce example at work."""
    cluster.start()
    cluster.create_commerce()
    cluster.run("producer", cluster.producer("--rate", "3000"))
    job = cluster.submit(cluster.commerce_pipeline(settings={"pipeline.name": "commerce"}), 2)
    cluster.wait_until_runs(job)
    api = Api(f"http://127.0.0.1:{cluster.ports.rest}", Schemas())
    folder = os.path.join(ROOT, "docs", "images")
    os.makedirs(folder, exist_ok=True)
    with browser() as new_tab:
        tab = new_tab(api.base)
        stateful = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "stateful")
        tab.open("jobs", job, "graph", stateful["id"])
        tab.page.wait_for_timeout(70_000)  # a minute for the chart

        def take(name):
            path = os.path.join(folder, name + ".png")
            tab.page.screenshot(path=path)
            expect(os.path.getsize(path) < 200_000, f"{path} has {os.path.getsize(path)} bytes")
            cluster.say(path)

        take("job")
        tab.open("jobs", job, "checkpoints", str(api.get(f"/jobs/{job}/checkpoints")["latest"]["completed"]["id"]))
        tab.page.wait_for_timeout(1500)
        take("checkpoints")
        show_sql(tab, cluster)
        take("sql")
        tab.page.set_viewport_size({"width": WIDE, "height": 900})
        tab.open("overview")
        tab.page.wait_for_timeout(1500)
        take("overview")


if __name__ == "__main__":
    run_test(__doc__, pictures)
