#!/usr/bin/env python3
"""Every command that asks a job manager asks the one that the configuration names.

  configured_address_test.py --weir BINARY
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

ADDRESS = "host.invalid:7777"


def help_of(weir, words, config):
    return subprocess.run([weir, *words, "--help"], text=True, stdout=subprocess.PIPE, check=True,
                          env={**os.environ, "WEIR_CONFIG": config}).stdout


def commands(text):
    """Of a help: the words behind "Subcommands:"."""
    return re.findall(r"^  (\w+) {2,}", text.partition("ubcommands:")[2], re.M)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    weir = parser.parse_args().weir
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        host, port = ADDRESS.split(":")
        config.write(f"jobmanager.rpc.address: {host}\njobmanager.rpc.port: {port}\n")
        config.flush()
        asked = wrong = 0
        waiting = [[word] for word in commands(help_of(weir, [], config.name))]
        while waiting:
            words = waiting.pop()
            text = help_of(weir, words, config.name)
            waiting += [[*words, word] for word in commands(text)]
            option = re.search(r"--jobmanager HOST:PORT=(\S+)", text)
            if option:
                asked += 1
                if option.group(1) != ADDRESS:
                    wrong += 1
                    print(f"weir {' '.join(words)} asks {option.group(1)}, the configuration says {ADDRESS}")
    if asked < 10:
        print(f"only {asked} commands that ask a job manager were found")
    sys.exit(wrong > 0 or asked < 10)


if __name__ == "__main__":
    main()
