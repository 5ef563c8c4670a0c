#!/usr/bin/env python3
"""The SQL page of the dashboard, in a browser and by keyboard alone: a script with an error, mended; completion; a plan;
queries, whose rows are counted once more here; an INSERT, found by REST.

  dashboard_sql_test.py --weir BINARY
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.request

from browser import browser
from harness import PATIENCE, ROOT, TestCluster, expect, run_scenario

NUMBERS = """CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '1', 'fields.id.end' = '{last}', 'rows-per-second' = '100000');
"""
ENDLESS = "CREATE TABLE endless (k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'fields.k.min' = '1', 'fields.k.max' = '5');\n"
MOST_BYTES = 400_000  # compressed, of the page with its editor
NOTHING = "CREATE TABLE nothing (k INT) WITH ('connector' = 'blackhole');\n"


class SqlPage:
    """What a person does with the page who has no mouse."""

    def __init__(self, tab, cluster):
        self.tab = tab
        self.page = tab.page
        self.cluster = cluster
        self.editor = self.page.locator(".cm-content")
        self.editor.wait_for()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self):
        """The name of what has the keyboard, as it is read aloud."""
        return self.page.evaluate("""() => {
            const e = document.activeElement;
            return (e.getAttribute('aria-label') || e.labels?.[0]?.firstChild?.textContent || e.textContent).trim();
        }""")

    def tab_to(self, name, key="Tab"):
        for _ in range(80):
            if self.focused() == name:
                return
            self.press(key)
        expect(False, f"the keyboard does not come to {name!r}, but to {self.focused()!r}")

    def write(self, text):
        """In place of the script that is there, as pasted: in one piece."""
        self.tab_to("SQL script")
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def text(self):
        """The script, as the browser keeps it."""
        scripts = json.loads(self.page.evaluate("localStorage.getItem('weir-sql')"))
        return scripts["texts"][scripts["current"]]

    def leave(self):
        """The editor; what lies above its text goes first."""
        while self.focused() == "SQL script":
            self.press("Escape")

    def until(self, condition, what, seconds=PATIENCE):
        return self.tab.eventually(condition, what, seconds)

    def check(self, expected, seconds=PATIENCE):
        """What the page says of the script."""
        said = self.page.locator(".sql-check")
        self.until(lambda: re.search(expected, said.inner_text()), f"the check says {expected!r}", seconds)

    def marked(self):
        return "".join(self.page.locator(".cm-lintRange-error").all_inner_texts())

    def counts(self):
        return self.page.locator(".sql-counts").first.inner_text().replace("\u202f", "")

    def rows(self, numbered=False):
        """Of the table that is shown; None for NULL."""
        rows = self.page.evaluate("""() => [...document.querySelectorAll('.sql-rows tbody tr')].map((row) =>
            [...row.cells].map((cell) => cell.classList.contains('null') ? null : cell.textContent))""")
        return rows if numbered else [row[1:] for row in rows]

    def run(self):
        """The statement at the cursor, a query; its job, which is another than the one before."""
        link = self.page.get_by_role("link", name="Job in a new tab")
        before = link.get_attribute("href") if link.count() else None
        self.tab_to("SQL script", "Shift+Tab")
        self.press("Control+Enter")
        return self.until(lambda: link.count() and link.get_attribute("href") != before and link.get_attribute("href"),
                          "a query is followed").rsplit("/", 1)[1]

    def wait_for_state(self, state, seconds=PATIENCE):
        badge = self.page.locator(".sql-counts .badge")
        self.until(lambda: badge.count() and badge.first.inner_text() == state, f"the query is {state}", seconds)


def rest(cluster, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{cluster.ports.rest}{path}", timeout=30) as answer:
        return json.load(answer)


def jobs(cluster):
    return {job["jid"]: job for job in rest(cluster, "/jobs/overview")["jobs"]}


def running(cluster):
    return [job for job, summary in jobs(cluster).items() if summary["state"] == "RUNNING"]


def errors_while_typing(sql, cluster):
    # Two UTF-16 units before the error, and a line with \r\n.
    sql.write(NUMBERS.format(last=10) + "SELECT '🦀🦀' AS crab,\r\n  'é' AS e, idd FROM numbers")
    sql.check(r"Line 4, column 13: column `idd` not found")
    sql.check(r"did you mean `id`\?")
    expect(sql.marked() == "idd", f"underlined is {sql.marked()!r}")
    # F8 selects what is underlined.
    sql.press("Control+Home", "F8")
    sql.page.keyboard.insert_text("id")
    sql.check(r"1 job would run")
    expect(sql.marked() == "", f"still underlined: {sql.marked()!r}")
    sql.write(NUMBERS.format(last=10))
    sql.check(r"nothing would run yet")
    expect(sql.marked() == "", "a script of definitions is underlined")
    cluster.say("an error is underlined where it is, and goes when it is mended")


def completion(sql, cluster):
    sql.write("SELEC 1;\n" + NUMBERS.format(last=10) + "SELECT  FROM ")
    sql.press("Control+End")
    popup = sql.page.locator(".cm-tooltip-autocomplete")
    sql.page.keyboard.type("numb")
    sql.press("Control+Space")
    popup.wait_for()
    sql.until(lambda: "numbers" in popup.inner_text(), "the table is offered")
    sql.page.wait_for_timeout(100)  # what has just appeared does not take the key that was on its way
    sql.press("Enter")
    expect(sql.text().endswith("SELECT  FROM numbers"), f"not completed: {sql.text()[-40:]!r}")
    sql.press("Home", *["ArrowRight"] * len("SELECT "))
    sql.page.keyboard.type("char_len")
    popup.wait_for()
    sql.until(lambda: "char_length" in popup.inner_text(), "the function is offered")
    sql.page.wait_for_timeout(100)
    sql.press("Tab")
    sql.page.keyboard.type("(CAST(i")
    sql.until(lambda: popup.count() and re.search(r"\bid\b", popup.inner_text()), "the column is offered")
    sql.press("Escape")
    sql.page.keyboard.type("d AS STRING))")
    expect(sql.text().endswith("SELECT char_length(CAST(id AS STRING)) FROM numbers"), f"typed is {sql.text()[-60:]!r}")
    cluster.say("tables, columns and functions are completed, below a broken statement too")


def plan(sql, cluster):
    script = ENDLESS + NOTHING + "INSERT INTO nothing SELECT k FROM endless GROUP BY k;\n"
    sql.write(script)
    sql.press("Control+Shift+e")
    sql.page.locator(".vertex").first.wait_for()
    vertices = sql.page.locator(".vertex").count()
    asked = urllib.request.Request(f"http://127.0.0.1:{cluster.ports.rest}/ext/sql/explain", method="POST",
                                   data=json.dumps({"sql": script}).encode(), headers={"Content-Type": "application/json"})
    text = json.load(urllib.request.urlopen(asked))["plan"]
    sql.leave()
    sql.tab_to("Graph")
    sql.press("ArrowRight")
    shown = sql.page.get_by_role("region", name="Plan as text").inner_text()
    expect(shown.strip() == text.strip(), f"the text is another than the server's:\n{shown}")
    return vertices


def insert(sql, cluster, vertices):
    """The job that the plan was of."""
    before = set(jobs(cluster))
    sql.tab_to("SQL script", "Shift+Tab")
    sql.press("Control+Enter")
    dialog = sql.page.get_by_role("dialog")
    dialog.wait_for()
    expect("INSERT INTO nothing" in dialog.inner_text(), f"the question is {dialog.inner_text()!r}")
    expect(set(jobs(cluster)) == before, "a job was submitted without an answer")
    sql.tab_to("Submit")
    sql.press("Enter")
    sql.until(lambda: "was submitted" in dialog.inner_text(), "the report")
    sql.press("Escape")
    job = sql.until(lambda: [one for one in running(cluster) if one not in before], "the INSERT runs")[0]
    there = len(rest(cluster, f"/jobs/{job}")["vertices"])
    expect(there == vertices, f"the plan shows {vertices} vertices, the job has {there}")
    cluster.say(f"the plan's {vertices} vertices; INSERT is {job}")
    return job


def query(sql, cluster):
    last = 900
    sql.write(NUMBERS.format(last=last) + "SELECT 1 AS other;\n"
              "SELECT MOD(id, 7) AS k, COUNT(*) AS n, MAX(id + 9007199254740992) AS big,\n"
              "  MAX(CASE WHEN MOD(id, 7) = 3 THEN CAST(NULL AS STRING) ELSE 'ß🦀,\"' || CAST(MOD(id, 7) AS STRING) END) AS t\n"
              "FROM numbers GROUP BY MOD(id, 7)")
    sql.run()
    sql.wait_for_state("finished")
    groups = {}
    for number in range(1, last + 1):
        groups.setdefault(number % 7, []).append(number)
    expected = sorted([str(k), str(len(ids)), str(max(ids) + 9007199254740992), None if k == 3 else f'ß🦀,"{k}']
                      for k, ids in groups.items())
    shown = sorted(sql.rows(), key=lambda row: row[0])
    expect(shown == expected, f"shown {shown}\nexpected {expected}")
    expect("7 rows" in sql.counts(), sql.counts())
    # The changes, put together here.
    sql.leave()
    sql.tab_to("Table")
    sql.press("ArrowRight")
    total = int(re.search(r"(\d+) changes", sql.counts()).group(1))
    changes = {}
    while True:
        changes.update((int(number.replace("\u202f", "")), change) for number, *change in sql.rows(numbered=True))
        if 1 in changes:
            break
        sql.tab_to("Older")
        sql.press("Enter")
    expect(sorted(changes) == list(range(1, total + 1)), f"{len(changes)} of {total} changes are shown")
    table = []
    for _, (kind, *row) in sorted(changes.items()):
        table.append(row) if kind[0] == "+" else table.remove(row)
    expect(sorted(table, key=lambda row: row[0]) == expected, f"the changes come to {table}")
    cluster.say(f"a query: {total} changes come to the 7 rows that were counted here")


def examples_and_options(sql, cluster):
    """A script of an example, all of it at once, with options; then its name, and it is gone."""
    sql.tab_to("New")
    sql.press("Enter")
    sql.tab_to("Begin with")
    sql.press("ArrowDown")
    sql.tab_to("Begin")
    sql.press("Enter")
    sql.check("2 jobs would run")
    sql.tab_to("SQL script")
    sql.press("Control+End")
    sql.page.keyboard.insert_text("\nSHOW TABLES;")
    sql.leave()
    options = sql.page.locator(".sql-options summary")
    sql.tab_to("Options")
    sql.press("Enter")
    sql.tab_to("Parallelism")
    sql.page.keyboard.insert_text("none")
    sql.until(lambda: sql.page.get_by_role("alert").count(), "a parallelism that is no number is refused")
    sql.press("Control+a")
    sql.page.keyboard.insert_text("2")
    sql.tab_to("SET options, one a line: key = value")
    sql.page.keyboard.insert_text("SET 'pipeline.name' = 'made up'")
    expect("some are set" in options.inner_text(), options.inner_text())
    before = set(jobs(cluster))
    sql.tab_to("SQL script", "Shift+Tab")
    sql.press("Control+Shift+Enter")
    tabs = sql.page.get_by_role("tablist", name="Queries").get_by_role("tab")
    sql.until(lambda: tabs.count() == 2, "two queries are followed")
    started = sql.until(lambda: len(set(jobs(cluster)) - before) == 2 and set(jobs(cluster)) - before, "both are there")
    for job in started:
        summary = rest(cluster, f"/jobs/{job}")
        expect(summary["name"] == "made up", f"the option does not count: {summary['name']}")
        expect(max(one["parallelism"] for one in summary["vertices"]) == 2, "the parallelism does not count")
    answers = sql.page.locator(".sql-answer")
    expect(answers.count() == 1 and "orders" in answers.inner_text(), "what SHOW TABLES answers stands beside the queries")
    sql.until(lambda: sql.rows(), "rows of the first come")
    sql.leave()
    for part in ("Parallelism", "SET options, one a line: key = value"):
        sql.tab_to(part)
        sql.press("Control+a", "Delete")
    sql.tab_to("Delete", "Shift+Tab")
    sql.press("Enter")
    sql.tab_to("Delete")
    sql.press("Enter")
    sql.until(lambda: not sql.page.get_by_role("dialog").count(), "the script is deleted")
    expect("made up" not in sql.text() and "orders" not in sql.text(), "the script is still there")
    cluster.say("an example, run at once, with options")


def looks(sql, cluster):
    """With a plan, an error and rows on the page."""
    sql.write("SELECT idd FROM nowhere")
    sql.check("`nowhere`")
    sql.tab.check_narrow("the SQL page")
    sql.tab.check_accessible("the SQL page")
    cluster.say("fit to be read and used by all, also on a telephone")


def answers(sql, cluster):
    """SHOW, DESCRIBE and EXPLAIN, one after the other and all at once."""
    shown = sql.page.locator(".sql-answer")
    before = set(jobs(cluster))

    def ask(statement, *expected):
        sql.write(ENDLESS + NOTHING + statement)
        sql.press("Control+Enter")
        sql.until(lambda: shown.count() and statement.rstrip(";") in shown.first.inner_text() and
                  all(one in shown.first.inner_text() for one in expected), f"{statement} answers {expected}")

    ask("SHOW TABLES;", "table name", "endless", "nothing")
    ask("DESCRIBE endless;", "INT", "TRUE", "NULL")
    ask("SHOW CREATE TABLE nothing;", "CREATE TABLE", "'connector' = 'blackhole'")
    one = next(iter(jobs(cluster).values()))
    ask("SHOW JOBS;", one["jid"], one["state"])
    sql.check("nothing would run yet")
    sql.write("SHOW CREATE TABLE nowhere;")
    sql.press("Control+Enter")
    sql.until(lambda: "nowhere" in sql.page.get_by_role("alert").last.inner_text(), "an error is told as one of a query")
    sql.write(ENDLESS + NOTHING + "SHOW VIEWS;\nDESCRIBE nothing;\nEXPLAIN SELECT k + 41 FROM endless;")
    sql.press("Control+Shift+Enter")
    sql.until(lambda: shown.count() == 2 and "No row." in shown.first.inner_text(), "two answers")
    sql.until(lambda: "41" in sql.page.get_by_role("region", name="Plan").first.inner_text(), "and a plan")
    expect(set(jobs(cluster)) == before, "asking has started a job")
    cluster.say("SHOW, DESCRIBE and EXPLAIN answer")


def passwords(sql, cluster):
    """They stay with the tab."""
    script = "SET 'a.password' = 'very secret';\n" + ENDLESS
    sql.write(script)
    missing = sql.page.get_by_text("A password or key is missing")

    def kept():
        return sql.page.evaluate("JSON.stringify({...localStorage})")

    expect("very secret" not in kept() and "******" in kept(), f"kept is {kept()}")

    def written():
        return "\n".join(sql.page.locator(".cm-line").all_inner_texts())

    sql.page.reload()
    sql.editor.wait_for()
    expect("very secret" in written() and not missing.count(), f"the tab has lost it: {written()}")
    sql.page.evaluate("sessionStorage.clear()")
    sql.page.reload()
    sql.editor.wait_for()
    expect("'a.password' = '******'" in written() and missing.count() == 1, f"{written()}")
    # What an earlier page kept whole.
    sql.page.evaluate("localStorage.setItem('weir-sql', JSON.stringify({current: 'a', texts: {a: \"'password' = 'very secret'\"}}))")
    sql.page.reload()
    sql.editor.wait_for()
    expect("very secret" not in kept(), f"kept is {kept()}")
    cluster.say("passwords of scripts do not outlive the tab")


def questions(sql, cluster):
    """Dialogs, and what lies above the editor, are for all."""
    for name in ("New", "Rename", "Delete"):
        sql.page.get_by_role("button", name=name, exact=True).click()
        sql.page.get_by_role("dialog").wait_for()
        sql.tab.check_accessible(f"the question of {name}")
        sql.press("Escape")
        sql.page.get_by_role("dialog").wait_for(state="detached")
    sql.write(ENDLESS + NOTHING + "INSERT INTO nothing SELECT k FROM endless;")
    sql.press("Control+Enter")
    sql.page.get_by_role("dialog").wait_for()
    sql.tab.check_accessible("the question before an INSERT")
    sql.press("Escape")
    sql.page.locator(".sql-options summary").click()
    sql.write("SELECT char")
    sql.press("Control+Space")
    sql.page.locator(".cm-tooltip-autocomplete").wait_for()
    sql.tab.check_accessible("the options and a completion")


def many_rows(sql, cluster):
    sql.write(NUMBERS.format(last=15000) + "SELECT id FROM numbers")
    sql.run()
    sql.wait_for_state("finished")
    expect("15000 rows" in sql.counts(), sql.counts())
    said = sql.page.get_by_role("tabpanel", name="Table").inner_text().replace("\u202f", "")
    expect("5000 older rows are counted but not kept" in said, said[:300])
    expect(sql.rows()[-1] == ["15000"] and len(sql.rows()) == 100, f"the last row is {sql.rows()[-1]}")
    cluster.say("15,000 rows: 10,000 are kept, and it is said")


def stopping(sql, cluster):
    sql.write(ENDLESS + "SELECT k FROM endless")
    job = sql.run()
    sql.until(lambda: re.search(r"[1-9]\d+ rows", sql.counts()), "rows come")
    sql.leave()
    sql.tab_to("Stop")
    sql.press("Enter")
    sql.wait_for_state("stopped")
    sql.until(lambda: jobs(cluster)[job]["state"] == "CANCELED", "the query's job is canceled")

    # One that is run again ends the one before, one whose page is left ends as well.
    first, second = sql.run(), sql.run()
    sql.until(lambda: jobs(cluster)[first]["state"] == "CANCELED", "the query before is canceled")
    sql.leave()
    sql.tab_to("Overview", "Shift+Tab")
    sql.press("Enter")
    sql.until(lambda: jobs(cluster)[second]["state"] == "CANCELED", "the query of a page that was left is canceled")

    sql.tab_to("SQL")
    sql.press("Enter")
    sql.editor.wait_for()
    expect(sql.text() == ENDLESS + "SELECT k FROM endless", f"the script is not what it was: {sql.text()!r}")
    third = sql.run()
    sql.page.reload()
    sql.editor.wait_for()
    sql.until(lambda: jobs(cluster)[third]["state"] == "CANCELED", "the query of a page that is loaded anew is canceled")
    expect(sql.text() == ENDLESS + "SELECT k FROM endless", f"the script has not survived: {sql.text()!r}")
    cluster.say("queries end when they are stopped, run again, or left; the script survives")


def failing(sql, cluster):
    sql.write(NUMBERS.format(last=10) + "SELECT 1 / (id - 5) FROM numbers")
    sql.run()
    sql.wait_for_state("failed")
    trouble = sql.page.locator(".notice.bad").last.inner_text()
    expect("division" in trouble.lower() or "/ by zero" in trouble, f"the failure is told as {trouble!r}")
    cluster.say("a query that fails says why")


def words_are_those_of(weir):
    """What the editor shows as keywords, types and functions."""
    def read(path):
        with open(os.path.join(ROOT, path)) as f:
            return f.read()

    keywords = re.findall(r"\bX\((\w+)\)", read("sql/keywords.h"))
    types = re.search(r"Parser::ParseBaseType\(\).*?Parser::ParseTypeParameters\(", read("sql/parser_types.cc"), re.DOTALL)
    functions = subprocess.run([weir, "local"], input="SHOW FUNCTIONS;\n", text=True, capture_output=True, check=True)
    known = {"KEYWORDS": {word.lower() for word in keywords},
             "TYPES": {word.lower() for word in re.findall(r"case Keyword::k(\w+):", types.group())} - {"null"},
             "FUNCTIONS": set(re.findall(r"^\|\s+([a-z0-9_]+)\s+\|$", functions.stdout, re.MULTILINE))}
    path = "dashboard/src/sql/words.ts"
    in_cc = re.search(r"bool IsSecretOption.*?\{(\".*?)\}\)", read("common/base/secrets.cc"), re.DOTALL).group(1)
    in_ts = re.search(r"SECRET_PARTS = \[(.*?)\]", read("dashboard/src/sql/secrets.ts"), re.DOTALL).group(1)
    expect(re.findall(r"[\w.-]{3,}", in_cc) == re.findall(r"[\w.-]{3,}", in_ts), "dashboard/src/sql/secrets.ts has another rule")
    for name, words in known.items():
        listed = set(re.search(name + r".*`([^`]*)`", read(path)).group(1).split())
        expect(words == listed, f"{path}: {name} misses {sorted(words - listed)}, {sorted(listed - words)} are none")


def on_a_cluster(cluster):
    cluster.start(task_managers=1, slots=8, services=False)
    with browser() as tab_at:
        tab = tab_at(f"http://127.0.0.1:{cluster.ports.rest}")
        tab.open("sql")
        sql = SqlPage(tab, cluster)
        sent = sum(tab.transferred.values())
        expect(0 < sent <= MOST_BYTES, f"the page takes {sent} bytes: {tab.transferred}")
        errors_while_typing(sql, cluster)
        completion(sql, cluster)
        job = insert(sql, cluster, plan(sql, cluster))
        query(sql, cluster)
        examples_and_options(sql, cluster)
        answers(sql, cluster)
        looks(sql, cluster)
        questions(sql, cluster)
        passwords(sql, cluster)
        many_rows(sql, cluster)
        failing(sql, cluster)
        stopping(sql, cluster)
        expect(running(cluster) == [job], f"the INSERT does not go on alone: {running(cluster)}")
        tab.expect_nothing_wrong()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    arguments = parser.parse_args()

    def act():
        words_are_those_of(arguments.weir)
        with TestCluster(arguments.weir) as cluster:
            on_a_cluster(cluster)

    run_scenario(act)


if __name__ == "__main__":
    sys.exit(main())
