"""Push one of two half-open drawers shut by its handle.

The scene is that of opening one; the arm on the drawer's side does it, alone.
"""

from lbm_studio.station.simulation.drawers import MoveDrawer


class CloseDrawer(MoveDrawer):
    """Closing by colour."""

    name = "close_drawer"
    title = "Close a drawer"
    goals = (
        "close the {colour} drawer",
        "shut the {colour} drawer",
        "push the {colour} drawer in",
        "the {colour} drawer should be closed",
        "take the handle of the {colour} drawer and push it shut",
        "slide the {colour} drawer back in all the way",
        "do not leave the {colour} drawer open",
    )
    unheard = (
        "push the {colour} drawer shut",
        "please close the {colour} drawer again",
        "shut that {colour} drawer",
        "make sure the {colour} drawer is closed",
        "move the {colour} drawer back into the cabinet",
    )
    rivals = ("open_drawer",)
    end = 0.0
