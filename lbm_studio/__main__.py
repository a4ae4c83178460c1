"""``python -m lbm_studio`` and the script ``lbm-studio``."""

import os
import sys
from multiprocessing import freeze_support


def main() -> int:
    """Run the command line; a pool process of a frozen application ends in the first line."""
    freeze_support()
    # Threads of the learning library that spin while they wait starve everything beside them.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from lbm_studio.cli import main as run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
