"""Snapshots of what a check of the demonstrations found."""

from dataclasses import dataclass
from enum import StrEnum


class QualityState(StrEnum):
    """What is known."""

    UNCHECKED = "unchecked"
    CHECKING = "checking"
    CHECKED = "checked"


@dataclass(frozen=True)
class FindingRow:
    """One thing that is wrong, or may be.

    Attributes:
        number: its place in the list.
        severity: ``"ruin"``, ``"doubt"`` or ``"hint"``.
        kind: what is wrong, in a word or two.
        sentence: for people.
        uuid: the episode; empty where it is about more than one.
        can_fix: whether an edit would mend it.
        is_fixed: whether that edit was made since the check.
    """

    number: int
    severity: str
    kind: str
    sentence: str
    uuid: str = ""
    can_fix: bool = False
    is_fixed: bool = False


@dataclass(frozen=True)
class QualityView:
    """What the check of the open dataset found.

    Attributes:
        state: decides what is enabled.
        sentence: what is going on, or what came of it.
        findings: the worst first.
    """

    state: QualityState = QualityState.UNCHECKED
    sentence: str = "Check the recordings before you train on them."
    findings: tuple[FindingRow, ...] = ()
