"""The Train panel: train a policy on recordings, watch it, stop it, go on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import DatasetCard, Shelf
from lbm_studio.app.jobs import JobRequest, Jobs, train_arguments
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.program_run import ProgramOutcome, ProgramRun
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.train_rows import (
    cards_of,
    dataset_choices,
    estimate_sentence,
    failure_of,
    run_row,
    start_choices,
    start_for,
    title_of_run,
    title_of_training,
)
from lbm_studio.app.trained import (
    curves_of,
    datasets_of,
    has_checkpoint,
    is_training,
    manifest_of,
    rollout_words,
    rollouts_of,
    steps_of,
)
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.train import TrainState, TrainView
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import CHECKPOINT_FOLDER, JobStatus, add_rollout

LOOK_EVERY_S = 0.5
TRY_OUT_TRIALS = 20
MAX_MINUTES = 100_000.0

_STATES = {
    JobStatus.QUEUED: TrainState.STARTING,
    JobStatus.RUNNING: TrainState.RUNNING,
    JobStatus.STOPPING: TrainState.STOPPING,
}
_SENTENCES = {
    TrainState.EMPTY: "There is nothing to train on yet. Record some takes on the panel Teach.",
    TrainState.READY: "Choose what to learn from, then press Train.",
    TrainState.STARTING: "The training starts.",
    TrainState.RUNNING: "It is learning. The window may be closed; the training goes on.",
    TrainState.STOPPING: "It saves, then stops.",
}


class TrainPanel(ViewModel[TrainView]):
    """Starts training jobs and shows what they write."""

    def __init__(
        self,
        shelf: Shelf,
        jobs: Jobs,
        library: SkillLibrary,
        background: Background,
        rollouts: ProgramRun,
        settings: SettingsStore,
        notices: Notices,
    ) -> None:
        super().__init__(TrainView(minutes=settings.current.train_minutes), notices)
        self._shelf = shelf
        self._jobs = jobs
        self._library = library
        self._background = background
        self._rollouts = rollouts
        self._settings = settings
        self._cards: tuple[DatasetCard, ...] = ()
        self._chosen: frozenset[str] | None = None
        self._wanted_start: str | None = None
        self._tried: RunRecord | None = None
        self._looked_ns: int | None = None
        self._known_done: set[Path] | None = None

    # --- what is trained -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look for datasets and runs again."""
        self._background.submit(self._shelf.cards, self._show_cards, self._refuse)
        self._look()

    def choose_dataset(self, path: str, chosen: bool) -> None:
        """Take a dataset in or leave it out."""
        choice = next((choice for choice in self.view.datasets if choice.path == path), None)
        if choice is None:
            self._refuse(f"There is no dataset “{path}”.")
        elif chosen and choice.problem:
            self._refuse(choice.problem)
        else:
            others = (self._chosen or frozenset()) - {path}
            self._chosen = others | {path} if chosen else others
            self._show_choices()

    def choose_start(self, checkpoint: str) -> None:
        """Choose what to start from; empty for from scratch."""
        if checkpoint not in [choice.checkpoint for choice in self.view.starts]:
            self._refuse("That policy is not there any more.")
            return
        self._wanted_start = checkpoint
        self._show_choices()

    def set_minutes(self, minutes: float) -> None:
        """Say how long the training may take [min]."""
        if not 0.1 <= minutes <= MAX_MINUTES:
            self._refuse("Choose at least a tenth of a minute.")
            return
        self._settings.update(train_minutes=minutes)
        self.publish(replace(self.view, minutes=minutes))
        self._show_choices()

    # --- the job ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Train on the chosen datasets, in the background."""
        cards = self._chosen_cards()
        if self.view.state in _STATES.values():
            self._refuse("A training is running already. Stop it first, or wait.")
        elif not cards:
            self._refuse("Choose what to learn from.")
        else:
            self._do(lambda: self._start(cards))

    def stop(self) -> None:
        """Ask the selected run to save and end."""
        run = self._selected()
        if run is None or self._jobs.status(run) is not JobStatus.RUNNING:
            self._refuse("This run is not running.")
            return
        self._do(lambda: self._jobs.stop(run.folder))

    def resume(self) -> None:
        """Go on with the selected run after a stop or a kill."""
        run = self._selected()
        if run is None or not self._jobs.can_resume(run):
            self._refuse("This run cannot be resumed.")
        elif self.view.state in _STATES.values():
            self._refuse("A training is running already. Stop it first, or wait.")
        else:
            self._do(lambda: self._jobs.resume(run.folder))

    def select_run(self, folder: str) -> None:
        """Show another run."""
        if folder not in [row.folder for row in self.view.runs]:
            self._refuse("That run is not there any more.")
            return
        self.publish(replace(self.view, selected=folder))
        self._look()

    # --- what came of it -------------------------------------------------------------------------

    def publish_skill(self) -> None:
        """Put the selected run's checkpoint into the library under the goals of its datasets."""
        run = self._selected()
        if run is None or not has_checkpoint(run.folder):
            self._refuse("This run has no policy yet.")
            return
        self._do(lambda: self._publish(run))

    def try_out(self) -> None:
        """Run the selected run's checkpoint on twenty simulated layouts it has never seen."""
        run = self._selected()
        card = self._simulated_card(run) if run else None
        if run is None or not has_checkpoint(run.folder):
            self._refuse("This run has no policy yet.")
        elif card is None:
            self._refuse("Only skills of the simulated station can be tried out here.")
        elif self._rollouts.is_running:
            self._refuse("A policy is being tried out already.")
        else:
            self._do(lambda: self._try_out(run, card))

    def poll(self, now_ns: int) -> None:
        """Read what the runs wrote; called at about 30 Hz."""
        outcome = self._rollouts.poll()
        if outcome is not None:
            self._take_rollout(outcome)
        last = self._looked_ns
        if last is None or seconds_between(last, now_ns) >= LOOK_EVERY_S:
            self._looked_ns = now_ns
            self._look()

    def close(self) -> None:
        """End what is trying out; training goes on."""
        self._rollouts.stop()

    def _start(self, cards: tuple[DatasetCard, ...]) -> None:
        spec: dict[str, object] = {
            "datasets": [str(card.path) for card in cards],
            "minutes": self.view.minutes,
            "start_from": self.view.start or None,
        }
        title = title_of_training(cards)
        request = JobRequest("train", title, train_arguments, spec, can_resume=True)
        run = self._jobs.start(request)
        self.publish(replace(self.view, selected=str(run.folder)))

    def _publish(self, run: RunRecord) -> None:
        manifest = manifest_of(run.folder)
        if manifest is None:
            raise StudioError("The policy of this run cannot be read.")
        datasets = datasets_of(run.folder)
        name = Path(datasets[0]).name if datasets else run.folder.name
        checkpoint = str(run.folder / CHECKPOINT_FOLDER)
        entry = self._library.publish(name, manifest.goals, datasets, checkpoint)
        self._notices.add(f"“{entry.goal}” can be run now.", Level.GOOD)

    def _try_out(self, run: RunRecord, card: DatasetCard) -> None:
        checkpoint = str(run.folder / CHECKPOINT_FOLDER)
        where = ("--skill", card.skills[0], "--station", card.station)
        trials = ("--trials", str(TRY_OUT_TRIALS))
        self._rollouts.start(("rollout", checkpoint, *where, *trials))
        self._tried = run

    def _take_rollout(self, outcome: ProgramOutcome) -> None:
        run, self._tried = self._tried, None
        if run is None:
            return
        if outcome.result is None:
            self._refuse(f"Trying it out did not work: {outcome.sentence}")
            return
        manifest = manifest_of(run.folder)
        try:
            add_rollout(run.folder, steps_of(manifest) if manifest else 0, outcome.result)
        except OSError as error:
            self._refuse(f"The result could not be saved: {error.strerror or error}.")
        self._look()

    def _do(self, action: Callable[[], None]) -> None:
        try:
            action()
        except StudioError as error:
            self._refuse(str(error))
        self._look()

    # --- following -------------------------------------------------------------------------------

    def _show_cards(self, cards: tuple[DatasetCard, ...]) -> None:
        self._cards = cards
        self._show_choices()
        if self._chosen is None:
            usable = [choice.path for choice in self.view.datasets if not choice.problem]
            self._chosen = frozenset(usable[:1]) if usable else None
            self._show_choices()

    def _show_choices(self) -> None:
        chosen = self._chosen or frozenset()
        view = replace(self.view, datasets=dataset_choices(self._cards, chosen))
        self._settle(self._with_start(view))

    def _with_start(self, view: TrainView) -> TrainView:
        """Return the view with what a training starts from, which depends on the datasets."""
        cards = self._chosen_cards()
        start, problem = start_for(view.starts, self._wanted_start, cards)
        from_title = start.title if start.checkpoint else ""
        return replace(
            view,
            start=start.checkpoint,
            start_problem=problem,
            estimate_sentence=estimate_sentence(cards, view.minutes, from_title),
        )

    def _look(self) -> None:
        runs = [run for run in self._jobs.runs() if is_training(run)]
        self._publish_new_skills(runs)
        rows = tuple(run_row(run, self._jobs) for run in runs)
        known = {row.folder for row in rows}
        selected = self.view.selected if self.view.selected in known else ""
        selected = selected or (rows[0].folder if rows else "")
        view = replace(self.view, runs=rows, starts=start_choices(rows), selected=selected)
        run = next((run for run in runs if str(run.folder) == selected), None)
        self._settle(self._with_run(self._with_start(view), run))

    def _with_run(self, view: TrainView, run: RunRecord | None) -> TrainView:
        if run is None:
            return view
        status = self._jobs.status(run)
        points = rollouts_of(run.folder)
        checkpoint = str(run.folder / CHECKPOINT_FOLDER)
        can_publish = has_checkpoint(run.folder)
        return replace(
            view,
            status=status,
            stage=run.progress.stage,
            progress=1.0 if status is JobStatus.DONE else run.progress.fraction,
            remaining_s=run.progress.remaining_s if status is JobStatus.RUNNING else None,
            curves=curves_of(run.metrics),
            rollouts=points,
            messages=tuple(run.messages),
            failure=failure_of(run) if status is JobStatus.FAILED else "",
            published=checkpoint in [skill.checkpoint for skill in self._library.skills],
            can_publish=can_publish,
            can_try_out=can_publish
            and not self._rollouts.is_running
            and self._simulated_card(run) is not None,
            try_out_sentence=self._try_out_sentence(run),
        )

    def _try_out_sentence(self, run: RunRecord) -> str:
        if self._tried is not None and self._tried.folder == run.folder:
            return f"Trying it out on {TRY_OUT_TRIALS} layouts it has never seen."
        points = rollouts_of(run.folder)
        return f"On unseen layouts: {rollout_words(points[-1])}." if points else ""

    def _publish_new_skills(self, runs: list[RunRecord]) -> None:
        """Publish a skill whose first training has ended: the user need not know of it."""
        done = {run.folder for run in runs if self._jobs.status(run) is JobStatus.DONE}
        before, self._known_done = self._known_done, done
        for run in runs:
            if run.folder not in done - (before or set()):
                continue
            if before is not None:
                self._notices.add(f"“{title_of_run(run)}” is trained.", Level.GOOD)
            datasets = set(datasets_of(run.folder))
            is_known = any(datasets & set(skill.datasets) for skill in self._library.skills)
            if not is_known and has_checkpoint(run.folder):
                self._publish_quietly(run)

    def _publish_quietly(self, run: RunRecord) -> None:
        try:
            self._publish(run)
        except StudioError as error:
            self._refuse(str(error))

    def _settle(self, view: TrainView) -> None:
        status = next((_STATES[r.status] for r in view.runs if r.status in _STATES), None)
        has_data = any(not choice.problem for choice in view.datasets)
        idle = TrainState.READY if has_data or view.runs else TrainState.EMPTY
        state = status or idle
        self.publish(replace(view, state=state, sentence=_SENTENCES[state]))

    def _chosen_cards(self) -> tuple[DatasetCard, ...]:
        return cards_of(self._cards, self._chosen or ())

    def _selected(self) -> RunRecord | None:
        runs = self._jobs.runs()
        return next((run for run in runs if str(run.folder) == self.view.selected), None)

    def _simulated_card(self, run: RunRecord) -> DatasetCard | None:
        cards = cards_of(self._cards, datasets_of(run.folder))
        return next((card for card in cards if card.skills and card.station), None)
