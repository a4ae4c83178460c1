"""Writing episodes for other programs: the command ``export``, run beside the window."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from lbm_studio.app.program_run import ProgramRun
from lbm_studio.app.views.review import ExportView
from lbm_studio.core.errors import StudioError

EXPORTS_FOLDER = "exports"


class EpisodeExport:
    """Exports episodes of one dataset as a LeRobot dataset, edits applied.

    Args:
        program: runs the command.
        on_change: is called whenever the view is another.
        refuse: is told in a sentence why nothing was done.

    Attributes:
        view: the snapshot to render.
    """

    def __init__(
        self, program: ProgramRun, on_change: Callable[[], object], refuse: Callable[[str], object]
    ) -> None:
        self.view = ExportView()
        self._program = program
        self._on_change = on_change
        self._refuse = refuse
        self._dataset: Path | None = None

    def open_dataset(self, path: Path) -> None:
        """Propose a folder for the episodes of another dataset; what is under way goes on."""
        if path != self._dataset:
            self._dataset = path
            folder = path.parent.parent / EXPORTS_FOLDER / path.name
            self._show(replace(self.view, folder=str(folder)))

    def start(self, folder: str, titles: Iterable[str]) -> None:
        """Write episodes into a folder.

        Args:
            folder: is made, or added to.
            titles: what people call the episodes; none stand for all that are kept.
        """
        if self._dataset is None or not folder.strip():
            self._refuse(
                "Say which folder to write to." if self._dataset else "Open recordings first."
            )
            return
        target = Path(folder.strip()).expanduser()
        chosen = ",".join(titles)
        which = ("--episodes", chosen) if chosen else ()
        try:
            self._program.start(("export", str(self._dataset), "--out", str(target), *which))
        except StudioError as error:
            self._refuse(str(error))
            return
        self._show(ExportView(str(target), True, f"Exporting to {target}."))

    def stop(self) -> None:
        """Export no more; episodes that are written stay."""
        self._program.stop()
        if self.view.is_running:
            self._show(replace(self.view, is_running=False, sentence="The export was ended."))

    def poll(self) -> None:
        """Follow the export; called often."""
        outcome = self._program.poll()
        if outcome is None:
            return
        if outcome.result is None:
            said = f"The export did not work: {outcome.sentence}"
        else:
            number, folder = outcome.result.get("episodes", 0), outcome.result.get("folder", "")
            said = f"{number} episodes are now in {folder}."
            if outcome.result.get("present"):
                said += f" {outcome.result['present']} were there already."
        self._show(replace(self.view, is_running=False, sentence=said))

    def _show(self, view: ExportView) -> None:
        self.view = view
        self._on_change()
