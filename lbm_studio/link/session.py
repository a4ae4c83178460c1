"""A session: the folder in which the live processes of one station find each other.

The folder holds one socket file per address, one process file per running process and the port of
the stop datagram. Only its owner may enter it (mode 0700): that keeps other users of the machine
from moving the arms.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from lbm_studio.core.errors import StudioError
from lbm_studio.link.process import ProcessIdentity

MAX_SOCKET_PATH_BYTES = 107
"""Longest path of a local socket that Linux accepts, in bytes."""

STOP_FILE = "stop.json"
PHONE_FILE = "phone.json"

_PREFIX = "lbm-studio-"
_OWNER = "owner"
_ORPHANS_END_WITHIN_S = 3.0
_LONGEST_SOCKET = "inference.cmd"
_PRIVATE_MODE = 0o700
_PROCESS_SUFFIX = ".pid"


class Session:
    """Addresses, names and process files of one session folder.

    Args:
        folder: made when it does not exist.

    Raises:
        StudioError: the path is too long for local sockets, or the folder belongs to somebody else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        _require_short(self.folder)
        _make_private(self.folder)

    @classmethod
    def create(cls) -> "Session":
        """Make a new session in the user's run-time folder, or among the temporary files.

        Sessions whose maker is gone are swept away, with the processes they may have left.
        """
        parent = _run_time_folder()
        for folder in parent.glob(_PREFIX + "*"):
            if _is_abandoned(folder):
                _sweep(folder)
        session = cls(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)))
        session.claim(_OWNER)
        return session

    @classmethod
    def of_simulated_robots(cls) -> "Session":
        """Return where the user's simulated robots tell what happens around them.

        There is one such session, as there is one place where they listen; a station of another
        session drives them as if they were real.
        """
        return cls(_run_time_folder() / f"{_PREFIX}robots-{os.getuid()}")

    @property
    def station_commands(self) -> str:
        """Where the station process answers StationRequest."""
        return self._address("station.cmd")

    @property
    def station_events(self) -> str:
        """Where the station process publishes Tick and Physics."""
        return self._address("station.pub")

    @property
    def input_events(self) -> str:
        """Where the process of the STOP window publishes TakePressed and InputDevices."""
        return self._address("input.pub")

    @property
    def inference_commands(self) -> str:
        """Where the inference process answers InferenceRequest."""
        return self._address(_LONGEST_SOCKET)

    @property
    def writer_commands(self) -> str:
        """Where the writer process answers WriterRequest."""
        return self._address("writer.cmd")

    @property
    def speech_commands(self) -> str:
        """Where the speech process answers SpeechRequest."""
        return self._address("speech.cmd")

    @property
    def frame_events(self) -> str:
        """Where the renderer, or the cameras, publish FramesReady."""
        return self._address("frames.pub")

    @property
    def simulator_commands(self) -> str:
        """Where the robot simulator answers LoadScene."""
        return self._address("simulator.cmd")

    @property
    def simulator_events(self) -> str:
        """Where the robot simulator publishes Physics."""
        return self._address("simulator.pub")

    @property
    def robot_time_file(self) -> Path:
        """Holds the time of simulated robots; written by the robot simulator."""
        return self.folder / "robot.time"

    @property
    def stop_file(self) -> Path:
        """Holds the port numbers of the stop datagram; written by the station process."""
        return self.folder / STOP_FILE

    @property
    def phone_file(self) -> Path:
        """How a phone gets in; written by the phone process."""
        return self.folder / PHONE_FILE

    @property
    def ring_name(self) -> str:
        """Name of the shared memory that holds the camera frames."""
        return "lbm-frames-" + hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    def claim(self, process: str) -> None:
        """Note that the calling process is this session's ``process``, e.g. ``"station"``.

        Raises:
            StudioError: another one is running already.
        """
        if self.is_running(process):
            raise StudioError(f"The {process} process of this session is running already.")
        path = self._process_file(process)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(ProcessIdentity.current().as_text())
        os.replace(temporary, path)

    def release(self, process: str) -> None:
        """Forget that the calling process is this session's ``process``."""
        if self.process(process) == ProcessIdentity.current():
            self._process_file(process).unlink(missing_ok=True)

    def process(self, process: str) -> ProcessIdentity | None:
        """Return who claimed to be ``process``, alive or not; None when nobody did."""
        try:
            return ProcessIdentity.parse(self._process_file(process).read_text())
        except OSError:
            return None

    def is_running(self, process: str) -> bool:
        """Whether this session's ``process`` is alive."""
        identity = self.process(process)
        return identity is not None and identity.is_alive()

    def remove(self) -> None:
        """Delete the folder and all that is in it; for its maker, once every process has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _address(self, name: str) -> str:
        return f"ipc://{self.folder / name}"

    def _process_file(self, process: str) -> Path:
        return self.folder / (process + _PROCESS_SUFFIX)


def _run_time_folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(runtime if runtime and Path(runtime).is_dir() else tempfile.gettempdir())


def _is_abandoned(folder: Path) -> bool:
    """Whether a folder is a session of this user whose maker has ended."""
    try:
        is_ours = folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
        maker = ProcessIdentity.parse((folder / (_OWNER + _PROCESS_SUFFIX)).read_text())
    except OSError:
        return False
    return is_ours and maker is not None and not maker.is_alive()


def _sweep(folder: Path) -> None:
    for path in folder.glob("*" + _PROCESS_SUFFIX):
        try:
            process = ProcessIdentity.parse(path.read_text())
        except OSError:
            continue  # it has just ended in order
        if process is not None:
            process.end_within(_ORPHANS_END_WITHIN_S)
    shutil.rmtree(folder, ignore_errors=True)


def _require_short(folder: Path) -> None:
    longest = len(os.fsencode(folder / _LONGEST_SOCKET))
    if longest > MAX_SOCKET_PATH_BYTES:
        spare = len(_LONGEST_SOCKET) + 1
        raise StudioError(
            f"The session folder “{folder}” has too long a path for local sockets. "
            f"Choose one of at most {MAX_SOCKET_PATH_BYTES - spare} bytes, e.g. below /tmp."
        )


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=_PRIVATE_MODE, parents=True, exist_ok=True)
        folder.chmod(_PRIVATE_MODE)
    except (FileExistsError, NotADirectoryError) as error:
        raise StudioError(f"“{folder}” is not a folder. Choose another session folder.") from error
    except PermissionError as error:
        sentence = f"The session folder “{folder}” is not yours. Choose another one."
        raise StudioError(sentence) from error
