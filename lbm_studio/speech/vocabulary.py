"""What the recogniser is told beforehand: how people here speak to a robot, and of what.

Radford et al. 2022 (arXiv 2212.04356): a Whisper model goes on from the text it is given, so words
that were in it are heard more easily.
"""

import re
from collections.abc import Iterable

INTRODUCTION = "Robot task instructions."
EXAMPLES = (
    "put the red cube in the blue tray",
    "stack the green cube on the yellow cube",
    "open the drawer and close the box",
    "hand the bar over to the other arm",
    "fold the towel and hang the mug on the rack",
    "push the button, turn the lever, pick up the peg",
)
MOST_CHARACTERS = 500
"""Of goals; a Whisper model reads about 220 word pieces."""


def prompt_of(goals: Iterable[str]) -> str:
    """Return the text that the recogniser goes on from.

    Args:
        goals: what was taught before, what matters most first; a goal all of whose words were
            there already is left out.
    """
    known: set[str] = set()
    chosen: list[str] = []
    room = MOST_CHARACTERS
    for goal in (*goals, *EXAMPLES):
        words = set(re.findall(r"\w+", goal.casefold()))
        if words <= known or len(goal) > room:
            continue
        known |= words
        room -= len(goal)
        chosen.append(goal.strip().rstrip(".").capitalize() + ".")
    return " ".join((INTRODUCTION, *chosen))
