"""Errors that a person can act on: one sentence, naming the valid choices or the remedy."""

from collections.abc import Iterable


class StudioError(Exception):
    """Something the user can understand and mend.

    Its text is shown as it is, never as a traceback.
    """


class UnknownNameError(StudioError):
    """A name that is not among the valid ones.

    Args:
        kind: what was named, e.g. ``"skill"``.
        name: the name that was given.
        valid: the names that would have been accepted.
    """

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        self.kind, self.name, self.valid = kind, name, tuple(valid)
        choices = ", ".join(self.valid) or "none"
        super().__init__(f"There is no {kind} called “{name}”. Choose one of: {choices}.")

    def __reduce__(self) -> tuple[type["UnknownNameError"], tuple[str, str, tuple[str, ...]]]:
        return type(self), (self.kind, self.name, self.valid)


class DatasetError(StudioError):
    """A folder is not a dataset, or what it holds contradicts itself."""


class CheckpointError(StudioError):
    """A checkpoint is damaged, or does not fit the station it is asked to drive."""


class UntaughtGoalError(StudioError):
    """A policy was asked for something unlike anything it was taught.

    Args:
        goal: what it was asked for.
        nearest: the prompts it was taught that come nearest.
    """

    def __init__(self, goal: str, nearest: Iterable[str]) -> None:
        self.goal, self.nearest = goal, tuple(nearest)
        known = ", ".join(f"“{prompt}”" for prompt in self.nearest) or "nothing"
        super().__init__(
            f"This policy was never taught anything like “{goal}”. The nearest it knows: {known}."
        )

    def __reduce__(self) -> tuple[type["UntaughtGoalError"], tuple[str, tuple[str, ...]]]:
        return type(self), (self.goal, self.nearest)


class StationError(StudioError):
    """The station cannot do what was asked of it."""


class DiskFullError(StudioError):
    """There is not enough room on the disk for what is about to be written."""


class StoppedError(StudioError):
    """The stop is latched: nothing moves until it is reset."""
