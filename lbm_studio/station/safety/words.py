"""How a stop is told: which, where and when, in one sentence."""

from lbm_studio.core.pose import FloatArray


def told(what: str, moment: str, at_m: FloatArray | None = None) -> str:
    """Return a clause or sentence with where and when it was, e.g. ``"... (14:03:22)."``.

    Args:
        what: what is the matter.
        moment: the time of day.
        at_m: (3,) in the station frame, where the place matters [m].
    """
    place = "" if at_m is None else "at {:.2f}, {:.2f}, {:.2f} m, ".format(*at_m)
    return f"{what.rstrip('.')} ({place}{moment})."
