"""Every moment in every message is told by the clock of whoever reads it."""

from typing import get_args

import pytest

from lbm_studio.link import messages
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.message import Message
from lbm_studio.link.remote.times import SAME_EVERYWHERE, moment_fields, translated
from tests.workers.processes import make_tick

KINDS: set[type[Message]] = {
    kind
    for union in (
        messages.StationRequest,
        messages.InferenceRequest,
        messages.Answer,
        messages.Published,
    )
    for kind in get_args(union)
}
BY_NAME = [kind for _, kind in sorted((kind.__name__, kind) for kind in KINDS)]
MOMENTS = {"captured_ns", "sent_ns", "sampled_ns", "decided_ns", "observed_ns"}


def later(moment_ns: int) -> int:
    return moment_ns + 1000


def test_a_tick_moves_as_a_whole():
    tick = make_tick(3, captured_ns=500, vector=[1.0], joints=[2.0])

    moved = translated(tick, later)

    assert (moved.captured_ns, moved.latency_ns, moved.number) == (1500, 0, 3)
    assert moved.state == tick.state


def test_no_moment_stays_no_moment():
    assert translated(messages.ResetStop(), later) == messages.ResetStop()
    assert translated(messages.Heartbeat(sent_ns=0), later) == messages.Heartbeat(sent_ns=0)
    assert translated(messages.ResetStop(decided_ns=5), later).decided_ns == 1005


def test_a_message_without_moments_is_the_same():
    message = messages.SetGoal(goal="Lift it.")

    assert translated(message, later) is message


@pytest.mark.parametrize("kind", BY_NAME)
def test_a_new_field_of_time_is_known_to_be_a_moment_or_none(kind: type[Message]):
    times = {name for name in kind.__struct_fields__ if name.endswith("_ns")}

    assert times <= MOMENTS | SAME_EVERYWHERE
    assert set(moment_fields(kind)) == times - SAME_EVERYWHERE


def test_readings_of_devices_are_told_by_the_other_clock():
    reading = TeleopInput(
        arm="left",
        linear_m_s=(0.0, 0.0, 0.0),
        angular_rad_s=(0.0, 0.0, 0.0),
        gripper=None,
        enabled=True,
        sampled_ns=7,
    )

    assert translated(reading, later).sampled_ns == 1007
