#!/usr/bin/env python3
"""Runs the golden SQL scripts through `weir local`; compares with the answers a real Flink gave.

    run_goldens.py WEIR [--parallelism N] [--batch-size N] [--filter TEXT] [--list-failing]
    run_goldens.py RESUMED_LOCAL --parallelism N --resume M [--state-bytes N] ...

Each tests/sql/flink/**/NAME.sql is answered by NAME.out beside it. Compared are, per statement, its
text, its schema and its rows. At parallelism 1 the rows are compared one by one. Otherwise the
changelog is folded: for each row's text +I and +U count one up, -U and -D one down, and what is
left at the end must be equal. With --resume each job is stopped in its middle and goes on at that
parallelism (resumed_local.cc); folded are the rows before and after together. Where the answer is an error, an error must come; its text and the
rows before it are free. A script says in comments before its first statement where it is less
strict, or differs on purpose. Files that a script writes go below /tmp/weir-golden/, which becomes
a folder of the run:

    -- weir: order: any      the rows' order is free (several sources): folded at every parallelism
    -- weir: order: window   keys of one window come in any order: adjacent +I rows with equal times
                             are sorted
    -- weir: order: session  keys of sessions that end together come in any order: adjacent +I rows
                             whose latest times are equal are sorted
    -- weir: differs: WHY    Weir answers otherwise on purpose: NAME.weir.out holds its answer

Scripts that Weir cannot answer rightly yet stand in tests/sql/known_differences.txt with the reason;
they are counted apart, and one of them that is answered rightly fails until it is taken off the list.
"""

import argparse
import collections
import concurrent.futures
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "tests" / "sql" / "flink"
KNOWN = ROOT / "tests" / "sql" / "known_differences.txt"
WRITTEN = "/tmp/weir-golden"
KINDS = {"+I": 1, "+U": 1, "-U": -1, "-D": -1}


def read_directives(script):
    """The `-- weir: name: value` comments above the first statement, as a dict."""
    found = {}
    for line in script.splitlines():
        if line.strip() and not line.startswith("--"):
            break
        match = re.match(r"-- weir: (\w+): (.*)", line)
        if match:
            found[match.group(1)] = match.group(2).strip()
    unknown = set(found) - {"order", "differs"}
    if unknown or found.get("order", "any") not in ("any", "window", "session"):
        raise ValueError(f"unknown directive: {found}")
    return found


def read_known():
    """Names of scripts (group/name) that are known to be answered wrongly, with the reason."""
    known = {}
    for line in KNOWN.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, why = line.partition(" ")
            known[name] = why.strip()
    return known


def split_statements(answer):
    """The lines of an answer, one list per statement; each starts with its `> text`."""
    statements = []
    for line in answer.rstrip("\n").split("\n"):
        if line.startswith("> ") or not statements:
            statements.append([])
        statements[-1].append(line)
    return statements


def is_row(line):
    return line[:2] in KINDS and line[2:3] in (" ", "")


def fold(rows):
    """The rows that remain when the changelog has been applied, sorted, with their counts."""
    counts = collections.Counter()
    for row in rows:
        counts[row[3:]] += KINDS[row[:2]]
    return [f"{count} x {text}" for text, count in sorted(counts.items()) if count != 0]


def time_columns(schema):
    """Positions of the columns of type TIMESTAMP in a `schema (...)` line."""
    names = re.findall(r"`(?:[^`]|``)*` (\w+)", schema)
    return [i for i, kind in enumerate(names) if kind.startswith("TIMESTAMP")]


def sort_within_windows(schema, rows, sessions):
    columns = time_columns(schema)

    def window(row):
        cells = row[3:].split(" | ")
        times = tuple(cells[i] for i in columns if i < len(cells))
        # Times as they are printed: the longer of two that begin alike is the later.
        return row[:2], max(times, default="") if sessions else times

    sorted_rows, run = [], []
    for row in rows:
        if run and (window(row) != window(run[-1]) or row[:2] != "+I"):
            sorted_rows += sorted(run)
            run = []
        run.append(row)
    return sorted_rows + sorted(run)


def normalise(statement, folded, order):
    """What of a statement's answer is compared."""
    if any(line.startswith("error ") for line in statement):
        # An unclosed string takes the semicolon with it.
        return [statement[0].rstrip(";"), "error"]
    head = [line for line in statement if not is_row(line)]
    rows = [line for line in statement if is_row(line)]
    if folded:
        return head + fold(rows)
    if order:
        schema = next((line for line in head if line.startswith("schema ")), "")
        return head + sort_within_windows(schema, rows, order == "session")
    return head + rows


def run_one(arguments, path):
    """None when the script's answer is right, else what is to be shown."""
    directives = read_directives(path.read_text(encoding="utf-8"))
    expected_path = path.with_suffix(".weir.out" if "differs" in directives else ".out")
    if not expected_path.exists():
        return f"--- {expected_path.relative_to(ROOT)}: no such file; tests/sql/record writes it\n"
    # The input is one split read by one source subtask, whatever the parallelism of the rest: else
    # watermarks, and what is late, would depend on which subtask is heard first.
    shown = ",\n  'scan.parallelism' = '1'"  # by SHOW CREATE TABLE
    plain, single = "'connector' = 'filesystem'", "'connector' = 'filesystem', 'scan.parallelism' = '1'"
    script = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="weir-golden-") as folder:
        file = pathlib.Path(folder) / "script.sql"
        written = str(pathlib.Path(folder) / "written")
        file.write_text(script.replace(plain, single).replace(WRITTEN, written), encoding="utf-8")
        return compare(arguments, path, file, directives, expected_path,
                       lambda text: text.replace(single, plain).replace(shown, "").replace(written, WRITTEN))


def compare(arguments, path, script, directives, expected_path, restore):
    command = [arguments.weir, "-f", script, "--parallelism", str(arguments.parallelism)]
    if arguments.resume:
        command += ["--then-parallelism", str(arguments.resume)]
        command += ["--then-batch-size", str(arguments.batch_size)]
        command += ["--share", str(arguments.share), "--state-bytes", str(arguments.state_bytes)]
    else:
        command.insert(1, "local")
        command += ["--output", "changelog"]
        command += ["--set", f"execution.batch-size={arguments.batch_size}"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8",
                              errors="replace", timeout=arguments.timeout)
    except subprocess.TimeoutExpired:
        return f"--- {path.relative_to(ROOT)}: no answer within {arguments.timeout} s\n"
    folded = arguments.parallelism > 1 or arguments.resume or directives.get("order") == "any"
    order = directives.get("order")

    def compared(answer):
        return [line for s in split_statements(answer) for line in normalise(s, folded, order)]

    expected = expected_path.read_text(encoding="utf-8")
    name = str(expected_path.relative_to(ROOT))
    diff = list(difflib.unified_diff(compared(expected), compared(restore(done.stdout)), name, "weir", n=2,
                                     lineterm=""))
    if done.returncode < 0 or (diff and done.stderr):
        errors = done.stderr[-2000:].strip()
        diff.append(f"exit code {done.returncode}; standard error ends: {errors}")
    return "\n".join(diff) + "\n" if diff else None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weir", type=lambda p: str(pathlib.Path(p).resolve()), help="the binary")
    parser.add_argument("--parallelism", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=4096)
    parser.add_argument("--resume", type=int, metavar="PARALLELISM",
                        help="stop each job and go on at it; before, the batch size is 1")
    parser.add_argument("--share", type=float, default=0.5,
                        help="of the input that a job reads before it is stopped")
    parser.add_argument("--state-bytes", type=int, default=1 << 30,
                        help="of a resumed task's keyed state in memory; the rest is spilled")
    parser.add_argument("--filter", default="", help="only scripts whose path contains this")
    parser.add_argument("--list-failing", action="store_true", help="print only the failing names")
    parser.add_argument("--jobs", type=int, default=2, help="scripts run at once")
    parser.add_argument("--timeout", type=int, default=120, help="seconds per script")
    arguments = parser.parse_args()

    paths = sorted(p for p in GOLDENS.rglob("*.sql")
                   if arguments.filter in str(p.relative_to(ROOT)))
    if not paths:
        sys.exit(f"no golden matches '{arguments.filter}'")
    known = read_known()
    failed = differing = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for path, problem in zip(paths, pool.map(lambda p: run_one(arguments, p), paths)):
            name = str(path.relative_to(GOLDENS).with_suffix(""))
            if problem is None and name not in known:
                continue
            if problem is not None and name in known:
                differing += 1
                continue
            failed += 1
            if problem is None:
                problem = f"--- {name}: right now: take it off {KNOWN.relative_to(ROOT)}\n"
            print(path.relative_to(ROOT) if arguments.list_failing else problem, flush=True)
    if differing:
        print(f"{differing} scripts are known to differ: see {KNOWN.relative_to(ROOT)}")
    print(f"{len(paths) - failed - differing} passed, {failed} failed, {differing} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
