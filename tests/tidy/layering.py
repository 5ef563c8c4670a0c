#!/usr/bin/env python3
"""Checks what a compiler does not: who includes whom, which headers stay out of headers, and that no
file names a folder of one developer's machine.

  layering.py [ROOT]     prints FILE:LINE: what is wrong and why; exit code 1 when there is anything

The arrows are the table of docs/ARCHITECTURE.md. A unit test (*_test.cc) may also include tests/.
"""

import os
import re
import subprocess
import sys

TABLE_HEADING = "| folder | may include |"
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

# Libraries whose headers cost seconds to compile or leak their names: only in .cc files.
HEAVY = {
    "gRPC": re.compile(r"^grpc|^grpcpp/|\.grpc\.pb\.h$"),
    "Boost": re.compile(r"^boost/"),
    "RocksDB": re.compile(r"^rocksdb/"),
    "libpqxx and libpq": re.compile(r"^pqxx/|^libpq|^postgresql/"),
    "librdkafka": re.compile(r"^librdkafka/"),
    "simdjson": re.compile(r"^simdjson"),
    "nlohmann-json": re.compile(r"^nlohmann/"),
    "spdlog": re.compile(r"^spdlog/"),
    "CLI11": re.compile(r"^CLI/"),
}

# Paths that exist on one machine only. Paths that a system has (/tmp, /usr, /var ...) are fine.
PRIVATE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:home|work|Users|mnt|media)/[\w.-]+")
TEXT_SUFFIXES = (".h", ".cc", ".proto", ".py", ".sh", ".md", ".txt", ".cmake", ".sql", ".json", ".xml",
                 ".yml", ".yaml", ".ts", ".tsx")
SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", ".cache"}


def read_table(root):
    """{folder: (allowed folders or None for everything, excepted path prefixes)}."""
    path = os.path.join(root, "docs", "ARCHITECTURE.md")
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    if TABLE_HEADING not in lines:
        sys.exit(f"{path}: no table that begins with {TABLE_HEADING!r}")
    table = {}
    for line in lines[lines.index(TABLE_HEADING) + 2:]:
        if not line.startswith("|"):
            break
        folder, allowed = (cell.strip() for cell in line.strip("|").split("|"))
        if allowed == "everything":
            table[folder] = (None, ())
            continue
        folders, exceptions = set(), []
        for item in (part.strip() for part in allowed.split(",")):
            name, _, excepted = item.partition(" except ")
            if name != "-":
                folders.add(name)
            if excepted:
                exceptions.append(excepted.strip() + "/")
        table[folder] = (folders, tuple(exceptions))
    return table


def source_files(root):
    """Files of the project, relative to root: what git knows or would add, else all there is."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:
        names = []
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("build")]
            names += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))


def arrow_problem(name, included, table):
    """Why `name` may not include the project header `included`; None when it may."""
    source = name.split("/")[0]
    target = included.split("/")[0]
    if source in ("tests", "bench") or source == target:
        return None
    if target in ("tests", "bench"):
        if target == "tests" and name.endswith("_test.cc"):
            return None
        return f"{source} may not include {target}"
    if source not in table:
        return f"{source} is not in the table of docs/ARCHITECTURE.md"
    allowed, exceptions = table[source]
    if allowed is None:
        return None
    if target not in allowed:
        return f"{source} may not include {target} (docs/ARCHITECTURE.md)"
    for prefix in exceptions:
        if included.startswith(prefix):
            return f"{source} may not include {prefix[:-1]} (docs/ARCHITECTURE.md)"
    return None


def check_includes(root, name, table, folders):
    problems = []
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
        for number, line in enumerate(f, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quoted, included = match.group(1) == '"', match.group(2)
            if included.split("/")[0] in folders and "/" in included:
                problem = arrow_problem(name, included, table)
                if problem:
                    problems.append((number, f'#include "{included}": {problem}'))
            elif quoted and not re.search(r"\.grpc\.pb\.h$", included):
                problems.append((number, f'#include "{included}": name the header from the root, '
                                         "or use <> for a library"))
            if name.endswith(".h"):
                for library, pattern in HEAVY.items():
                    if pattern.search(included):
                        problems.append((number, f"#include <{included}>: {library} stays out of headers"))
    return problems


def check_text(root, name):
    problems = []
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
        for number, line in enumerate(f, 1):
            match = PRIVATE_PATH.search(line)
            if match and "tests/tidy/" not in name:
                problems.append((number, f"{match.group(0)}: a path of one machine"))
    return problems


def check(root):
    """All problems as sorted (file, line, text), and how many files were read."""
    table = read_table(root)
    # tests/ and bench/ are targets too: nothing that ships may lean on them.
    folders = set(table) | {"tests", "bench"}
    problems, files = [], 0
    for name in source_files(root):
        if name.endswith((".h", ".cc")):
            files += 1
            problems += [(name, *p) for p in check_includes(root, name, table, folders)]
        if name.endswith(TEXT_SUFFIXES) or name.startswith(("deploy/", ".ci/")):
            problems += [(name, *p) for p in check_text(root, name)]
    return sorted(problems), files


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                           os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
    problems, files = check(root)
    for name, number, text in problems:
        print(f"{name}:{number}: {text}")
    print(f"layering: {files} files, {len(problems)} problems")
    sys.exit(1 if problems or files == 0 else 0)


if __name__ == "__main__":
    main()
