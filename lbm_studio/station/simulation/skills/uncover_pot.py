"""Take the lid off a pot and lay it on the mark beside it.

The scene is that of covering a pot; the arm on the lid's side does it, alone.
"""

from lbm_studio.station.simulation.layout import Draw, Layout
from lbm_studio.station.simulation.pots import MARK, POTS, MoveLid


class UncoverPot(MoveLid):
    """Uncovering."""

    name = "uncover_pot"
    title = "Take a lid off a pot"
    goals = (
        "take the lid off the {pot} pot and lay it on the {mark} mark",
        "uncover the {pot} pot",
        "remove the lid from the {pot} pot and put it on the mark",
        "the lid of the {pot} pot goes onto the {mark} spot",
        "open the {pot} pot and leave its lid on the {mark} mark",
        "lift the lid off the {pot} pot, lay it aside on the mark",
        "lay the lid down on the {mark} mark",
    )
    unheard = (
        "take the cover off the {pot} pot",
        "open up the {pot} pot and put the lid aside",
        "lift the lid from the {pot} pot and place it on the mark",
        "remove the {pot} pot's lid",
        "put the lid of the {pot} pot down on the {mark} spot",
    )

    def lay_out(self, draw: Draw) -> Layout:
        return self.lay_out_for(draw, POTS[0], MARK)
