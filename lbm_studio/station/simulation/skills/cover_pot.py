"""Put the lid on one of two coloured pots; it lies on the mark or on the other pot.

The scene is that of uncovering a pot; the arm on the lid's side does it, alone.
"""

from lbm_studio.station.simulation.layout import Draw, Layout
from lbm_studio.station.simulation.pots import MARK, POTS, MoveLid


class CoverPot(MoveLid):
    """Covering by colour."""

    name = "cover_pot"
    title = "Put a lid on a pot"
    goals = (
        "put the lid on the {pot} pot",
        "cover the {pot} pot",
        "cover the {pot} pot with the lid",
        "the lid belongs on the {pot} pot",
        "take the lid by its knob and set it on the {pot} pot",
        "close the {pot} pot with its lid",
        "onto the {pot} pot with the lid",
    )
    unheard = (
        "place the lid on top of the {pot} pot",
        "put its cover on the {pot} pot",
        "cover up the {pot} pot please",
        "shut the {pot} pot with the lid",
        "set the lid over the {pot} pot",
    )

    def lay_out(self, draw: Draw) -> Layout:
        return self.lay_out_for(draw, draw.choice((POTS[1], MARK)), POTS[0])
