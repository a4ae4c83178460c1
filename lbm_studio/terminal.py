"""What commands share in a terminal: progress, Ctrl-C that is asked for, trouble with files."""

import errno
import signal
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import EventKind, read_events

FOLLOW_PERIOD_S = 0.5

Progress = Callable[[int, int], None]


@contextmanager
def bar(what: str, unit: str) -> Generator[Progress]:
    """Show a progress bar on a terminal; give the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    columns += [TextColumn(unit), TimeRemainingColumn()]
    console = Console(stderr=True)
    with Display(*columns, console=console, disable=not console.is_terminal) as display:
        task = display.add_task(what, total=None)
        yield lambda done, total: display.update(task, completed=done, total=total, refresh=True)


@contextmanager
def follow(run: Path) -> Generator[None]:
    """Show how far the job in a run folder is, from the events it writes."""
    over = threading.Event()
    first = sum(1 for _ in read_events(run))

    with bar("training", "steps") as progress:

        def watch() -> None:
            number = first
            while not over.wait(FOLLOW_PERIOD_S):
                for event in read_events(run, number):
                    number = event.number + 1
                    if event.kind is EventKind.PROGRESS and event.data["stage"] == "training":
                        progress(event.data["done"], event.data["total"])

        thread = threading.Thread(target=watch, name="progress bar")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def interrupt_asks() -> Generator[Callable[[], bool]]:
    """Turn the first Ctrl-C or SIGTERM into a flag that is polled; the second one interrupts."""
    asked = threading.Event()

    def ask(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def interrupt(number: int, frame: object) -> None:
    """Take a signal for Ctrl-C."""
    raise KeyboardInterrupt


def make_room_for_json(file: Path | None) -> None:
    """Find out before the work whether its figures can be written.

    Raises:
        StudioError: they cannot.
    """
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=file.parent):
            return
    except OSError as error:
        raise StudioError(f"{file} cannot be written: {error.strerror}.") from error


def file_trouble(error: OSError) -> str:
    """Return a sentence about a file or a disk that cannot be used."""
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {error.filename or 'nothing more can be written'}."
    return f"{error.filename} cannot be used: {error.strerror}."
