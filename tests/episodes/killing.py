"""Killing a process that works on datasets, at random moments, to see that nothing kept is lost.

The process records, edits, merges and repairs for real, and says so after each; SIGKILL ends it.
Then everything it said must be there, every dataset must open and be read, and after a repair
nothing may be wrong with it.
"""

import multiprocessing
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.merge import merge_datasets
from lbm_studio.episodes.repair import repair_dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.recordings import record_dataset, record_episode

STATION = make_station("right", "left")
LATEST_S = 0.12
"""After how long at most the process is killed [s]."""
KILLS_A_FOLDER = 12
"""After so many kills new datasets are begun: checking long ones takes long."""

Say = Callable[[str], None]


class KillError(Exception):
    """Something was lost, or a dataset is broken."""


# --- what is killed ------------------------------------------------------------------------------


def work(folder: Path, seed: int, connection: Connection) -> None:
    """Record, edit, merge and repair for ever; say what is done when it is done."""
    dice = random.Random(seed)
    told = os.open(folder / "told", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    connection.send("ready")

    def say(what: str) -> None:
        os.write(told, f"{what}\n".encode())

    while True:
        action = dice.choices(list(ACTIONS), weights=[5, 3, 3, 2])[0]
        say(f"begins {action}")
        ACTIONS[action](folder, dice, say)
        say(f"ends {action}")


def _record(folder: Path, dice: random.Random, say: Say) -> None:
    with DatasetWriter.open(folder / "recorded", STATION) as writer:
        for _ in range(dice.randint(1, 3)):
            summary = record_episode(writer, STATION, ticks=4, seed=dice.randrange(1000))
            say(f"kept recorded {summary.metadata.uuid}")


def _edit(folder: Path, dice: random.Random, say: Say) -> None:
    log = EditLog(folder / "recorded")
    episodes = Dataset.open(folder / "recorded").episodes
    chosen = dice.sample(episodes, min(len(episodes), 3))
    deleted = dice.random() < 0.5
    log.apply(*(Change(e.metadata.uuid, EditField.DELETED, deleted) for e in chosen))
    say(f"edited {len(log.in_force) + len(log.undone)}")


def _merge(folder: Path, dice: random.Random, say: Say) -> None:
    sources = [folder / "recorded", folder / "given"]
    merge_datasets(dice.sample(sources, 2), folder / "merged")
    for source in sources:
        for episode in Dataset.open(source).episodes:
            say(f"kept merged {episode.metadata.uuid}")


def _repair(folder: Path, dice: random.Random, say: Say) -> None:
    report = repair_dataset(folder / dice.choice(["recorded", "given"]))
    say(f"repaired {report.episodes}")


ACTIONS: Mapping[str, Callable[[Path, random.Random, Say], None]] = {
    "record": _record,
    "edit": _edit,
    "merge": _merge,
    "repair": _repair,
}


# --- what must be true afterwards ----------------------------------------------------------------


def check(folder: Path, *, mends: bool, decode: bool) -> str:
    """Return what was being done when the process was killed.

    Args:
        folder: of the datasets.
        mends: whether they are repaired too; otherwise the next process finds them as they are.
        decode: whether every picture is decoded as well.

    Raises:
        KillError: something was lost, or a dataset is broken.
    """
    told = (folder / "told").read_text(encoding="utf-8").splitlines()
    for name in ("recorded", "given", "merged"):
        kept = {line.split()[2] for line in told if line.startswith(f"kept {name} ")}
        _check_dataset(folder / name, kept)
        if mends and (folder / name / "meta" / "info.json").exists():
            _repair_and_check(folder / name, decode=decode)
    log = EditLog(folder / "recorded")
    edits = max((int(line.split()[1]) for line in told if line.startswith("edited ")), default=0)
    if len(log.in_force) < edits:
        raise KillError(f"Of {edits} edits {len(log.in_force)} are left.")
    last = told[-1].split() if told else ["ends"]
    doing = [line.split()[1] for line in told if line.startswith("begins ")]
    return "nothing" if last[0] == "ends" or not doing else doing[-1]


def _check_dataset(root: Path, kept: set[str]) -> None:
    if not (root / "meta" / "info.json").exists():
        if kept:
            raise KillError(f"{root.name} is gone with {len(kept)} episodes.")
        return
    found = verify_dataset(root)
    harmful = [one for one in found.findings if one not in found.left_behind]
    lost = kept - {episode.metadata.uuid for episode in Dataset.open(root).episodes}
    if harmful or lost:
        raise KillError(f"{root.name}: {harmful}, lost {lost}")


def _repair_and_check(root: Path, *, decode: bool) -> None:
    repair_dataset(root)
    wrong = verify_dataset(root, decode=decode).findings
    if wrong:
        raise KillError(f"{root.name}, after the repair: {wrong}")


# --- killing -------------------------------------------------------------------------------------


def kill_often(parent: Path, kills: int, seed: int = 0) -> Counter[str]:
    """Kill so often; return how often what was being done.

    Raises:
        KillError: something was lost, or a dataset is broken.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    given = record_dataset(parent / "given", STATION, episodes=2, ticks=4)
    dice, counts = random.Random(seed), Counter[str]()
    folder = parent
    for number in range(kills):
        if number % KILLS_A_FOLDER == 0:
            folder = parent / f"run-{number}"
            shutil.copytree(given, folder / "given")
            record_dataset(folder / "recorded", STATION, episodes=1, ticks=4)
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(folder, dice.randrange(1 << 30), sender))
        process.start()
        sender.close()
        receiver.recv()
        process.join(dice.uniform(0.0, LATEST_S))
        if process.exitcode is not None:
            raise KillError("The process ended by itself.")
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        is_last = (number + 1) % KILLS_A_FOLDER == 0 or number + 1 == kills
        mends = is_last or dice.random() < 0.5
        counts[check(folder, mends=mends, decode=is_last)] += 1
        if is_last:
            shutil.rmtree(folder)
    return counts
