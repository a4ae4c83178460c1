"""Which processes a live station consists of, and the arguments they are started with."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from lbm_studio.app.endings import Endings
from lbm_studio.app.events import Signal
from lbm_studio.app.live import LiveStation
from lbm_studio.app.stop import StopButton
from lbm_studio.app.supervisor import ProcessName, ProcessStatus, Supervisor
from lbm_studio.core.station_file import CameraKind, find_station_file
from lbm_studio.link.phone import EVERYWHERE, PhoneAccess
from lbm_studio.link.remote.keys import ELSEWHERE
from lbm_studio.link.session import Session


class Processes(Protocol):
    """The processes of the station as view-models use them.

    Signals:
        died: name of a process that ended without being asked to.
    """

    died: Signal[ProcessName]

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        ...

    @property
    def log_folder(self) -> str:
        """Where the logs of the session are; empty without one."""
        ...

    @property
    def session_folder(self) -> str:
        """Where the processes of the session find each other; empty without one."""
        ...

    @property
    def camera_process(self) -> ProcessName:
        """Where the pictures of the session come from: drawn, or grabbed from cameras."""
        ...

    def open(self, station: str) -> None:
        """Make a session and start its processes.

        Args:
            station: by its name, or by the path of its file.

        Raises:
            StudioError: its file cannot be read.
        """
        ...

    def ensure(self, name: ProcessName) -> None:
        """Start one process of the session unless it runs."""
        ...

    def restart(self, name: ProcessName) -> None:
        """Start one process of the session anew, whatever it does."""
        ...

    def open_phone(self, *, in_network: bool) -> None:
        """Serve phones, on this machine or in its network; those served so far are hung up on."""
        ...

    def close_phone(self) -> None:
        """Serve no phone any more."""
        ...

    def status(self, name: ProcessName) -> ProcessStatus:
        """Return how a process is."""
        ...

    def close(self) -> None:
        """End the session; its processes end soon, without being waited for."""
        ...

    def poll(self) -> None:
        """Watch the processes."""
        ...


class StationProcesses:
    """One session at a time, with its processes, the live view of it and the stop for it.

    Args:
        live: attached to every session.
        stop: attached to every session.
        log_folder: where logs are kept after a session ended; None keeps them with the session.
        command: what arguments are appended to; None starts this application again.
        with_stop_window: whether there is a display for the STOP window; without one the gamepad
            and the watch over the station remain.
    """

    def __init__(
        self,
        live: LiveStation,
        stop: StopButton,
        *,
        log_folder: Path | None = None,
        command: Sequence[str] | None = None,
        with_stop_window: bool = True,
        make_session: Callable[[], Session] = Session.create,
    ) -> None:
        self.died: Signal[ProcessName] = Signal()
        self._live = live
        self._stop = stop
        self._log_folder = log_folder
        self._command = command
        self._with_stop_window = with_stop_window
        self._make_session = make_session
        self._session: Session | None = None
        self._supervisor: Supervisor | None = None
        self._station = ""
        self._camera_process = ProcessName.RENDERER
        self._phone_in_network = False
        self._endings = Endings()

    @property
    def is_open(self) -> bool:
        return self._session is not None

    @property
    def log_folder(self) -> str:
        return str(self._supervisor.log_folder) if self._supervisor else ""

    @property
    def session_folder(self) -> str:
        return str(self._session.folder) if self._session else ""

    @property
    def camera_process(self) -> ProcessName:
        return self._camera_process

    def open(self, station: str) -> None:
        self.close()
        self._camera_process = _camera_process(station)
        session = self._make_session()
        log_folder = self._log_folder or session.folder
        self._session, self._station = session, station
        self._supervisor = Supervisor(log_folder, self._command)
        self._supervisor.died.connect(self.died.emit)
        self._stop.attach(session)
        for name in (*moving_processes(station), ProcessName.WRITER):
            self.ensure(name)
        self._live.attach(session)

    def ensure(self, name: ProcessName) -> None:
        if self._session is None or self._supervisor is None:
            return
        was_running = self._supervisor.status(name).is_running
        self._supervisor.start(name, self._arguments(name, self._session))
        if name is ProcessName.STATION and not was_running and self._live.description is not None:
            self._live.attach(self._session)  # ask the new process who it is

    def restart(self, name: ProcessName) -> None:
        if self._supervisor is not None:
            self._supervisor.kill(name)
            self.ensure(name)

    def open_phone(self, *, in_network: bool) -> None:
        self._phone_in_network = in_network
        if self._supervisor is not None and self._session is not None:
            self._supervisor.kill(ProcessName.PHONE)
            self._session.phone_file.unlink(missing_ok=True)  # its link opens nothing any more
        self.ensure(ProcessName.PHONE)

    def close_phone(self) -> None:
        if self._supervisor is not None:
            self._supervisor.end(ProcessName.PHONE)

    def phone_access(self) -> PhoneAccess | None:
        """Return how a phone gets in; None while it cannot."""
        return PhoneAccess.read(self._session.phone_file) if self._session else None

    def status(self, name: ProcessName) -> ProcessStatus:
        if self._supervisor is None:
            return ProcessStatus(is_running=False)
        return self._supervisor.status(name)

    def poll(self) -> None:
        if self._supervisor is not None:
            self._supervisor.poll()

    def close(self) -> None:
        if self._session is None or self._supervisor is None:
            return
        session, supervisor = self._session, self._supervisor
        self._session = self._supervisor = None
        self._live.detach()
        self._stop.detach()
        self._endings.begin(lambda: _end(supervisor, session), "ending")

    def wait_until_closed(self) -> None:
        """Return when no process of an ended session is left."""
        self._endings.wait()

    def _arguments(self, name: ProcessName, session: Session) -> tuple[str, ...]:
        folder = ("--session", str(session.folder))
        if name is ProcessName.STOP:
            start = ("stop-window",) if self._with_stop_window else ("worker", "stop")
            return (*start, *folder)
        if name in (ProcessName.STATION, ProcessName.CAMERAS):
            return station_arguments(name, session, self._station)
        if name is ProcessName.PHONE and self._phone_in_network:
            return ("worker", "phone", *folder, "--host", EVERYWHERE)
        return ("worker", name.value, *folder)


def _end(supervisor: Supervisor, session: Session) -> None:
    supervisor.close()
    session.remove()


def moving_processes(station: str) -> tuple[ProcessName, ...]:
    """Return what moves, shows and stops a station, in the order in which it is started.

    The stop comes before anything that could move. The cameras of a station on another machine are
    looked after there.
    """
    first = (ProcessName.STOP, ProcessName.STATION)
    return first if station.startswith(ELSEWHERE) else (*first, _camera_process(station))


def station_arguments(name: ProcessName, session: Session, station: str) -> tuple[str, ...]:
    """Return what starts the process of a station or of its cameras.

    A station on another machine is stood in for by the gateway.
    """
    folder = ("--session", str(session.folder))
    if station.startswith(ELSEWHERE):
        return ("worker", "gateway", *folder, "--station", station.removeprefix(ELSEWHERE))
    which = () if name is ProcessName.RENDERER else ("--station", station)  # that one asks
    return ("worker", name.value, *folder, *which)


def _camera_process(station: str) -> ProcessName:
    """Return what brings the pictures of a station; those without a file are simulated."""
    file = None if station.startswith(ELSEWHERE) else find_station_file(station)
    is_real = file is not None and any(c.kind is not CameraKind.SIMULATED for c in file.cameras)
    return ProcessName.CAMERAS if is_real else ProcessName.RENDERER
