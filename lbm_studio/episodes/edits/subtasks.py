"""Phases and paraphrases as LeRobot writes them: the rows of ``language_persistent``.

A row holds from its time stamp until the next one of its style, so a phase lasts until the next
begins. The same list stands at every frame of the episode, and the column must be declared in
``info.json`` as ``{"dtype": "language", "shape": [1], "names": null}``.
"""

from typing import Any

from lbm_studio.episodes.edits.view import EpisodeView

SUBTASK = "subtask"
PARAPHRASE = "task_aug"


def language_rows(view: EpisodeView, rate_hz: float) -> list[dict[str, Any]]:
    """Return the rows of an episode, in LeRobot's order; time counts from its first kept frame [s].

    Where there are paraphrases the goal stands before them: readers draw from these rows alone.
    """
    texts = dict.fromkeys((view.labels.goal, *view.labels.paraphrases))
    asked = [_row("user", text, PARAPHRASE, 0.0) for text in texts if view.labels.paraphrases]
    done = [_row("assistant", p.name, SUBTASK, p.frames.first / rate_hz) for p in view.phases]
    return sorted([*asked, *done], key=lambda row: (row["timestamp"], row["style"], row["role"]))


def _row(role: str, content: str, style: str, timestamp_s: float) -> dict[str, Any]:
    return {
        "role": role,
        "content": content,
        "style": style,
        "timestamp": timestamp_s,
        "camera": None,
        "tool_calls": None,
    }
