"""Stands in for the inference process: moves every hand up or down, as the goal says.

Run as ``python -m tests.benchmarks.stopping.willing_policy SESSION`` until it is killed.
"""

import sys
from pathlib import Path

from lbm_studio.core.action import pose_slice
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.bus import Responder
from lbm_studio.link.messages import Chunk, InferenceRequest, Message, Predict, Refused
from lbm_studio.link.session import Session
from lbm_studio.workers.introduction import await_description

UP, DOWN = "up", "down"
STEP_M = 0.015
HEIGHT = 2


def answer(request: Message, station: StationDescription) -> Message:
    """Return a chunk that moves every hand by so much a step."""
    if not isinstance(request, Predict):
        return Refused(reason="Only a stand-in.")
    body = station.embodiment
    spec = body.chunk
    step_m = -STEP_M if request.goal == DOWN else STEP_M
    actions: list[tuple[float, ...]] = []
    for step in range(1 - spec.past, spec.length + 1 - spec.past):
        vector = list(request.state)
        for arm in range(len(body.arms)):
            vector[pose_slice(arm).start + HEIGHT] += step_m * step
        actions.append(tuple(vector))
    return Chunk(
        number=request.number,
        session=request.session,
        observed_ns=request.captured_ns,
        past=spec.past,
        actions=tuple(actions),
        intent={},
        seconds=0.0,
    )


def main(folder: Path) -> None:
    """Answer for ever."""
    session = Session(folder)
    station = await_description(session, lambda: False)
    assert station is not None
    with Responder(session.inference_commands, InferenceRequest) as responder:
        responder.serve(lambda request: answer(request, station), lambda: False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
