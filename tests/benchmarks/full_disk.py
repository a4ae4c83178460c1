"""A disk that is full in the middle of a recording: the recording ends in words, the arms go on."""

import subprocess
import sys
from pathlib import Path

from lbm_studio.link.messages import (
    Accepted,
    BeginEpisode,
    DiscardEpisode,
    Halt,
    KeepEpisode,
    Message,
    Refused,
    StartDemonstration,
)
from tests.benchmarks.faulting import AFTERWARDS_TICKS, LearnedBench, Outcome, undisturbed
from tests.workers.processes import ask

DISK_FULL = "disk full while recording"
FULL_DISK_MB = 110
APART = ("unshare", "--user", "--map-root-user", "--mount")
ON_A_SMALL_DISK = f'mount -t tmpfs -o size={FULL_DISK_MB}m tmpfs "$0" && exec "$@"'


def fill_the_disk(bench: LearnedBench) -> Outcome:
    """Fill the disk in the middle of a recording: it must end in words, and the motion go on."""
    return undisturbed(bench, DISK_FULL, lambda: _fill_the_disk(bench))


def _fill_the_disk(bench: LearnedBench) -> Outcome:
    bench.lay_out()
    disk = bench.folder / "disk"
    disk.mkdir(exist_ok=True)
    worker = ["-m", "lbm_studio", "worker", "writer", "--session", str(bench.session.folder)]
    command = [*APART, "sh", "-ec", ON_A_SMALL_DISK, str(disk), sys.executable, *worker]
    writer = subprocess.Popen(command)
    try:
        return _record_until_full(bench, disk, writer)
    finally:
        writer.kill()
        writer.wait()


def _record_until_full(bench: LearnedBench, disk: Path, writer: subprocess.Popen[bytes]) -> Outcome:
    begin = BeginEpisode(dataset=str(disk / "dataset"), goal="Put it there.", source="scripted")
    _demand(bench, begin)
    bench.start(StartDemonstration(disturbance=False))
    _fill(Path(f"/proc/{writer.pid}/root{disk}"))
    ticks = [bench.live.newest_tick() for _ in range(AFTERWARDS_TICKS)]
    answer = ask(bench.session.writer_commands, KeepEpisode(success=None))
    is_latched, reason = bench.is_latched(), bench.live.newest_tick().stop_reason
    bench.live.order(Halt())
    sentence = answer.reason if isinstance(answer, Refused) else ""
    afterwards = _refusal_afterwards(bench, begin, Path(f"/proc/{writer.pid}/root{disk}"))
    troubles = {
        f"the motion ended, too: {reason}": is_latched or not all(tick.sent for tick in ticks),
        "it is not explained": "is full" not in sentence,
        f"nothing can be recorded afterwards: {afterwards}": bool(afterwards),
    }
    trouble = ", ".join(words for words, is_so in troubles.items() if is_so)
    return Outcome(DISK_FULL, None, is_latched, sentence, trouble)


def _fill(disk: Path) -> None:
    block = bytes(1_000_000)
    with (disk / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(block)
        except OSError:
            return  # it is full


def _refusal_afterwards(bench: LearnedBench, begin: BeginEpisode, disk: Path) -> str:
    """Return why the same process begins no other episode once there is room; empty: it does."""
    (disk / "ballast").unlink()
    for request in (begin, DiscardEpisode()):
        answer = ask(bench.session.writer_commands, request)
        if isinstance(answer, Refused):
            return f"afterwards: {answer.reason}"
    return ""


def _demand(bench: LearnedBench, request: Message) -> None:
    answer = ask(bench.session.writer_commands, request)
    assert answer == Accepted(), answer
