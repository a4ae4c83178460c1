"""The speech process as view-models use it: started when somebody first speaks, asked, ended."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from lbm_studio.app.commands import CommandLine, OnAnswer
from lbm_studio.app.supervisor import ProcessName, Supervisor
from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StudioError
from lbm_studio.link.bus import AsyncRequester
from lbm_studio.link.messages import Message, Refused
from lbm_studio.link.session import Session


class SpeechLink(Protocol):
    """Whoever records and recognises; all calls on the window's thread, none blocks."""

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        """Ask the speech process, which is started if need be; it always answers or refuses."""
        ...


class SpeechProcess:
    """A speech process in a session of its own: it needs no station. Fulfils :class:`SpeechLink`.

    Args:
        clock: for deadlines.
        log_folder: where its log is written.
        command: what its arguments are appended to; None starts this application again.
        make_session: makes the folder in which it is found.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        log_folder: Path,
        command: Sequence[str] | None = None,
        make_session: Callable[[], Session] = Session.create,
    ) -> None:
        self._clock = clock
        self._supervisor = Supervisor(log_folder, command)
        self._supervisor.died.connect(lambda _: self._forget_questions())
        self._make_session = make_session
        self._session: Session | None = None
        self._line: CommandLine | None = None

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        try:
            line = self._started()
        except (StudioError, OSError) as error:
            on_answer(Refused(reason=f"Speech cannot be started: {error}"))
            return
        line.ask(message, on_answer, timeout_s)

    def poll(self, now_ns: int) -> None:
        """Deliver answers and watch the process; never blocks."""
        self._supervisor.poll()
        if self._line is not None:
            self._line.poll(now_ns)

    def close(self) -> None:
        """End the process and wait until it is gone."""
        self._forget_questions()
        self._supervisor.close()
        if self._session is not None:
            self._session.remove()
            self._session = None

    def _started(self) -> CommandLine:
        if self._session is None:
            self._session = self._make_session()
        arguments = ("worker", "speech", "--session", str(self._session.folder))
        self._supervisor.start(ProcessName.SPEECH, arguments)
        if self._line is None:
            requester = AsyncRequester(self._session.speech_commands)
            self._line = CommandLine(requester, "speech process", self._clock)
        return self._line

    def _forget_questions(self) -> None:
        """Refuse what nobody is there to answer any more."""
        if self._line is not None:
            line, self._line = self._line, None
            line.close()
