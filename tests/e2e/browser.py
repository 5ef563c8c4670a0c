"""A real browser that looks at the dashboard: Debian's chromium, without a screen. It keeps what a page must not do:
ask other hosts, break its own content policy, throw."""

import hashlib
import json
import os
import sys
import time
import urllib.parse
from contextlib import contextmanager

from harness import PATIENCE, ROOT, Failure, expect

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    raise SystemExit("playwright is missing: run deploy/install-dependencies, which makes the Python that runs this")

# The dashboard's packages, of the versions that its lock names (deploy/install-dependencies).
with open(os.path.join(ROOT, "dashboard", "package-lock.json"), "rb") as lock:
    PACKAGES = os.path.join(os.path.dirname(sys.prefix), "dashboard-" + hashlib.sha256(lock.read()).hexdigest()[:12], "node_modules")
AXE = os.path.join(PACKAGES, "axe-core", "axe.min.js")
CHROMIUM = "/usr/bin/chromium"
WIDE, NARROW = 1280, 390

# {heading: text} of each row of the table with that caption; None where there is no such table.
TABLE = """label => {
  const caption = [...document.querySelectorAll('table caption')].find(one => one.textContent === label);
  if (!caption) return null;
  const table = caption.closest('table');
  const heads = [...table.querySelectorAll('thead th')].map(one => one.textContent);
  return [...table.querySelectorAll('tbody tr')].map(
    row => Object.fromEntries([...row.cells].map((cell, i) => [heads[i], cell.innerText.trim()])));
}"""
CARDS = """() => Object.fromEntries([...document.querySelectorAll('dl.cards .card')].map(
  card => [card.querySelector('dt').textContent, card.querySelector('dd').innerText.trim()]))"""


class Tab:
    """One tab at the dashboard. `base`: http://host:port"""

    def __init__(self, context, base):
        self.base = base
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.wrong = []
        self.asked = []  # addresses, in order
        self.transferred = {}  # bytes as they came over the line, by address
        self.page.on("request", self._on_request)
        self.page.on("pageerror", lambda error: self.wrong.append(f"thrown: {error}"))
        self.page.on("console", self._on_console)
        line = context.new_cdp_session(self.page)
        line.send("Network.enable")
        addresses = {}
        line.on("Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]}))
        line.on("Network.loadingFinished", lambda event: self.transferred.update(
            {addresses.get(event["requestId"], "?"): event["encodedDataLength"]}))

    def _on_request(self, request):
        at = urllib.parse.urlsplit(request.url)
        self.asked.append(request.url)
        if at.scheme not in ("data", "blob") and not request.url.startswith(self.base + "/"):
            self.wrong.append(f"asks another host: {request.url}")

    def _on_console(self, message):
        # A request that fails while the job manager is away is said here by the browser; anything else is ours.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def open(self, *parts):
        """A page by its address: open("jobs", id, "checkpoints")"""
        self.page.goto(f"{self.base}/#/" + "/".join(urllib.parse.quote(part, safe="") for part in parts))
        self.page.wait_for_selector("main h1, main h2", state="attached")
        self.page.wait_for_selector("[aria-busy]", state="detached")

    def table(self, label):
        return self.page.evaluate(TABLE, label)

    def cards(self):
        return self.page.evaluate(CARDS)

    def text(self, selector="main"):
        return self.page.inner_text(selector)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def eventually(self, condition, what, seconds=PATIENCE):
        """As TestCluster.eventually, but the browser goes on meanwhile."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            expect(time.monotonic() < deadline, f"after {seconds} s still not: {what}; the page:\n{self.text()[:3000]}")
            self.page.wait_for_timeout(100)

    def eventually_equal(self, read, expected, what, seconds=PATIENCE):
        """The page shows what REST answers, or has answered a moment before: it may be a second behind."""
        shown, answers = None, []

        def same():
            nonlocal shown
            answers.append(expected())
            shown = read()
            return shown in answers[-10:]

        try:
            self.eventually(same, what, seconds)
        except Failure as failure:
            raise Failure(f"{what}: shown\n  {shown}\nREST has\n  {answers[-1]}") from failure

    def choose_theme(self, theme):
        """With the button that says the other one; the question for a token has none, and it would close what is open."""
        if not self.page.locator("header.top").count() or self.page.locator("dialog[open], .cm-tooltip-autocomplete").count():
            self.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        elif self.page.evaluate("document.documentElement.dataset.theme") != theme:
            self.button(theme.capitalize()).click()
        expect(self.page.evaluate("document.documentElement.dataset.theme") == theme, f"the page is not {theme}")

    def check_accessible(self, where):
        """No serious finding of axe, in light and in dark."""
        before = self.page.evaluate("document.documentElement.dataset.theme")
        for theme in ("light", "dark"):
            self.choose_theme(theme)
            self.page.wait_for_timeout(500)  # colours change over a moment
            if not self.page.evaluate("typeof axe !== 'undefined'"):
                with open(AXE, encoding="utf-8") as axe:
                    self.page.evaluate(axe.read() + "; null")
            found = self.page.evaluate("axe.run(document)")["violations"]
            grave = [f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]} "
                     f"{one['nodes'][0]['failureSummary']}" for one in found if one["impact"] in ("serious", "critical")]
            expect(not grave, f"{where}, {theme}: " + "\n".join(grave))
        self.choose_theme(before)  # which the button knows of

    def check_narrow(self, where):
        """On a telephone nothing makes the page itself scroll sideways."""
        self.page.set_viewport_size({"width": NARROW, "height": 844})
        self.page.wait_for_timeout(200)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        expect(wide <= NARROW, f"{where}: {wide} pixels wide on a screen of {NARROW}")

    def expect_nothing_wrong(self):
        expect(not self.wrong, "\n".join(self.wrong[:10]))


@contextmanager
def browser(**options):
    """A function that opens a tab with nothing remembered: tab(base)."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        tabs = []

        def tab(base):
            context = running.new_context(viewport={"width": WIDE, "height": 900}, color_scheme="light",
                                          timezone_id="UTC", **options)
            tabs.append(Tab(context, base))
            return tabs[-1]

        try:
            yield tab
        except Exception:
            for number, one in enumerate(tabs):
                path = f"/tmp/weir-dashboard-{os.getpid()}-{number}.png"
                one.page.screenshot(path=path, full_page=True)
                print(f"what was shown: {path} ({one.page.url}); {json.dumps(one.wrong[:10])}", flush=True)
            raise
        finally:
            running.close()
