"""A small program for tests: what child processes of the application do, without its weight."""

import os
import subprocess
import sys
import time
from pathlib import Path

from lbm_studio.core.runs import EventKind, EventLog, JobStatus, claim, stop_requested


def work(folder: Path, steps: int) -> None:
    """Behave as a job: count up, save, stop when asked to, go on where it was."""
    claim(folder)
    events = EventLog(folder)
    events.status(JobStatus.RUNNING)
    counter = folder / "counter"
    done = int(counter.read_text()) if counter.exists() else 0
    while done < steps:
        if stop_requested(folder):
            events.status(JobStatus.STOPPED)
            return
        done += 1
        counter.write_text(str(done))
        events.emit(EventKind.PROGRESS, stage="counting", done=done, total=steps, remaining_s=1.0)
        events.emit(EventKind.METRICS, step=done, loss=1.0 / done)
        time.sleep(0.01)
    events.status(JobStatus.DONE)


def stay(marker: Path) -> None:
    """Start a child that ignores a polite end, note both numbers and stay."""
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN);time.sleep(60)",
        ]
    )
    partial = marker.with_suffix(".partial")
    partial.write_text(f"{os.getpid()} {child.pid}")
    partial.rename(marker)
    time.sleep(60)


def parent(marker: Path) -> None:
    """Start a supervised child, say its number and be killed."""
    from lbm_studio.app.supervisor import ProcessName, Supervisor

    supervisor = Supervisor(marker.parent, [sys.executable, "-c"])
    code = f"import os, time, pathlib; p = pathlib.Path({str(marker)!r});"
    code += "q = p.with_suffix('.x'); q.write_text(str(os.getpid())); q.rename(p); time.sleep(60)"
    supervisor.start(ProcessName.STATION, [code])
    time.sleep(60)


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    match arguments:
        case ["work", folder, steps]:
            work(Path(folder), int(steps))
        case ["stay", marker, *_]:
            stay(Path(marker))
        case ["parent", marker]:
            parent(Path(marker))
        case ["say", text, *rest]:
            sys.stdout.write(text + "\n")
            if rest[:1] == ["--json"]:
                Path(rest[1]).write_text('{"success": true}')
        case ["fail", text, *_]:
            sys.stderr.write(text + "\n")
            return 2
        case _:
            return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
