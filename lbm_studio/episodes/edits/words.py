"""What an edit did, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.journal import Edit

_WORDS: Mapping[EditField, Callable[[Any], str]] = {
    EditField.SUCCESS: lambda value: {
        True: "marked as success",
        False: "marked as failure",
        None: "judgement withdrawn",
    }[value],
    EditField.MILESTONES: lambda value: (
        f"{value.reached} of {value.total} milestones reached" if value else "milestones withdrawn"
    ),
    EditField.GOAL: lambda value: f"goal changed to “{value}”",
    EditField.PARAPHRASES: lambda value: f"paraphrases: {_listed(value)}",
    EditField.TAGS: lambda value: f"tags: {_listed(value)}",
    EditField.NOTE: lambda value: "note written" if value else "note removed",
    EditField.TRIM: lambda value: (
        f"trimmed to frames {value.in_words()}" if value else "all frames kept"
    ),
    EditField.PHASES: lambda value: f"phases: {_listed(tuple(phase.name for phase in value))}",
    EditField.SPLIT: lambda value: f"split at frame {value.frame}",
    EditField.MERGE: lambda value: "merged with the part that follows",
    EditField.DELETED: lambda value: "deleted" if value else "restored",
}


def edit_in_words(edit: Edit, titles: Mapping[str, str]) -> str:
    """Return e.g. ``"episode 3: marked as failure"``.

    Args:
        edit: to be told.
        titles: how people call each episode, by uuid.
    """
    if not edit.changes:
        return "something that only a later version of the program understands"
    told = list(dict.fromkeys(_WORDS[one.field](one.value) for one in edit.changes))
    episodes = list(dict.fromkeys(change.uuid for change in edit.changes))
    if len(episodes) > 1:
        return f"{len(episodes)} episodes: {'; '.join(told)}"
    return f"{_title(edit.changes[0], titles)}: {'; '.join(told)}"


def _title(change: Change, titles: Mapping[str, str]) -> str:
    known = titles.get(change.uuid)
    return "an episode that is gone" if known is None else f"episode {known}"


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(f"“{text}”" for text in texts) or "none"
