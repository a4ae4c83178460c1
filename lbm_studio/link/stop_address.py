"""Where a station process listens for stops: the file ``stop.json`` of its session."""

import json
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.private import write_private
from lbm_studio.link.process import ProcessIdentity

SECRET_BYTES = 16


@dataclass(frozen=True)
class StopAddress:
    """Where a station process listens for stops.

    Attributes:
        port: on the loopback interface.
        secret: comes with every datagram: a press never reaches another session's station.
        process: who listens.
    """

    port: int
    secret: bytes
    process: ProcessIdentity

    def write(self, path: Path) -> None:
        """Write the file, readable by its owner alone; a reader sees all of it or nothing."""
        value = {
            "port": self.port,
            "secret": self.secret.hex(),
            "process": self.process.number,
            "started": self.process.started,
        }
        write_private(path, json.dumps(value).encode())

    @classmethod
    def read(cls, path: Path) -> "StopAddress | None":
        """Return the address, None when there is none (yet) or the file is not one."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            process = ProcessIdentity(int(value["process"]), int(value["started"]))
            return cls(int(value["port"]), bytes.fromhex(value["secret"]), process)
        except (OSError, ValueError, KeyError, TypeError):
            return None
