#!/usr/bin/env python3
"""deploy/lib/dockerfile.py reads a Dockerfile as Docker does, and knows all that ours says."""

import os
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "deploy", "lib"))
from dockerfile import Build, instructions, options
from processes import Problem


class DockerfileTest(unittest.TestCase):
    def test_lines(self):
        text = "# a comment\nFROM a AS b\n\nRUN one && \\\n    # in between\n    two\n  user 1:2\n"
        self.assertEqual(instructions(text), [("FROM", "a AS b"), ("RUN", "one &&      two"), ("USER", "1:2")])

    def test_options(self):
        self.assertEqual(options("--from=b --chown=1:2 /x /y --z"), ({"from": "b", "chown": "1:2"}, "/x /y --z"))
        self.assertEqual(options("plain --words"), ({}, "plain --words"))

    def build(self, text):
        """The image, of a bare root that is an empty folder."""
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = self.folder.name
        for name in ("base", "context", "ready/made"):
            os.makedirs(os.path.join(path, name))
        for name in ("context/file", "ready/made/thing"):
            open(os.path.join(path, name), "w").close()
        with open(os.path.join(path, "Dockerfile"), "w") as f:
            f.write(text)
        build = Build(os.path.join(path, "context"), os.path.join(path, "base"), path, {}, path,
                      {"ready": os.path.join(path, "ready")}, os.path.join(path, "log"), lambda text: None)
        return build.run(os.path.join(path, "Dockerfile"))

    def test_the_last_stage_is_the_image(self):
        image = self.build('FROM debian:bookworm AS first\nUSER 7:7\nCOPY file /a/b\n'
                           'FROM debian:bookworm AS ready\nRUN false\n'
                           'FROM debian:bookworm-slim\nWORKDIR /w\nCOPY --from=first /a/b c\nCOPY --from=ready /made /made\n'
                           'COPY file d/\nUSER 1:2\nENV A=b\nHEALTHCHECK --interval=1s CMD ["x", "y z"]\n'
                           'ENTRYPOINT ["e"]\nCMD ["f"]\n')
        found = sorted(os.path.relpath(os.path.join(folder, name), image.root)
                       for folder, _, names in os.walk(image.root) for name in names)
        self.assertEqual(found, ["made/thing", "w/c", "w/d/file"])
        self.assertEqual((image.user, image.workdir, image.environment, image.healthcheck, image.entrypoint, image.command),
                         ("1:2", "/w", {"A": "b"}, ["x", "y z"], ["e"], ["f"]))

    def test_refuses_what_it_does_not_know(self):
        for line in ("VOLUME /x", "FROM alpine", "RUN --mount=type=secret,id=x true"):
            with self.assertRaises(Problem, msg=line):
                self.build("FROM debian:bookworm\n" + line + "\n")

    def test_knows_ours(self):
        with open(os.path.join(ROOT, "deploy", "docker", "Dockerfile")) as f:
            found = {instruction for instruction, _ in instructions(f.read())}
        self.assertIn("HEALTHCHECK", found)
        for instruction in found - {"FROM"}:
            self.assertTrue(hasattr(Build, "do_" + instruction.lower()), instruction)


if __name__ == "__main__":
    unittest.main()
