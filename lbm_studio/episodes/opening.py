"""Creating a dataset folder, or putting the one that is there in order before appending."""

from pathlib import Path

from lbm_studio.core import keys
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout
from lbm_studio.episodes.features import may_be_missing
from lbm_studio.episodes.identity import Identity, differences, read_identity
from lbm_studio.episodes.info import DatasetInfo, read_info
from lbm_studio.episodes.ledger import Ledger, read_ledger
from lbm_studio.episodes.recovery import clear_staging, recover, was_never_finished
from lbm_studio.episodes.storage import move_into_place


def create_if_missing(root: Path, identity: Identity, info: DatasetInfo) -> None:
    """Make an empty dataset in a folder that is missing, empty, or holds a creation cut short."""
    if not was_never_finished(root):
        return
    clear_staging(root)
    staging = root / layout.STAGING_FOLDER
    staging.mkdir(parents=True)
    staged = staging / "lbm_station.json"
    staged.write_text(identity.as_text(), encoding="utf-8")
    moves = [(staged, root / keys.STATION_FILE)]
    moves += Ledger(info, (), None, (), {}).stage(root, staging)
    for source, final in moves:
        move_into_place(source, final)
    clear_staging(root)


def refuse_another(root: Path, present: Identity, info: DatasetInfo) -> None:
    """Return if episodes of ``present`` may be appended to the dataset in ``root``.

    Raises:
        DatasetError: the folder is no dataset, or was recorded on another station; the sentence
            names what differs.
    """
    recorded_info = read_info(root)
    recorded = read_identity(root)
    if recorded is None:
        raise DatasetError(
            f"“{root}” was recorded by another program: it can be read, but nothing can be added."
            " Record to another folder."
        )
    clauses = differences(recorded, present)
    if recorded_info.rate_hz != info.rate_hz:
        clauses.append(f"the rate is {recorded_info.rate_hz} Hz there, {info.rate_hz} Hz here")
    expected = {
        key: feature
        for key, feature in info.features.items()
        if key in recorded_info.features or not may_be_missing(key)
    }
    if not clauses and recorded_info.features != expected:
        clauses.append("the columns are others")
    if clauses:
        raise DatasetError(
            f"“{root}” was recorded on another station: {'; '.join(clauses)}."
            " Record to another folder."
        )


def put_in_order(root: Path) -> Ledger:
    """Remove the left-overs of a kill, complete what describes the kept episodes, and return it.

    Raises:
        DatasetError: the dataset is damaged.
    """
    info = read_info(root)
    rows = recover(root, info)
    ledger = read_ledger(root, info, rows)
    if ledger.info != info:
        staging = root / layout.STAGING_FOLDER
        staging.mkdir()
        for source, final in ledger.stage(root, staging):
            move_into_place(source, final)
        clear_staging(root)
    return ledger


def whole_rate(rate_hz: float) -> int:
    """Return the rate as the whole number the format asks for [Hz].

    Raises:
        DatasetError: it is not one.
    """
    if rate_hz < 1 or rate_hz != round(rate_hz):
        raise DatasetError(
            f"Episodes cannot be recorded at {rate_hz:g} Hz:"
            " choose a whole number of ticks a second."
        )
    return round(rate_hz)
