"""The results as a table for people."""

import os
import re

TARGETS = {"nothing_to_first_row_ms": ("nothing running to the first Kafka row", 500),
           "submission_to_first_row_ms": ("submission to the first Kafka row", 100)}
SMALL_JOB_MB = 80


def machine():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"^model name\s*:\s*(.*)$", f.read(), re.M)
    with open("/proc/meminfo") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read()).group(1))
    return {"cpu": model.group(1) if model else os.uname().machine, "cores": os.cpu_count(),
            "memory_gb": round(memory / (1 << 20)), "kernel": os.uname().release}


def rows_of(lines):
    """Columns as wide as they must be; the first to the left, the others to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def count(number):
    return f"{number:,}"


def limits_text(limits):
    return rows_of([("limit", "events per CPU-s", "us each")] +
                   [(one["title"], count(one["events_per_cpu_s"]), f"{1e6 / one['events_per_cpu_s']:.3f}")
                    for one in limits])


def verdict(value, target, reached):
    return f"{value} (target {target})" + ("" if reached else " MISSED")


def cases_text(cases):
    lines = [("case", "events per CPU-s", "us each", "share of limit", "wall s", "peak MB: job manager, task managers")]
    for one in cases:
        share = f"{one['share']:.0%}"
        if one["target"]:
            share = verdict(share, f"{one['target']:.0%}", one["share"] >= one["target"])
        lines.append((one["title"], count(one["events_per_cpu_s"]), f"{one['us_per_event']:.3f}", share,
                      f"{one['wall_s']:.1f}", ", ".join(f"{peak:.0f}" for peak in one["peak_mb"].values())))
    return rows_of(lines)


def startup_text(found):
    lines = [("a small job", "")]
    for key, (title, target) in TARGETS.items():
        lines.append((title, verdict(f"{found[key]} ms", f"{target} ms", found[key] <= target)))
    together = sum(found["resident_mb"].values())
    lines.append(("resident, job manager and task manager",
                  verdict(" + ".join(f"{mb:.0f}" for mb in found["resident_mb"].values()) + f" = {together:.0f} MB",
                          f"{SMALL_JOB_MB} MB", together <= SMALL_JOB_MB)))
    return rows_of(lines)


def text(result):
    host = result["machine"]
    parts = [f"{host['cpu']}, {host['cores']} cores, {host['memory_gb']} GB; parallelism {result['parallelism']} on "
             f"{result['task_managers']} task manager(s); medians of {result['rounds']} rounds"]
    if result["limits"]:
        parts.append(limits_text(result["limits"]))
    if result["cases"]:
        parts.append(cases_text(result["cases"]))
    if "startup" in result:
        parts.append(startup_text(result["startup"]))
    return "\n\n".join(parts)
