"""The Station panel: choose a station, connect, see how it is."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from lbm_studio.app.calibration import Calibration
from lbm_studio.app.camera_mapping import CameraMapping
from lbm_studio.app.camera_previews import CameraPreviews, Previews
from lbm_studio.app.connecting import connect_steps, fraction_done, missing_cameras, sentence_of
from lbm_studio.app.health import hardware_stop_words, health_rows, site_rows
from lbm_studio.app.jobs import JobRunner, Jobs
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.processes import Processes
from lbm_studio.app.safety_card import limit_rows
from lbm_studio.app.station_editor import StationEditor
from lbm_studio.app.stations import Stations
from lbm_studio.app.stop import StopButton
from lbm_studio.app.stop_test import StopFigures, StopTest
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.safety import LimitRow
from lbm_studio.app.views.station import (
    HealthRow,
    StationChoice,
    StationPanelState,
    StationView,
    StepState,
)
from lbm_studio.app.words import moment_words
from lbm_studio.core.calibration import CALIBRATIONS_FOLDER
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import user_data
from lbm_studio.link.messages import Message, Mode, Recover, Refused, ResetStop

CONNECT_TIMEOUT_S = 60.0
AT_REST = frozenset({Mode.IDLE, Mode.PAUSED})
OFF = frozenset({StationPanelState.DISCONNECTED, StationPanelState.FAILED})

_TITLES = {
    ProcessName.STOP: "The STOP window",
    ProcessName.STATION: "The station process",
    ProcessName.RENDERER: "The camera process",
    ProcessName.CAMERAS: "The camera process",
    ProcessName.WRITER: "The recorder",
    ProcessName.INFERENCE: "The inference process",
    ProcessName.PHONE: "The phone process",
}


class StationPanel(ViewModel[StationView]):
    """Chooses, connects and watches the station.

    Args:
        live: the station.
        processes: started to connect it.
        stop: pressed by the self-test.
        stations: what there is to choose from.
        notices: where things are refused.
        chosen: the station chosen last; another one if it is gone.
        previews: show cameras while they are arranged.
        calibrations: the jobs that calibrate.
        wall_clock_s: the time of day [s].

    Attributes:
        editor: the sheet on which the chosen station is edited.
        mapping: the sheet on which its cameras are arranged.
        calibration: the card that tells where cameras and arms are known to be.
    """

    def __init__(
        self,
        live: StationLink,
        processes: Processes,
        stop: StopButton,
        stations: Stations,
        notices: Notices,
        *,
        chosen: str = "",
        previews: Previews | None = None,
        calibrations: Jobs | None = None,
        wall_clock_s: Callable[[], float] = time.time,
    ) -> None:
        choices = stations.choices
        super().__init__(
            StationView(StationPanelState.DISCONNECTED, choices, _known(chosen, choices)), notices
        )
        self._live = live
        self._processes = processes
        self._stop = stop
        self._stations = stations
        self._wall_clock_s = wall_clock_s
        self._test = StopTest(live, stop)
        self._figures: tuple[StopFigures, float] | None = None
        self._connect_began_ns: int | None = None
        self._releases = False
        self._site_rows: tuple[HealthRow, ...] = ()
        self.editor = StationEditor(
            stations, notices, is_free=lambda: not processes.is_open, on_saved=self.choose
        )
        self.mapping = CameraMapping(
            stations,
            previews or CameraPreviews(),
            notices,
            is_free=lambda: not processes.is_open,
        )
        self.calibration = Calibration(
            stations,
            calibrations or JobRunner(user_data() / CALIBRATIONS_FOLDER),
            notices,
            chosen=lambda: self.view.chosen,
            session_folder=lambda: processes.session_folder,
        )
        processes.died.connect(self._process_died)
        stations.changed.connect(self._show_choices)

    # --- choosing -------------------------------------------------------------------------------

    def choose(self, name: str) -> None:
        """Choose the station to connect to; refused while one is connected."""
        if name not in [choice.name for choice in self.view.choices]:
            self._refuse(f"There is no station called “{name}”.")
        elif self._processes.is_open:
            self._refuse("Disconnect the station before choosing another one.")
        else:
            self._figures = None
            self.publish(self._off(chosen=name))

    def edit(self) -> None:
        """Open the sheet on which the chosen station is edited."""
        if not self.view.choice.is_file:
            self._refuse("The simulated stations are built in. Duplicate one, then edit the copy.")
        elif self._may_change():
            self.editor.open(self.view.chosen)

    def arrange_cameras(self) -> None:
        """Open the sheet on which cameras are put into the slots of the chosen station."""
        if not self.view.choice.is_file:
            self._refuse("The simulated stations are built in: their cameras are drawn.")
        else:
            self.mapping.open(self.view.chosen)

    def create(self) -> None:
        """Write a new station of real arms like the chosen one, choose it and edit it."""
        self._choose_new(self._stations.create)

    def duplicate(self) -> None:
        """Write a copy of the chosen station, choose it and edit it."""
        self._choose_new(self._stations.duplicate)

    def delete(self) -> None:
        """Remove the chosen station; it can be undone."""
        if self._may_change():
            self._try(lambda: self._stations.delete(self.view.chosen))

    def undo(self) -> None:
        """Undo the last change to a station."""
        if self._may_change() and (sentence := self._try(self._stations.undo)):
            self._notices.add(sentence, Level.QUIET)

    # --- connecting -----------------------------------------------------------------------------

    def connect(self) -> None:
        """Start the processes of the chosen station; progress appears in the view."""
        if self.view.state not in OFF:
            self._refuse("The station is connected already.")
            return
        self.mapping.close()  # it may hold the cameras
        self._show_choices(self._stations.choices)  # somebody may have mended a file by hand
        try:
            if self.view.choice.trouble:
                raise StudioError(self.view.choice.trouble)
            today = date.fromtimestamp(self._wall_clock_s())
            self._site_rows = site_rows(self._stations, self.view.chosen, today)
            self._processes.open(self._stations.argument(self.view.chosen))
        except (StudioError, OSError) as error:
            self._fail(f"The station could not be started: {error}")
            return
        self._connect_began_ns, self._releases, self._figures = None, False, None
        self.publish(
            replace(
                self._off(self.view.chosen),
                state=StationPanelState.CONNECTING,
                progress_sentence="Starting the station.",
                log_folder=self._processes.log_folder,
            )
        )

    def disconnect(self) -> None:
        """Hold still and end the station's processes."""
        self._processes.close()
        self._test.cancel()
        self.publish(self._off(self.view.chosen))

    def restart(self, process: str) -> None:
        """Start a process again that a health row offers to restart."""
        if process not in {row.restart for row in self.view.health}:
            self._refuse("That process is running.")
            return
        self._processes.restart(ProcessName(process))

    def recover(self) -> None:
        """Bring arms that do not obey any more back to readiness. Nothing moves."""
        if not any(row.can_recover for row in self.view.health):
            self._refuse("No arm has to be recovered.")
            return
        self._live.ask(Recover(), self._answered)

    def test_stop(self) -> None:
        """Press the stop and take the time, while the arms rest; the stop stays latched."""
        tick = self._live.tick
        if tick is None or tick.mode not in AT_REST or self._test.is_running:
            self._refuse(
                "The stop can be tested while the arms are at rest and nothing is stopped."
            )
            return
        self.publish(replace(self.view, can_test_stop=False))
        self._begin_test()

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
        self._processes.poll()
        self.mapping.poll(now_ns)
        self.calibration.poll(now_ns)
        if (figures := self._test.poll(now_ns)) is not None:
            self._take_figures(figures)
        if self.view.state is StationPanelState.CONNECTING:
            self._follow_connecting(now_ns)
        if self.view.state is StationPanelState.CONNECTED:
            self._follow_connected(now_ns)

    def _follow_connecting(self, now_ns: int) -> None:
        if self._connect_began_ns is None:
            self._connect_began_ns = now_ns
        cameras = self._processes.status(self._processes.camera_process)
        if not self._processes.status(ProcessName.STATION).is_running:
            words = self._processes.status(ProcessName.STATION).last_words
            self._fail(f"The station process ended. {words}".strip())
            return
        if not cameras.is_running and cameras.exit_code is not None:
            self._fail(f"The camera process ended. {cameras.last_words}".strip())
            return
        if seconds_between(self._connect_began_ns, now_ns) > CONNECT_TIMEOUT_S:
            self._fail("The station did not become ready within a minute.")
            return
        if self._live.tick is not None and not missing_cameras(self._live) and self._is_tested():
            ready = "The station is ready."
            self.publish(
                replace(
                    self.view,
                    state=StationPanelState.CONNECTED,
                    steps=(),
                    progress=1.0,
                    progress_sentence=ready,
                )
            )
            return
        steps = connect_steps(
            self._live, tests_stop=self._tests_stop, is_testing=self._test.is_running
        )
        self.publish(
            replace(
                self.view,
                steps=steps,
                progress=fraction_done(steps),
                progress_sentence=sentence_of(steps),
            )
        )

    @property
    def _tests_stop(self) -> bool:
        """Whether the stop is tested before each connection: it moves the latch of real arms."""
        description = self._live.description
        return description is not None and description.simulated

    def _is_tested(self) -> bool:
        """Whether the stop works and is released again, or is not tested now; begins the test."""
        if not self._tests_stop:
            return True
        if self._figures is None:
            if not self._test.is_running:
                self._begin_test()
            return False
        tick = self._live.tick
        return tick is not None and not tick.stop_reason

    def _begin_test(self) -> None:
        self._releases = self.view.state is StationPanelState.CONNECTING
        self._test.begin()
        self.publish(self._with_figures(self.view))

    def _take_figures(self, figures: StopFigures) -> None:
        self._figures = (figures, self._wall_clock_s())
        if figures.trouble:
            self._notices.add(figures.trouble, Level.BAD)
            if self._releases:
                self._fail(f"Not connected: {figures.trouble}")
        elif self._releases:  # by the program itself: nothing has moved since it was pressed
            self._live.ask(ResetStop(decided_ns=figures.told_ns), self._answered)
        self.publish(self._with_figures(self.view))

    def _follow_connected(self, now_ns: int) -> None:
        tick = self._live.tick
        is_at_rest = tick is not None and tick.mode in AT_REST
        view = replace(
            self.view,
            health=(*health_rows(self._live, self._processes, now_ns), *self._site_rows),
            can_test_stop=is_at_rest and not self._test.is_running,
            hardware_stop=hardware_stop_words(self._live),
            limits=self._limit_rows(),
            limits_sentence=self._live.limits.since(0, 0),
            log_folder=self._processes.log_folder,
        )
        self.publish(self._with_figures(view))

    def _limit_rows(self) -> tuple[LimitRow, ...]:
        description = self._live.description
        return limit_rows(description.safety, self._live.limits) if description else ()

    def _with_figures(self, view: StationView) -> StationView:
        if self._test.is_running:
            return replace(
                view, stop_test_sentence="Testing the stop.", stop_test_level=Level.QUIET
            )
        if self._figures is None:
            return view
        figures, measured_s = self._figures
        if figures.trouble:
            return replace(view, stop_test_sentence=figures.trouble, stop_test_level=Level.BAD)
        when = moment_words(measured_s, self._wall_clock_s())
        sentence = (
            f"Stop: {figures.told_ms:.1f} ms, arms seen at rest after {figures.rest_ms:.0f} ms, "
            f"measured {when}."
        )
        return replace(view, stop_test_sentence=sentence, stop_test_level=Level.GOOD)

    # --- helpers --------------------------------------------------------------------------------

    def _off(self, chosen: str) -> StationView:
        view = StationView(
            StationPanelState.DISCONNECTED,
            self.view.choices,
            chosen,
            undo_sentence=self._stations.undo_sentence,
        )
        return self._with_figures(view)

    def _fail(self, sentence: str) -> None:
        steps = tuple(
            replace(step, state=StepState.FAILED) if step.state is StepState.UNDER_WAY else step
            for step in self.view.steps
        )
        self._processes.close()
        self._test.cancel()
        self._notices.add(sentence, Level.BAD)
        self.publish(
            replace(
                self._off(self.view.chosen),
                state=StationPanelState.FAILED,
                steps=steps,
                progress_sentence=sentence,
            )
        )

    def _show_choices(self, choices: tuple[StationChoice, ...]) -> None:
        self.publish(
            replace(
                self.view,
                choices=choices,
                chosen=_known(self.view.chosen, choices),
                undo_sentence=self._stations.undo_sentence,
            )
        )

    def _choose_new(self, make: Callable[[str], str]) -> None:
        if self._may_change() and (name := self._try(lambda: make(self.view.chosen))):
            self.choose(name)
            self.editor.open(name)

    def _may_change(self) -> bool:
        if self._processes.is_open:
            self._refuse("Disconnect the station before changing what stations there are.")
            return False
        return True

    def _try(self, change: Callable[[], str | None]) -> str | None:
        try:
            return change()
        except (StudioError, OSError) as error:
            self._refuse(str(error))
            return None

    def _answered(self, answer: Message) -> None:
        if isinstance(answer, Refused):
            self._refuse(answer.reason)

    def _process_died(self, name: ProcessName) -> None:
        if name is ProcessName.STOP:
            self._stop.press("the loss of the STOP window")
        if self.view.state is StationPanelState.CONNECTED:
            title = _TITLES[name]
            self._notices.add(
                f"{title} ended unexpectedly. The panel Station can start it again.", Level.BAD
            )


def _known(chosen: str, choices: tuple[StationChoice, ...]) -> str:
    return chosen if chosen in {choice.name for choice in choices} else choices[0].name
