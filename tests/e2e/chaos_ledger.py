"""What is in ledgers of chaos, counted."""

import json
import os
from collections import Counter, defaultdict

from chaos_workloads import WORKLOADS


def lines_of(paths):
    lines = []
    for path in paths:
        with open(path) as f:
            lines += map(json.loads, f)
    return lines


def faults_in(path):
    """All that struck, and all at which nobody came."""
    lines = lines_of([path]) if path and os.path.exists(path) else []
    return [fault for line in lines for fault in line["faults"]]


def report(paths):
    lines = lines_of(paths)
    totals(lines)
    faults = [fault for line in lines for fault in line["faults"]]
    by_kind = Counter(fault["kind"] for fault in faults if fault["hit"])
    print("\nstruck: " + ", ".join(f"{kind} {count}" for kind, count in sorted(by_kind.items())))
    steps = defaultdict(Counter)
    for fault in faults:
        if fault["step"]:
            steps[fault["step"]][fault["kind"] if fault["hit"] else "nobody came"] += 1
    print(f"\n{'step':28}" + "".join(f"{kind:>14}" for kind in STEP_KINDS))
    for step, counts in sorted(steps.items()):
        print(f"{step:28}" + "".join(f"{counts[kind]:14}" for kind in STEP_KINDS))
    every = {f"{process} {step}" for workload in WORKLOADS.values() for process in workload.steps
             for step in workload.steps[process]}
    missing = [f"{step} ({kind})" for step in sorted(every) for kind in STEP_KINDS[:3] if not steps[step][kind]]
    print(f"\n{len(every)} steps; not struck: " + (", ".join(missing) or "none"))


STEP_KINDS = ("crash_at_step", "fail_step", "hang_at_step", "nobody came")


def totals(lines):
    rows = defaultdict(Counter)
    for line in lines:
        for of in (line["workload"], "all"):
            rows[of]["rounds"] += 1
            rows[of]["faults"] += sum(fault["hit"] for fault in line["faults"])
            rows[of]["hung"] += line["hung"]
            rows[of]["slowest"] = max(rows[of]["slowest"], line["right_after_s"])
            for column in ("events", "lost", "doubled", "wrong"):
                rows[of][column] += line[column]
    columns = ("rounds", "events", "faults", "lost", "doubled", "wrong", "hung", "slowest")
    print(f"{'workload':12}" + "".join(f"{column:>10}" for column in columns))
    for name, counts in sorted(rows.items(), key=lambda row: row[0] == "all"):
        print(f"{name:12}" + "".join(f"{counts[column]:10}" for column in columns))
