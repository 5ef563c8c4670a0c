#!/usr/bin/env python3
"""Plants violations in a small tree and expects layering.py to find each, and nothing else."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import layering

ARCHITECTURE = """# Architecture
| folder | may include |
|---|---|
| common | - |
| proto | - |
| state | common |
| jobmanager | common, proto, state except state/rocksdb |
| client | everything |

Text after the table: | not | a row |
"""

# file, its text, and the problem expected in it (None: clean).
CASES = [
    ("common/base/a.h", "#include <string>\n", None),
    ("common/base/b.cc", '#include "state/table.h"\n', "common may not include state"),
    ("common/base/b_test.cc", '#include "state/table.h"\n', "common may not include state"),
    ("common/base/c_test.cc", '#include <gtest/gtest.h>\n#include "tests/harness.h"\n', None),
    ("common/base/d.cc", '#include "tests/harness.h"\n', "common may not include tests"),
    ("state/table.h", '#include "common/base/a.h"\n#include "state/run.h"\n', None),
    ("state/e.cc", '  #  include "proto/plan.pb.h"\n', "state may not include proto"),
    ("jobmanager/f.cc", '#include "state/rocksdb/store.h"\n', "may not include state/rocksdb"),
    ("jobmanager/g.cc", '#include "state/key_groups.h"\n#include "proto/plan.pb.h"\n', None),
    ("jobmanager/h.cc", '#include "client/main.h"\n', "jobmanager may not include client"),
    ("client/i.cc", '#include "jobmanager/g.h"\n#include "state/table.h"\n', None),
    ("bench/j.cc", '#include "client/main.h"\n', None),
    ("state/k.cc", '#include "bench/j.h"\n', "state may not include bench"),
    ("state/l.h", "#include <rocksdb/db.h>\n", "RocksDB stays out of headers"),
    ("state/l.cc", "#include <rocksdb/db.h>\n", None),
    ("client/m.h", "#include <grpcpp/grpcpp.h>\n", "gRPC stays out of headers"),
    ("client/n.h", '#include "proto/control.grpc.pb.h"\n', "gRPC stays out of headers"),
    ("client/o.h", "#include <nlohmann/json.hpp>\n", "nlohmann-json stays out of headers"),
    ("client/p.cc", '#include "sibling.h"\n', "name the header from the root"),
    ("client/q.cc", "// see /home/ann/weir/notes\n", "a path of one machine"),
    ("client/r.cc", '// /usr/lib, /tmp/x, "$HOME/work/x", a/home/b, https://host/home/x\n', None),
    ("strangers/s.cc", '#include "common/base/a.h"\n', "strangers is not in the table"),
]


class LayeringTest(unittest.TestCase):
    def test_each_planted_violation_is_found(self):
        for name, text, expected in CASES:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                self.write(root, "docs/ARCHITECTURE.md", ARCHITECTURE)
                self.write(root, name, "// first line\n" + text)
                problems, files = layering.check(root)
                self.assertEqual(files, 1)
                if expected is None:
                    self.assertEqual(problems, [])
                else:
                    self.assertEqual(len(problems), 1, problems)
                    self.assertEqual(problems[0][:2], (name, 2))
                    self.assertIn(expected, problems[0][2])

    def test_a_tree_without_the_table_is_an_error(self):
        with tempfile.TemporaryDirectory() as root:
            self.write(root, "docs/ARCHITECTURE.md", "# Architecture\n")
            with self.assertRaises(SystemExit):
                layering.check(root)

    def write(self, root, name, text):
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    unittest.main()
