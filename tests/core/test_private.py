"""Files that only their owner can read."""

import stat
from pathlib import Path

from lbm_studio.core.private import write_private


def test_a_private_file_is_its_owners_alone_and_replaces_what_was_there_whole(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("open to all, and longer")

    write_private(file, b"closed")

    assert file.read_bytes() == b"closed"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
