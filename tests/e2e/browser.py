"""A browser for tests of the dashboard: Debian's Chromium, driven by playwright.

    with open_page("http://127.0.0.1:8081/#/sql") as page: ...

What the page writes to its console as an error, and what it throws, is a failure at the end."""

import contextlib
import os
import shutil
import sys

from harness import expect
from processes import Problem

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sys.exit("playwright is missing: run deploy/install-dependencies, which makes the Python that runs this")


@contextlib.contextmanager
def open_page(url, width=1280, height=900, scheme="light"):
    chromium = shutil.which("chromium")
    if chromium is None:
        raise Problem("no chromium: apt-get install chromium")
    complaints = []
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to be started by root.
        browser = playwright.chromium.launch(executable_path=chromium,
                                             args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
            page.goto(url)
            yield page
            expect(not complaints, "the page complains: " + "; ".join(complaints))
        finally:
            browser.close()
