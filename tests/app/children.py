"""How tests start the small program that stands for the application's child processes."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).parents[2])
_CODE = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); "
    "from tests.app.child_program import main; sys.exit(main(sys.argv[1:]))"
)
CHILD = (sys.executable, "-c", _CODE)
