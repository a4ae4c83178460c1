"""One hand gives a bar to the other, which puts it into one of two trays; only the goal says which.

Either arm may give. The bar is taller than the one that a policy is first trained on.
"""

from lbm_studio.station.simulation.skills.hand_over_bar import (
    HandOverBar,
    bar_of_height,
    tray_for_bar,
)

_TRAYS = ("first_tray", "second_tray")


class HandOverIntoTray(HandOverBar):
    """A hand-over, and then a choice by colour."""

    name = "hand_over_into_tray"
    title = "Hand a bar over and choose its tray"
    pretraining = False
    goals = (
        "hand the bar over and put it in the {tray} tray",
        "pass the bar to the other hand, then lay it in the {tray} tray",
        "{giver} gives the bar to {receiver}; of the two trays the {tray} one gets it",
        "the {receiver} hand should get the bar and place it in the {tray} tray",
        "change hands with the bar and put it down in {tray}",
        "into the {tray} tray goes the {bar} bar, by way of both hands",
        "let the {giver} arm offer the bar and the {receiver} arm lay it into the {tray} tray",
    )
    unheard = (
        "pass the bar across and place it in the {tray} tray",
        "give the bar to the other arm, which puts it in the {tray} tray",
        "hand the stick from the {giver} to the {receiver} hand and into the {tray} tray",
        "swap hands and drop the bar in the {tray} tray",
        "the {receiver} hand takes the bar from the {giver} one and lays it in the {tray} tray",
    )
    trays = _TRAYS
    half_height_m = 0.030
    objects = (bar_of_height(half_height_m), *(tray_for_bar(name) for name in _TRAYS))
    alike = (_TRAYS,)
