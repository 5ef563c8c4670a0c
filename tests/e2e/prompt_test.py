#!/usr/bin/env python3
"""`weir sql`, `weir local` and `weir top` as a person has them: in a pseudo-terminal, with keys.

  prompt_test.py --weir BINARY
"""

import argparse
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

from harness import PATIENCE, TestCluster, expect, run_scenario

UP, TAB, CTRL_C, CTRL_D, CTRL_R = "\x1b[A", "\t", "\x03", "\x04", "\x12"
ENDLESS = "CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');"
PROMPT = "weir> "


class Terminal:
    """A program in a pseudo-terminal, and what it has written since it was last asked."""

    def __init__(self, arguments, home, lines=24, columns=100):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, TERM="xterm-256color")
            for name in ("EDITRC", "LANG", "LC_ALL", "LC_CTYPE"):  # as in a container
                os.environ.pop(name, None)
            os.execv(arguments[0], arguments)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.text = ""
        self.all = ""

    def read(self, wait_s):
        if not select.select([self.fd], [], [], wait_s)[0]:
            return
        try:
            more = os.read(self.fd, 65536).decode(errors="replace")
        except OSError:
            more = ""
        self.text += more
        self.all += more

    def expect(self, pattern, seconds=PATIENCE):
        """Reads until the pattern is there; what follows it is kept for the next time."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                self.text = self.text[found.end():]
                return found
            expect(time.monotonic() < deadline, f"after {seconds} s no {pattern!r} in {self.text[-600:]!r}")
            self.read(0.1)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def press(self, key):
        """A key that the terminal itself would take until the line editor has it, shortly after its prompt is there."""
        deadline = time.monotonic() + PATIENCE
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            expect(time.monotonic() < deadline, f"no line editor has the terminal: {self.all[-300:]!r}")
            time.sleep(0.01)
        self.type(key)

    def run(self, statement, pattern):
        self.type(statement + "\n")
        found = self.expect(pattern)
        self.expect(PROMPT)
        return found

    def wait(self, seconds=PATIENCE):
        """The exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        expect(False, f"it does not end; the last it said is {self.all[-300:]!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def local(weir, home):
    with open(os.path.join(home, ".weir_history"), "w") as f:  # of an earlier one, open to all
        os.fchmod(f.fileno(), 0o644)
    with Terminal([weir, "local"], home) as terminal:
        terminal.expect("HELP shows")
        terminal.expect(PROMPT)
        terminal.run("SELECT 1 + 1 AS two;", r"\| two \|(.|\n)*\|   2 \|(.|\n)*1 row\r\n")
        # Several lines, and a mistake with its place.
        terminal.type("SELECT\n")
        terminal.expect("   -> ")
        terminal.run("nothing;", r"statement:2:1: .*\r\n  nothing\r\n  \^~~~~~~")
        # A statement that is given up.
        terminal.type("SELECT 'lost' AS x,\n")
        terminal.expect("   -> ")
        terminal.type("1")
        terminal.press(CTRL_C)
        terminal.expect(PROMPT)
        # Completion: of a keyword, of a table, of a column; two that begin alike are listed.
        terminal.run(ENDLESS, "OK")
        terminal.run("CREATE TABLE ended (amount INT, amounts INT) WITH ('connector' = 'datagen', "
                     "'number-of-rows' = '1');", "OK")
        terminal.type("sel" + TAB + "CAST(amo" + TAB + TAB)
        terminal.expect("amount +amounts")
        terminal.press(CTRL_C)
        terminal.expect(PROMPT)
        terminal.type("SELECT COUNT(*) AS c FROM ende" + TAB + ";\n")
        terminal.expect(r"\| 1 \|")
        terminal.expect(PROMPT)
        # The table as it is now, on its own screen; Ctrl-C ends the query and not the prompt.
        terminal.type("SELECT COUNT(*) AS c FROM endless;\n")
        terminal.expect(re.escape("\x1b[?1049h"))
        first = int(terminal.expect(r"\| +(\d+) \|").group(1))
        terminal.expect(r"1 row; (\d+) changes?; Ctrl-C ends")
        more = first
        while more <= first:
            more = int(terminal.expect(r"\| +(\d+) \|").group(1))
        terminal.type(CTRL_C)
        terminal.expect(re.escape("\x1b[?1049l") + r"(.|\n)*1 row\r\n")
        terminal.expect(PROMPT)
        # Each change.
        terminal.run("SET 'sql-client.execution.result-mode' = 'changelog';", "OK")
        terminal.type("SELECT COUNT(*) AS c FROM endless;\n")
        terminal.expect(r"\| op \|(.|\n)*\| \+I \|(.|\n)*\| \+U \|")
        terminal.type(CTRL_C)
        terminal.expect(PROMPT)
        # Earlier statements.
        terminal.type(UP + UP)
        terminal.expect("result-mode' = 'changelog';")
        terminal.type("\n")
        terminal.expect("OK")
        terminal.expect(PROMPT)
        # Letters of other languages, as they are typed and as they come; what is given up with Backspace is one letter.
        terminal.type("SELECT 'größeé\x7f' AS `größe`;\n")
        terminal.expect("größeé")
        terminal.expect(r"\| größe \|\r\n(.|\n)*\| größe \|\r\n")
        terminal.expect(PROMPT)
        # A password is there for the next statement, and in no file.
        terminal.run("CREATE TABLE closed (n INT) WITH ('connector' = 'datagen', 'a.password' = 'hush');", "OK")
        terminal.type(UP)
        terminal.expect("'a.password' = 'hush'")
        terminal.press(CTRL_C)
        terminal.expect(PROMPT)
        # A paste of many statements, one over several lines.
        terminal.type("".join(f"SELECT {n} AS\n  pasted;\n" for n in range(1, 31)))
        for n in range(1, 31):
            terminal.expect(rf"\| +{n} \|")
        terminal.expect(PROMPT)
        terminal.press(CTRL_D)
        expect(terminal.wait() == 0, "the exit code is not 0")
    history = os.path.join(home, ".weir_history")
    expect(os.stat(history).st_mode & 0o077 == 0, "others may read the history")
    with open(history) as f:
        text = f.read()
    expect("a.password" in text and "hush" not in text, f"the password is in the history:\n{text}")
    # The next prompt knows them, too.
    with Terminal([weir, "local"], home) as terminal:
        terminal.expect(PROMPT)
        terminal.press(CTRL_R + "two")
        terminal.expect("1 AS")
        terminal.type("\n")
        terminal.expect(r"\|   2 \|")
        terminal.expect(PROMPT)
        terminal.run("SELECT 'a;b' AS x; SELECT 2 AS y;", r"\| a;b \|(.|\n)*\| 2 \|")
        terminal.type("quit\n")
        expect(terminal.wait() == 0, "the exit code is not 0")


def two_at_once(weir, home):
    """What either has asked is there for the next one, in the order in which it was asked."""
    with Terminal([weir, "local"], home) as one, Terminal([weir, "local"], home) as other:
        for terminal in (one, other):
            terminal.expect(PROMPT)
        one.run("SELECT 'one' AS first_of_one;", r"\| one")
        other.run("SELECT 'other' AS first_of_other;", r"\| other")
        other.run("CREATE TABLE shut (n INT) WITH ('connector' = 'datagen', 'a.password' = 'hush');", "OK")
        one.run("SELECT 'one' AS second_of_one;", r"\| one")
        for terminal in (one, other):
            terminal.press(CTRL_D)
            expect(terminal.wait() == 0, "the exit code is not 0")
    history = os.path.join(home, ".weir_history")
    expect(os.stat(history).st_mode & 0o077 == 0, "others may read the history")
    with open(history) as f:
        text = f.read()
    expect(re.search("first_of_one(.|\n)*first_of_other(.|\n)*shut(.|\n)*second_of_one", text), f"not all is kept:\n{text}")
    expect("hush" not in text, f"the password is in the history:\n{text}")
    with Terminal([weir, "local"], home) as terminal:
        terminal.expect(PROMPT)
        terminal.press(UP + UP + UP)
        terminal.expect("first_of_other")
        terminal.press(CTRL_C)
        terminal.expect(PROMPT)
        terminal.press(CTRL_D)
        terminal.wait()


def on_a_cluster(cluster, home):
    cluster.start(task_managers=1, slots=2, services=False)
    script = cluster.write_sql("tables", ENDLESS + "\nCREATE TABLE away (n INT) WITH ('connector' = 'blackhole');")
    with Terminal([cluster.weir, "sql", "--jobmanager", cluster.jobmanager], home) as terminal:
        terminal.expect("1 task manager, 2 slots")
        terminal.expect(PROMPT)
        terminal.run(f"SOURCE '{script}';", "OK(.|\n)*OK")
        terminal.run("CREATE VIEW small AS SELECT n FROM endless WHERE n > 0;", "OK")
        job = terminal.run("INSERT INTO away SELECT n FROM small;", r"job (\w{32}) runs").group(1)
        terminal.run("SHOW JOBS;", job[:8] + r".* RUNNING")
        terminal.run(f"DESCRIBE JOB '{job}';", "RUNNING")
        terminal.type("SELECT COUNT(*) AS c FROM small;\n")
        terminal.expect(r"\| +\d+ \|")
        terminal.type(CTRL_C)
        terminal.expect(PROMPT)
        # The INSERT goes on without the prompt.
        terminal.press(CTRL_D)
        expect(terminal.wait() == 0, "the exit code is not 0")
    cluster.eventually(lambda: cluster.info(job)["state"] == "RUNNING", "the INSERT runs on")
    jobs = json.loads(cluster.client("list", "--output", "json").stdout)
    states = [one["state"] for one in jobs]
    expect(states.count("RUNNING") == 1, f"the query was not canceled: {states}")
    # Numbers come with heartbeats, one a second: of five seconds four to six are seen, on a machine that is not busy.
    cluster.eventually(lambda: re.search(job[:8] + r".*RUNNING.*\| +[3-6]\d \|",
                                         cluster.client("top", "--once", "--interval", "5").stdout),
                       "weir top shows 50 rows a second")
    with Terminal([cluster.weir, "top", job, "--interval", "1", "--jobmanager", cluster.jobmanager], home) as terminal:
        terminal.expect(r"\| +[4-6]\d \|")
        terminal.type(CTRL_C)
        expect(terminal.wait() == 0, "the exit code is not 0")
    with Terminal([cluster.weir, "sql", "--jobmanager", cluster.jobmanager], home) as terminal:
        terminal.expect(PROMPT)
        terminal.run(f"STOP JOB '{job}';", "is being canceled")
        terminal.press(CTRL_D)
        terminal.wait()
    cluster.eventually(lambda: cluster.info(job)["state"] == "CANCELED", "the job is canceled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    arguments = parser.parse_args()

    def act():
        home = tempfile.mkdtemp(prefix="weir-home-")
        try:
            local(arguments.weir, home)
            two_at_once(arguments.weir, home)
            with TestCluster(arguments.weir) as cluster:
                on_a_cluster(cluster, home)
        finally:
            shutil.rmtree(home, ignore_errors=True)

    run_scenario(act)


if __name__ == "__main__":
    sys.exit(main())
