"""A station without a window: its processes on this machine, for a workstation elsewhere."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lbm_studio.app.processes import moving_processes, station_arguments
from lbm_studio.app.supervisor import ProcessName, Supervisor
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock
from lbm_studio.core.errors import StationError
from lbm_studio.link.session import Session

_LOOK_EVERY_S = 0.1


class StationHost:
    """The processes of one station, and the gateway that lets a workstation in.

    Nothing is started again by itself: a station that was killed had not obeyed a stop, and is to
    be looked at by somebody who stands before it.

    Args:
        station: by its name, or by the path of its file.
        host: where to listen.
        port: where to listen.
        log_folder: for the logs of the processes.
        command: what arguments are appended to; None starts this application again.
        make_session: makes the folder in which the processes find each other.
    """

    def __init__(
        self,
        station: str,
        host: str,
        port: int,
        *,
        log_folder: Path,
        command: Sequence[str] | None = None,
        make_session: Callable[[], Session] = Session.create,
    ) -> None:
        self._station = station
        self._where = ("--host", host, "--port", str(port))
        self._supervisor = Supervisor(log_folder, command)
        self._make_session = make_session
        self._ended: list[ProcessName] = []
        self._supervisor.died.connect(self._ended.append)

    def serve(self, is_over: Callable[[], bool], clock: Clock | None = None) -> None:
        """Run the station until it is over; its processes end with it.

        Raises:
            StudioError: the station is unknown, or one of its processes ended; the text says why.
        """
        clock = clock or MonotonicClock()
        session = self._make_session()
        try:
            self._start(session)
            while not is_over() and not self._ended:
                self._supervisor.poll()
                pause_ns = round(_LOOK_EVERY_S * NANOSECONDS_PER_SECOND)
                clock.sleep_until_ns(clock.now_ns() + pause_ns)
            self._tell_who_ended()
        finally:
            self._supervisor.close()
            session.remove()

    def _start(self, session: Session) -> None:
        folder = ("--session", str(session.folder))
        for name in moving_processes(self._station):
            if name is ProcessName.STOP:
                self._supervisor.start(name, ("worker", "stop", *folder))
            else:
                self._supervisor.start(name, station_arguments(name, session, self._station))
        gateway = ("worker", "gateway", *folder, *self._where)
        self._supervisor.start(ProcessName.GATEWAY, gateway)

    def _tell_who_ended(self) -> None:
        for name in self._ended:
            words = self._supervisor.status(name).last_words
            raise StationError(f"The {name} process ended. {words}".strip())
