"""Durations, jobs and numbers as people say them."""

from datetime import datetime

from lbm_studio.app.run_record import RunRecord


def duration_words(seconds: float) -> str:
    """Return a duration with sensible digits."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def moment_words(unix_s: float, now_unix_s: float) -> str:
    """Return when something was, e.g. ``"today 14:02"`` or ``"on 3 November, 14:02"``."""
    moment, now = datetime.fromtimestamp(unix_s), datetime.fromtimestamp(now_unix_s)
    day = "today" if moment.date() == now.date() else f"on {moment.day} {moment:%B},"
    return f"{day} {moment:%H:%M}"


def count_words(count: int, one: str, many: str) -> str:
    """Return e.g. ``"1 episode"`` or ``"3 episodes"``."""
    return f"{count} {one if count == 1 else many}"


def job_words(run: RunRecord) -> str:
    """Return how far a job is, e.g. ``"training: 42 %, 6 min left"``."""
    kind = "training" if run.card is None or run.card.kind == "train" else run.card.kind
    words = f"{run.progress.stage or kind}: {100 * run.progress.fraction:.0f} %"
    if run.progress.remaining_s is not None:
        words += f", {duration_words(run.progress.remaining_s)} left"
    return words
