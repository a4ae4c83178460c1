"""``python -m lbm_studio`` and the script ``lbm-studio``."""

import sys
from multiprocessing import freeze_support


def main() -> int:
    """Run the command line; a pool process of a frozen application ends in the first line."""
    freeze_support()
    from lbm_studio.cli import main as run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
