"""Files that only their owner can read: keys, secrets and links."""

import os
from pathlib import Path

_FILE_MODE = 0o600


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; a reader sees all of it or nothing."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(temporary, flags, _FILE_MODE), "wb") as file:
        file.write(content)
    os.replace(temporary, path)
