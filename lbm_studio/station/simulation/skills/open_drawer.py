"""Pull one of two half-open drawers open by its handle.

The scene is that of closing one; the arm on the drawer's side does it, alone.
"""

from lbm_studio.station.simulation.drawers import TRAVEL_M, MoveDrawer


class OpenDrawer(MoveDrawer):
    """Opening by colour."""

    name = "open_drawer"
    title = "Open a drawer"
    goals = (
        "open the {colour} drawer",
        "pull the {colour} drawer out",
        "pull the {colour} drawer open by its handle",
        "the {colour} drawer should be wide open",
        "take the handle of the {colour} drawer and pull",
        "slide out the {colour} drawer all the way",
        "I need something from the {colour} drawer, open it",
    )
    unheard = (
        "could you open the {colour} drawer",
        "yank the {colour} drawer open",
        "get the {colour} drawer open for me",
        "grab the handle and open the {colour} drawer",
        "draw the {colour} drawer out completely",
    )
    rivals = ("close_drawer",)
    end = TRAVEL_M
