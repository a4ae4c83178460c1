"""Uses many damaged datasets: does each end in a sentence, or simply work?

    python -m tests.benchmarks.fuzz [N] [--first SEED] [--workers N]

Prints every hole with the seed and the damage that made it; the exit code says whether there are
any. ``--first SEED`` with N = 1 repeats a case.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.episodes.fuzzing import fuzz


def main() -> int:
    """Fuzz and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    begun_s = time.monotonic()
    refusals: Counter[bool] = Counter()
    holes = 0
    with tempfile.TemporaryDirectory() as folder:
        seeds = range(options.first, options.first + options.count)
        for outcome in fuzz(Path(folder), seeds, workers=options.workers):
            refusals[outcome.refused > 1] += 1  # training refuses the undamaged one, too
            for hole in outcome.holes:
                holes += 1
                sys.stdout.write(f"--- seed {outcome.seed}: {outcome.done}\n{hole}\n")
    sys.stdout.write(
        f"{options.count} damaged datasets in {time.monotonic() - begun_s:.0f} s:"
        f" {refusals[True]} refused with sentences, {refusals[False]} used as they are,"
        f" {holes} holes\n"
    )
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
