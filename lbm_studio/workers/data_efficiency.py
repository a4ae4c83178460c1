"""The study of how many demonstrations a new skill takes: what is run to find out."""

from collections.abc import Sequence
from pathlib import Path

from lbm_studio.core.shift import Shift
from lbm_studio.evaluation.cells import Cell
from lbm_studio.evaluation.data_efficiency import DataEfficiencyStudy, Start, is_shifted_too
from lbm_studio.learning.training.presets import REFERENCE_PRESET
from lbm_studio.policy.manifest import weights_digest
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.workers.study import Study


def data_efficiency(checkpoint: str, skills: Sequence[str] = ()) -> Study:
    """Compare fine-tuning a checkpoint with training the same network from nothing.

    Args:
        checkpoint: the shipped policy.
        skills: by name; none for all that pretraining never saw.

    Raises:
        UnknownNameError: there is no skill of a name.
        CheckpointError: there is no checkpoint.
    """
    starts = {
        Start.SHIPPED: ("--from", checkpoint),
        Start.SCRATCH: ("--preset", REFERENCE_PRESET),
    }
    taught = [find_skill(name).name for name in skills] or unseen_skills()
    study = DataEfficiencyStudy(tuple(dict.fromkeys(taught)))
    origin = weights_digest(Path(checkpoint))
    return Study(
        cells=study.cells,
        start=lambda cell: starts[Start(cell.way)],
        in_words=study.in_words,
        draw=study.draw,
        shifts=_shifts,
        origin=lambda cell: origin if cell.way == Start.SHIPPED else "",
    )


def unseen_skills() -> list[str]:
    """Return the skills that pretraining never saw."""
    return [skill.name for skill in SKILLS if not skill.pretraining]


def _shifts(cell: Cell) -> tuple[Shift, ...]:
    return tuple(Shift) if is_shifted_too(cell) else ()
