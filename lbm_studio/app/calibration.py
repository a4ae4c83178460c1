"""The calibration card: what of the chosen station is calibrated, when, how well, and again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from lbm_studio.app.jobs import JobRequest, Jobs
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.run_record import RunRecord
from lbm_studio.app.stations import Stations
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.calibration import CalibrationView
from lbm_studio.core.calibration import (
    DEFAULT_SQUARE_M,
    CalibrationJob,
    CalibrationStep,
    age_in_words,
    find_record,
    record_in_words,
    recorded_names,
    subjects_of,
)
from lbm_studio.core.codec import to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import JobStatus
from lbm_studio.core.station_file import CalibrationRecord, StationFile

STEPS = (
    (CalibrationStep.INTRINSICS, "Lens"),
    (CalibrationStep.SCENE, "Scene camera"),
    (CalibrationStep.WRIST, "Wrist cameras"),
    (CalibrationStep.BASES, "Arm base"),
)
NO_FILE = "Only stations on file are calibrated: make one with New, or duplicate this one."
BOARD_FILE = "board.pdf"
GIVEN_UP = "Given up; nothing was changed."

_PLACED = (CalibrationStep.SCENE, CalibrationStep.BASES)
_MM_PER_M = 1000.0
_HOW = {
    CalibrationStep.INTRINSICS: "Disconnect, then show the printed board to the camera.",
    CalibrationStep.SCENE: "Lay the board at its place, then elsewhere on the table.",
    CalibrationStep.WRIST: "Connect, lay the board on the table and move the arm over it.",
    CalibrationStep.BASES: "Connect, lay the board at its place and move the arm over it.",
}


class Calibration(ViewModel[CalibrationView]):
    """Shows the records of a station, and starts the process that makes new ones.

    Args:
        stations: the station files.
        jobs: start and watch that process.
        notices: where things are refused.
        chosen: name of the station chosen on the panel.
        session_folder: of the connected station; empty without one.
        today: the date.
    """

    def __init__(
        self,
        stations: Stations,
        jobs: Jobs,
        notices: Notices,
        *,
        chosen: Callable[[], str],
        session_folder: Callable[[], str],
        today: Callable[[], date] = date.today,
    ) -> None:
        steps = tuple((step.value, title) for step, title in STEPS)
        square_mm = f"{_MM_PER_M * DEFAULT_SQUARE_M:g}"
        super().__init__(CalibrationView(steps, steps[0][0], square_mm=square_mm), notices)
        self._stations = stations
        self._jobs = jobs
        self._chosen = chosen
        self._session_folder = session_folder
        self._today = today
        self._station = ""
        self._file: StationFile | None = None
        self._run: RunRecord | None = None

    # --- choosing -------------------------------------------------------------------------------

    def choose_step(self, step: str) -> None:
        """Choose what is to be found out."""
        if not self.view.is_running:
            self._show(replace(self.view, step=step, subject=""))

    def choose_subject(self, subject: str) -> None:
        """Choose the camera or the arm."""
        if not self.view.is_running:
            self._show(replace(self.view, subject=subject))

    def set_square(self, square_mm: str) -> None:
        """Say how long the edge of a printed square is [mm]."""
        self.publish(replace(self.view, square_mm=square_mm))

    def set_place(self, board_at: str) -> None:
        """Say where the board is: x, y, z [mm] and how far it is turned [deg]."""
        self.publish(replace(self.view, board_at=board_at))

    # --- doing ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to take pictures; the view says what to do."""
        if self.view.is_running or not self.view.can_start:
            self._refuse(NO_FILE if self._file is None else "The board is being looked at already.")
            return
        try:
            job = self._job()
            self._run = self._jobs.start(
                JobRequest(
                    "calibrate",
                    f"{job.step} {job.subject}",
                    lambda folder: ("worker", "calibrate", str(folder)),
                    spec=to_json(job),
                )
            )
        except StudioError as error:
            self._refuse(str(error))
            return
        self.publish(replace(self.view, sentence="Starting.", level=Level.QUIET, is_running=True))

    def write_board(self) -> None:
        """Write the board of the wanted size into a file to be printed; the view says where."""
        try:
            square_mm = self._square_mm()
            size = ("--square-mm", f"{square_mm:g}")
            run = self._jobs.start(
                JobRequest(
                    "board",
                    f"board of {square_mm:g} mm",
                    lambda folder: ("calibrate", "board", str(folder / BOARD_FILE), *size),
                )
            )
        except StudioError as error:
            self._refuse(str(error))
            return
        self._tell(
            f"Print {run.folder / BOARD_FILE} at 100 %, fix it to something flat and measure it.",
            Level.QUIET,
        )

    def stop(self) -> None:
        """Give up."""
        if self._run is not None and self.view.is_running:
            try:
                self._jobs.stop(self._run.folder)
            except StudioError as error:
                self._refuse(str(error))

    def poll(self, now_ns: int) -> None:
        """Follow the process, and the station that is chosen."""
        if self._chosen() != self._station and not self.view.is_running:
            self.refresh()
        if self._run is not None and self.view.is_running:
            self._follow(self._run)

    def refresh(self) -> None:
        """Read the chosen station anew."""
        self._station = self._chosen()
        path = self._stations.path(self._station)
        try:
            self._file = self._stations.read(self._station) if path.is_file() else None
        except StudioError:
            self._file = None  # the panel says what is the matter with it
        self._show(self.view)

    def close(self) -> None:
        """Give up what is under way."""
        self.stop()

    def _follow(self, run: RunRecord) -> None:
        run.read()
        status = self._jobs.status(run)
        if not status.is_terminal:
            sentence = run.progress.stage or "Starting."
            self.publish(replace(self.view, sentence=sentence, level=Level.QUIET))
            return
        self._run = None
        self.publish(replace(self.view, is_running=False))
        self.refresh()
        said = run.last_sentence.replace("\n", ". ")
        if status is JobStatus.DONE:
            again = " Connect again for it to count." if self._session_folder() else ""
            self._tell(f"Done. {said}.{again}", Level.GOOD)
        elif status is JobStatus.STOPPED:
            self._tell(GIVEN_UP, Level.QUIET)
        else:
            self._tell(said or "It ended unexpectedly; its log says why.", Level.BAD)

    def _tell(self, sentence: str, level: Level) -> None:
        self.publish(replace(self.view, sentence=sentence, level=level))

    def _job(self) -> CalibrationJob:
        x_mm, y_mm, z_mm, turn_deg = _numbers(
            self.view.board_at or "0, 0, 0, 0",
            4,
            "Say where the board is as x, y, z in mm and how far it is turned in degrees.",
        )
        return CalibrationJob(
            station=str(Path(self._stations.argument(self._station))),
            step=CalibrationStep(self.view.step),
            subject=self.view.subject,
            session=self._session_folder(),
            square_m=self._square_mm() / _MM_PER_M,
            board_at=(x_mm / _MM_PER_M, y_mm / _MM_PER_M, z_mm / _MM_PER_M, turn_deg),
        )

    def _square_mm(self) -> float:
        (square_mm,) = _numbers(self.view.square_mm, 1, "The edge of a square is a number of mm.")
        if not square_mm > 0.0:
            raise StudioError("The edge of a square is more than 0 mm.")
        return square_mm

    # --- showing --------------------------------------------------------------------------------

    def _show(self, view: CalibrationView) -> None:
        step, file = CalibrationStep(view.step), self._file
        if file is None:
            view = replace(view, subjects=(), subject="", can_start=False)
            self.publish(replace(view, sentence=NO_FILE, level=Level.QUIET))
            return
        names = subjects_of(file, step)
        subject = view.subject if view.subject in names else next(iter(names), "")
        subjects = tuple((name, self._with_age(file, step, name)) for name in names)
        sentence, level = self._state(file, step, subject)
        self.publish(
            replace(
                view,
                subjects=subjects,
                subject=subject,
                needs_place=step in _PLACED,
                sentence=sentence,
                level=level,
                can_start=bool(subject),
            )
        )

    def _state(self, file: StationFile, step: CalibrationStep, subject: str) -> tuple[str, Level]:
        """Return what is known of a subject, and how to know it better."""
        if not subject:
            return "This station has none.", Level.QUIET
        records = _records(file, step, subject)
        if None in records:
            return f"Never calibrated. {_HOW[step]}", Level.WARN
        words = "; ".join(record_in_words(each, self._today()) for each in records if each)
        return f"{words[:1].upper()}{words[1:]}. {_HOW[step]}", Level.GOOD

    def _with_age(self, file: StationFile, step: CalibrationStep, name: str) -> str:
        known = [record for record in _records(file, step, name) if record is not None]
        title = name.replace("_", " ")
        if not known:
            return f"{title}, never"
        return f"{title}, {age_in_words(min(each.made_on for each in known), self._today())}"


def _records(
    file: StationFile, step: CalibrationStep, subject: str
) -> list[CalibrationRecord | None]:
    return [find_record(file, step, name) for name in recorded_names(file, step, subject)]


def _numbers(text: str, count: int, sentence: str) -> list[float]:
    """Return the numbers of a text with commas or spaces between.

    Raises:
        StudioError: it does not hold that many.
    """
    try:
        numbers = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise StudioError(sentence)
    return numbers
