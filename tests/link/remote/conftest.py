"""Patience: on a busy machine all ends of a link in one process take turns."""

import pytest

LONG_S = 120.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody lose patience: a stop that does would end the process of the tests."""
    for name in (
        "link.stop.ACKNOWLEDGE_WITHIN_S",
        "link.remote_stop.CUT_AFTER_S",
        "link.remote_stop.GIVE_UP_AFTER_S",
        "link.remote.station_end.LEASE_S",
        "link.remote.window_end.GIVE_UP_AFTER_S",
        "link.remote.window_end.SILENT_AFTER_S",
        "link.remote.window_end.TOO_SLOW_S",
    ):
        monkeypatch.setattr(f"lbm_studio.{name}", LONG_S)
