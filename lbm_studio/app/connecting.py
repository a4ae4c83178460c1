"""How far connecting a station is, step by step."""

from collections.abc import Sequence

from lbm_studio.app.live import StationLink
from lbm_studio.app.views.station import Step, StepState


def connect_steps(live: StationLink, *, tests_stop: bool, is_testing: bool) -> tuple[Step, ...]:
    """Return the steps of connecting.

    Args:
        live: shows how far it is.
        tests_stop: whether the stop is tested before anybody can move the arms.
        is_testing: whether that is under way.
    """
    has_answered = live.description is not None or live.connect_step
    has_arms = live.tick is not None
    steps = [
        ("Station process", "runs" if has_answered else "starting", bool(has_answered)),
        ("Arms", _arms(live), has_arms),
        ("Cameras", _cameras(live), not missing_cameras(live)),
    ]
    if tests_stop:
        steps.append(("Stop", "testing it" if is_testing else "to be tested", False))
    return _in_order(steps)


def missing_cameras(live: StationLink) -> tuple[str, ...]:
    """Return the cameras that have shown nothing yet; one without a name before they are known."""
    if live.description is None:
        return ("",)
    names = live.description.embodiment.camera_names
    return tuple(name for name in names if name not in live.frames)


def fraction_done(steps: Sequence[Step]) -> float:
    """Return how far it is, 0 to 1."""
    return sum(step.state is StepState.DONE for step in steps) / len(steps)


def sentence_of(steps: Sequence[Step]) -> str:
    """Return what is being waited for."""
    waiting = (step.sentence for step in steps if step.state is not StepState.DONE)
    return next(waiting, "The station is ready.")


def _in_order(steps: Sequence[tuple[str, str, bool]]) -> tuple[Step, ...]:
    """Return steps of which the first that is not done is under way."""
    result: list[Step] = []
    is_under_way = True
    for subject, words, is_done in steps:
        state = StepState.DONE if is_done else StepState.AHEAD
        if not is_done and is_under_way:
            state, is_under_way = StepState.UNDER_WAY, False
        result.append(Step(f"{subject}: {words}.", state))
    return tuple(result)


def _arms(live: StationLink) -> str:
    if live.tick is not None and live.description is not None:
        count = len(live.description.embodiment.arm_names)
        return f"{count} of {count}"
    words = live.connect_step.rstrip(".")
    return words[:1].lower() + words[1:] if words else "waiting for the first measurement"


def _cameras(live: StationLink) -> str:
    if live.description is None:
        return "to be started"
    names = live.description.embodiment.camera_names
    return f"{len(names) - len(missing_cameras(live))} of {len(names)}"
