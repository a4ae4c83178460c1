"""How the states of a training run are shown."""

from lbm_studio.app.notices import Level
from lbm_studio.app.views.train import RunRow, TrainView
from lbm_studio.core.runs import JobStatus

STATUS_LEVELS = {
    JobStatus.DONE: Level.GOOD,
    JobStatus.FAILED: Level.BAD,
    JobStatus.STOPPED: Level.WARN,
}


def selected_run(view: TrainView) -> RunRow | None:
    """Return the run that the panel describes."""
    return next((run for run in view.runs if run.folder == view.selected), None)
