"""The quality report of the open dataset: checked beside the window, mended by edits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lbm_studio.app.notices import Notices
from lbm_studio.app.program_run import ProgramOutcome, ProgramRun
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.quality import FindingRow, QualityState, QualityView
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.edits.change import Change, change_from_json


class QualityModel(ViewModel[QualityView]):
    """Runs the command ``check`` on a dataset and shows what it found.

    Args:
        checks: runs the command.
        apply: makes an edit of changes.
        notices: where refusals are told.
    """

    def __init__(self, checks: ProgramRun, apply: Callable[..., None], notices: Notices) -> None:
        super().__init__(QualityView(), notices)
        self._checks = checks
        self._apply = apply
        self._dataset: Path | None = None
        self._fixes: tuple[tuple[Change, ...], ...] = ()

    def open_dataset(self, path: Path) -> None:
        """Forget what was found in another dataset."""
        if path != self._dataset:
            self._checks.stop()
            self._dataset, self._fixes = path, ()
            self.publish(QualityView())

    def check(self) -> None:
        """Check the open dataset; the window goes on meanwhile."""
        if self._dataset is None:
            self._refuse("Open recordings first.")
            return
        try:
            self._checks.start(("check", str(self._dataset)))
        except StudioError as error:
            self._refuse(str(error))
            return
        self.publish(QualityView(QualityState.CHECKING, "Checking the recordings."))

    def stop(self) -> None:
        """End the check."""
        self._checks.stop()
        if self.view.state is QualityState.CHECKING:
            self.publish(QualityView())

    def fix(self, number: int) -> None:
        """Make the edit that mends a finding; it can be undone like any other."""
        if not 0 <= number < len(self._fixes) or not self._fixes[number]:
            self._refuse("No edit mends this.")
            return
        self._apply(*self._fixes[number])
        rows = tuple(
            replace(row, is_fixed=row.is_fixed or row.number == number)
            for row in self.view.findings
        )
        self.publish(replace(self.view, findings=rows))

    def poll(self) -> None:
        """Follow the check; called often."""
        outcome = self._checks.poll()
        if outcome is not None:
            self._take_in(outcome)

    def _take_in(self, outcome: ProgramOutcome) -> None:
        if outcome.result is None:
            sentence = f"The check did not work: {outcome.sentence}"
            self.publish(QualityView(QualityState.UNCHECKED, sentence))
            return
        found: Sequence[Mapping[str, Any]] = outcome.result.get("findings", ())
        self._fixes = tuple(tuple(change_from_json(c) for c in one["fix"]) for one in found)
        rows = tuple(
            FindingRow(
                number=number,
                severity=str(one["severity"]),
                kind=str(one["kind"]),
                sentence=str(one["sentence"]),
                uuid=str(one["uuid"]),
                can_fix=bool(one["fix"]),
            )
            for number, one in enumerate(found)
        )
        episodes = int(outcome.result.get("episodes", 0))
        self.publish(QualityView(QualityState.CHECKED, summary(rows, episodes), rows))


def summary(rows: Sequence[FindingRow], episodes: int) -> str:
    """Return what came of a check in a sentence."""
    ruinous = sum(row.severity == "ruin" for row in rows)
    doubtful = sum(row.severity == "doubt" for row in rows)
    if ruinous:
        return f"Training on this would be ruined by what {ruinous} of the findings tell."
    if doubtful:
        return f"{doubtful} of the findings are worth a look before training."
    return f"Nothing speaks against training on these {episodes} episodes."
