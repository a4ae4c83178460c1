"""Kill a process that records, edits, merges and repairs, a thousand times.

Run from the checkout: ``python -m tests.benchmarks.kills [1000] [--seed 0]``.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.episodes.killing import KillError, kill_often


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            counts = kill_often(Path(folder), options.kills, options.seed)
        except KillError as error:
            sys.stdout.write(f"{error}\n")
            return 1
    doing = ", ".join(f"{count} during {what}" for what, count in sorted(counts.items()))
    seconds = time.monotonic() - begin
    sys.stdout.write(f"{options.kills} kills in {seconds:.0f} s, nothing lost: {doing}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
