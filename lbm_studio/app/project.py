"""The one place where the application is put together, and where its files live."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.app.application import Application
from lbm_studio.app.background import BackgroundThread
from lbm_studio.app.cameras import CameraWall
from lbm_studio.app.datasets import DatasetShelf
from lbm_studio.app.devices import InputDevicesModel
from lbm_studio.app.experience import outcomes_in
from lbm_studio.app.goals import GoalMemory
from lbm_studio.app.jobs import JobRunner
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.live import LiveStation
from lbm_studio.app.notices import Notices
from lbm_studio.app.processes import StationProcesses
from lbm_studio.app.program_run import ChildProgramRun
from lbm_studio.app.ready_station import ReadyStation
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.run_panel import RunPanel
from lbm_studio.app.settings import Settings, SettingsStore
from lbm_studio.app.sounds import Sounds
from lbm_studio.app.speech import SpeechProcess
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.starts import Starts
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.stations import Stations
from lbm_studio.app.stop import StopButton
from lbm_studio.app.teach_panel import TeachPanel
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.views.goal import UNDER_WAY
from lbm_studio.app.views.run import IN_MOTION
from lbm_studio.app.views.station import StationPanelState
from lbm_studio.app.views.teach import GOAL_FREE
from lbm_studio.app.views.window import PanelName
from lbm_studio.app.window import WindowModel
from lbm_studio.core.calibration import CALIBRATIONS_FOLDER
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.hands_free import PEDALS_FILE
from lbm_studio.core.paths import user_data
from lbm_studio.core.station_file import STATIONS_FOLDER

DATASETS_FOLDER = "datasets"
RUNS_FOLDER = "runs"
LOGS_FOLDER = "logs"


@dataclass(frozen=True)
class Places:
    """Where datasets, runs and logs live."""

    datasets: Path
    runs: Path
    logs: Path


def places(settings: Settings, data: Path) -> Places:
    """Return where things live: where the settings say, or in the user's data folder."""
    return Places(
        Path(settings.datasets_folder) if settings.datasets_folder else data / DATASETS_FOLDER,
        Path(settings.runs_folder) if settings.runs_folder else data / RUNS_FOLDER,
        data / LOGS_FOLDER,
    )


@dataclass(frozen=True)
class _Parts:
    """The collaborators that several view-models share."""

    clock: Clock
    data: Path
    notices: Notices
    settings: SettingsStore
    live: LiveStation
    stop: StopButton
    processes: StationProcesses
    speech: SpeechProcess
    jobs: JobRunner
    calibrations: JobRunner
    library: SkillLibrary
    shelf: DatasetShelf
    reading: BackgroundThread
    decoding: BackgroundThread
    replays: ChildProgramRun
    checks: ChildProgramRun
    exports: ChildProgramRun
    rollouts: ChildProgramRun


def build_application(
    settings: SettingsStore | None = None,
    station: str | None = None,
    *,
    data: Path | None = None,
    clock: Clock | None = None,
    command: Sequence[str] | None = None,
    with_stop_window: bool = True,
) -> Application:
    """Put the application together; no process is started and nothing but its own files is read.

    Args:
        settings: None reads those of the user.
        station: name or file of the one to be chosen instead of the one in the settings.
        data: the user's data folder; None takes the usual one.
        clock: None takes the machine's.
        command: what child processes are started with; None starts this application again.
        with_stop_window: whether there is a display for the STOP window.

    Raises:
        UnknownNameError: there is no such station.
        StudioError: its file cannot be read.
    """
    data = data or user_data()
    stations = Stations(data / STATIONS_FOLDER)
    chosen = None if station is None else stations.adopt(station)
    parts = _parts(settings, data, clock or MonotonicClock(), command, with_stop_window)
    return _application(parts, stations, chosen or parts.settings.current.station)


def _parts(
    settings: SettingsStore | None,
    data: Path,
    clock: Clock,
    command: Sequence[str] | None,
    with_stop_window: bool,
) -> _Parts:
    notices = Notices(time.time)
    settings = settings or SettingsStore(data, notices.add)
    place = places(settings.current, data)
    live, stop = LiveStation(clock), StopButton()
    processes = StationProcesses(
        live, stop, log_folder=place.logs, command=command, with_stop_window=with_stop_window
    )
    return _Parts(
        clock=clock,
        data=data,
        notices=notices,
        settings=settings,
        live=live,
        stop=stop,
        processes=processes,
        speech=SpeechProcess(clock, log_folder=place.logs, command=command),
        jobs=JobRunner(place.runs, command),
        calibrations=JobRunner(data / CALIBRATIONS_FOLDER, command),
        library=SkillLibrary(data, notices.add, time.time),
        shelf=DatasetShelf(place.datasets),
        reading=BackgroundThread("reading"),
        decoding=BackgroundThread("decoding"),
        replays=ChildProgramRun(command),
        checks=ChildProgramRun(command),
        exports=ChildProgramRun(command),
        rollouts=ChildProgramRun(command),
    )


def _application(parts: _Parts, stations: Stations, station: str) -> Application:
    live, notices, settings, jobs = parts.live, parts.notices, parts.settings, parts.jobs
    station_panel = _station(parts, stations, station)
    review = ReviewPanel(
        parts.shelf, parts.decoding, parts.replays, parts.checks, parts.exports, notices
    )
    train = TrainPanel(
        parts.shelf, jobs, parts.library, parts.reading, parts.rollouts, settings, notices
    )

    ready = ReadyStation(live, lambda: station_panel.view.state is StationPanelState.CONNECTED)
    teach, starts = _teach(parts, ready)
    run = RunPanel(ready, parts.processes, parts.library, jobs, settings, notices)
    memory = GoalMemory(parts.data, parts.shelf, parts.library, parts.reading, notices.add)

    window = WindowModel(
        live,
        parts.stop,
        jobs,
        settings,
        notices,
        data_folder=parts.data,
        is_connecting=lambda: station_panel.view.state is StationPanelState.CONNECTING,
    )
    return Application(
        settings=settings,
        notices=notices,
        window=window,
        cameras=_cameras(parts, starts, window),
        station=station_panel,
        teach=teach,
        review=review,
        train=train,
        run=run,
        teach_goal=_goal(parts, memory, teach, lambda: teach.view.state in GOAL_FREE),
        run_goal=_goal(parts, memory, run, lambda: run.view.state not in IN_MOTION),
        devices=_devices(parts, teach, window),
        starts=starts,
        on_alive=live.alive,
        on_poll=lambda now_ns: _poll(parts, now_ns),
        on_close=lambda: _close(parts, station_panel, review, train),
    )


def _poll(parts: _Parts, now_ns: int) -> None:
    parts.live.poll(now_ns)
    parts.speech.poll(now_ns)
    parts.reading.deliver()
    parts.decoding.deliver()


def _close(parts: _Parts, station: StationPanel, review: ReviewPanel, train: TrainPanel) -> None:
    parts.settings.update(station=station.view.chosen)
    station.mapping.close()
    station.calibration.close()
    parts.processes.close()
    parts.speech.close()
    parts.processes.wait_until_closed()
    review.close()
    train.close()
    parts.reading.close()
    parts.decoding.close()
    parts.jobs.close()


def _station(parts: _Parts, stations: Stations, chosen: str) -> StationPanel:
    return StationPanel(
        parts.live,
        parts.processes,
        parts.stop,
        stations,
        parts.notices,
        chosen=chosen,
        calibrations=parts.calibrations,
    )


def _teach(parts: _Parts, ready: ReadyStation) -> tuple[TeachPanel, Starts]:
    settings, notices = parts.settings, parts.notices
    teach = TeachPanel(
        ready,
        parts.shelf,
        parts.reading,
        settings,
        notices,
        experience=lambda: outcomes_in(parts.jobs.folder),
    )
    teach.cued.connect(Sounds(parts.speech, settings, notices).play)
    starts = Starts(parts.shelf, parts.reading, settings, notices)
    teach.changed.connect(starts.follow)
    return teach, starts


def _cameras(parts: _Parts, starts: Starts, window: WindowModel) -> CameraWall:
    """Return the wall, with the wanted start over it while the panel Teach is in front."""
    return CameraWall(
        parts.live,
        parts.notices,
        lambda: starts.overlay if window.view.panel is PanelName.TEACH else None,
    )


def _devices(parts: _Parts, teach: TeachPanel, window: WindowModel) -> InputDevicesModel:
    devices = InputDevicesModel(
        parts.live,
        teach,
        parts.processes,
        parts.settings,
        parts.notices,
        pedals_file=parts.data / PEDALS_FILE,
        phone_access=parts.processes.phone_access,
        is_teaching=lambda: window.view.panel is PanelName.TEACH,
    )
    parts.live.heard.connect(devices.hear)
    return devices


def _goal(
    parts: _Parts, memory: GoalMemory, panel: TeachPanel | RunPanel, is_free: Callable[[], bool]
) -> SpokenGoal:
    goal = SpokenGoal(parts.speech, memory, parts.settings, parts.notices, is_free=is_free)
    goal.settled.connect(panel.set_goal if isinstance(panel, TeachPanel) else panel.set_prompt)
    goal.changed.connect(lambda view: panel.await_goal(view.state in UNDER_WAY))
    return goal
