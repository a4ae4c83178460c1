"""The Station panel: choose a station, connect, see how it is."""

from dataclasses import replace

from lbm_studio.app.health import health_rows
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.processes import Processes
from lbm_studio.app.stop import StopButton
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.station import StationChoice, StationPanelState, StationView
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.link.messages import Mode

CHOICES = (
    StationChoice(
        "simulated",
        "Simulated station",
        "Two FR3 arms and six cameras in the physics simulator. Nothing real moves.",
    ),
    StationChoice(
        "simulated-single",
        "Simulated station, one arm",
        "One FR3 arm and two cameras in the physics simulator. Nothing real moves.",
    ),
)
CONNECT_TIMEOUT_S = 60.0
STOP_TEST_TIMEOUT_S = 1.0
AT_REST = frozenset({Mode.IDLE, Mode.PAUSED})

_TITLES = {
    ProcessName.STOP: "The STOP window",
    ProcessName.STATION: "The station process",
    ProcessName.RENDERER: "The camera process",
    ProcessName.WRITER: "The recorder",
    ProcessName.INFERENCE: "The inference process",
    ProcessName.PHONE: "The phone process",
}


class StationPanel(ViewModel[StationView]):
    """Chooses, connects and watches the station."""

    def __init__(
        self,
        live: StationLink,
        processes: Processes,
        stop: StopButton,
        notices: Notices,
        *,
        chosen: str = CHOICES[0].name,
    ) -> None:
        names = [choice.name for choice in CHOICES]
        chosen = chosen if chosen in names else CHOICES[0].name
        super().__init__(StationView(StationPanelState.DISCONNECTED, CHOICES, chosen), notices)
        self._live = live
        self._processes = processes
        self._stop = stop
        self._connect_began_ns: int | None = None
        self._test_began_ns: int | None = None
        self._now_ns = 0
        processes.died.connect(self._process_died)

    def choose(self, name: str) -> None:
        """Choose the station to connect to; refused while one is connected."""
        if name not in [choice.name for choice in CHOICES]:
            self._refuse(f"There is no station called “{name}”.")
        elif self._processes.is_open:
            self._refuse("Disconnect the station before choosing another one.")
        else:
            self.publish(replace(self.view, chosen=name))

    def connect(self) -> None:
        """Start the processes of the chosen station; progress appears in the view."""
        if self.view.state in (StationPanelState.CONNECTING, StationPanelState.CONNECTED):
            self._refuse("The station is connected already.")
            return
        try:
            self._processes.open(self.view.chosen)
        except (StudioError, OSError) as error:
            self._fail(f"The station could not be started: {error}")
            return
        self._connect_began_ns = None
        self.publish(
            replace(
                self.view,
                state=StationPanelState.CONNECTING,
                progress=0.1,
                progress_sentence="Starting the station.",
                stop_test_sentence="",
                log_folder=self._processes.log_folder,
            )
        )

    def disconnect(self) -> None:
        """Hold still and end the station's processes."""
        self._processes.close()
        self._test_began_ns = None
        self.publish(StationView(StationPanelState.DISCONNECTED, CHOICES, self.view.chosen))

    def restart(self, process: str) -> None:
        """Start a process again that a health row offers to restart."""
        if process not in {row.restart for row in self.view.health}:
            self._refuse("That process is running.")
            return
        self._processes.restart(ProcessName(process))

    def test_stop(self) -> None:
        """Send a stop and see that it latches.

        The arms must be at rest. The stop stays latched, to be reset by hand.
        """
        tick = self._live.tick
        if tick is None or tick.mode not in AT_REST:
            self._refuse(
                "The stop can be tested while the arms are at rest and nothing is stopped."
            )
            return
        self._test_began_ns = self._now_ns
        self.publish(
            replace(self.view, stop_test_sentence="Testing the stop.", can_test_stop=False)
        )
        self._stop.press("self-test")

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
        self._now_ns = now_ns
        self._processes.poll()
        if self.view.state is StationPanelState.CONNECTING:
            self._follow_connecting(now_ns)
        if self.view.state is StationPanelState.CONNECTED:
            self._follow_connected(now_ns)

    def _follow_connecting(self, now_ns: int) -> None:
        if self._connect_began_ns is None:
            self._connect_began_ns = now_ns
        if not self._processes.status(ProcessName.STATION).is_running:
            words = self._processes.status(ProcessName.STATION).last_words
            self._fail(f"The station process ended. {words}".strip())
            return
        if seconds_between(self._connect_began_ns, now_ns) > CONNECT_TIMEOUT_S:
            self._fail("The station did not become ready within a minute.")
            return
        fraction, sentence = self._progress()
        if fraction >= 1.0:
            self.publish(
                replace(
                    self.view,
                    state=StationPanelState.CONNECTED,
                    progress=1.0,
                    progress_sentence="The station is ready.",
                )
            )
        else:
            self.publish(replace(self.view, progress=fraction, progress_sentence=sentence))

    def _progress(self) -> tuple[float, str]:
        description = self._live.description
        if description is None:
            return 0.2, "Waiting for the station to answer."
        if self._live.tick is None:
            return 0.5, "Waiting for the first measurement of the arms."
        missing = [
            name for name in description.embodiment.camera_names if name not in self._live.frames
        ]
        if missing:
            return 0.8, f"Waiting for the cameras: {len(missing)} to go."
        return 1.0, ""

    def _follow_connected(self, now_ns: int) -> None:
        tick = self._live.tick
        self._follow_stop_test(now_ns)
        self.publish(
            replace(
                self.view,
                health=health_rows(self._live, self._processes, now_ns),
                can_test_stop=tick is not None
                and tick.mode in AT_REST
                and self._test_began_ns is None,
                log_folder=self._processes.log_folder,
            )
        )

    def _follow_stop_test(self, now_ns: int) -> None:
        if self._test_began_ns is None:
            return
        seconds = seconds_between(self._test_began_ns, now_ns)
        tick = self._live.tick
        if tick is not None and tick.stop_reason:
            self._end_test(
                f"The stop works: the station reported it within {seconds:.2f} s. "
                "Hold Reset to go on."
            )
        elif seconds > STOP_TEST_TIMEOUT_S:
            self._end_test("The stop did not latch. Do not use this station.")
            self._notices.add("The stop did not latch in its self-test.", Level.BAD)

    def _end_test(self, sentence: str) -> None:
        self._test_began_ns = None
        self.publish(replace(self.view, stop_test_sentence=sentence))

    def _fail(self, sentence: str) -> None:
        self._processes.close()
        self._notices.add(sentence, Level.BAD)
        self.publish(
            StationView(
                StationPanelState.FAILED, CHOICES, self.view.chosen, progress_sentence=sentence
            )
        )

    def _process_died(self, name: ProcessName) -> None:
        if name is ProcessName.STOP:
            self._stop.press("the loss of the STOP window")
        if self.view.state is StationPanelState.CONNECTED:
            title = _TITLES[name]
            self._notices.add(
                f"{title} ended unexpectedly. The panel Station can start it again.", Level.BAD
            )
