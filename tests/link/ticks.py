"""A tick to test with, of which a test changes what it is about."""

from lbm_studio.link.messages import Mode, Tick

AT_REST = Tick(
    number=0,
    captured_ns=0,
    state=(),
    joints=(),
    sent=(),
    clamped=(),
    mode=Mode.IDLE,
    goal="",
    skill="",
    seed=-1,
    success=None,
    finished=False,
    stop_reason="",
    late_ms=0.0,
    intent={},
)
"""Nothing is laid out, nothing moves, and nothing is measured."""
