"""What is recorded of one step of a station."""

from collections.abc import Mapping

import numpy as np

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.episodes.take import Tick
from lbm_studio.station.safety.envelope import Clamped


def recorded_tick(
    description: StationDescription,
    state: StationState,
    frames: Mapping[str, CameraFrame],
    sent: Clamped,
) -> Tick:
    """Return the tick that a take keeps.

    Args:
        description: the station.
        state: what was measured.
        frames: of all cameras.
        sent: what is sent to the arms.
    """
    arms = description.embodiment.arm_names
    return Tick(
        state=state.as_vector(arms),
        action=sent.action.as_vector(arms),
        joints=np.concatenate([state.arms[name].joints_rad for name in arms]),
        captured_ns=state.captured_ns,
        images={name: frame.image for name, frame in frames.items()},
        images_captured_ns={name: frame.captured_ns for name, frame in frames.items()},
        clamped=bool(sent.limits),
        images_latency_ns={
            name: state.captured_ns - frame.captured_ns for name, frame in frames.items()
        },
        measured={m: state.joined(m, arms) for m in description.measures},
    )
