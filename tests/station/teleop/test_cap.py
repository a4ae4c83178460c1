"""The reports of real SpaceMice, as their owners recorded them.

Sources:
- SpaceNavigator (046d:c626): AndunHH/spacemouse, SpaceNavigator.md, recorded with Wireshark: a
  tilt to the right, both buttons, and three reports of zeros at the end of every motion.
- SpaceMouse Compact (256f:c635): CloudCompare/CloudCompare, pull request 2339, comment of
  2026-07-07: the cap is pushed down and slightly turned, in two reports by turns.
- SpaceMouse Wireless (256f:c62e): nytamin/spacemouse, issue 1, comment of 2026-01-27: the cap is
  pushed down and let go, all six axes in one report. Its report descriptor (AndunHH/spacemouse,
  SpaceMouseWireless.md) gives the range of -350 to 350, and report 0x17 as the battery's.
"""

import numpy as np
import pytest

from lbm_studio.station.teleop.cap import FULL_SCALE, LEFT_BUTTON, RIGHT_BUTTON, Cap

COMPACT_PUSHED_DOWN = (
    "02 20 00 00 00 17 00",
    "01 12 00 00 00 f8 00",
    "02 20 00 00 00 19 00",
    "01 12 00 00 00 12 01",
    "02 1d 00 00 00 1b 00",
    "01 0d 00 00 00 25 01",
)
WIRELESS_PUSHED_DOWN_AND_LET_GO = (
    "01 00 00 00 00 01 00 00 00 00 00 00 00",
    "01 00 00 00 00 03 00 00 00 00 00 00 00",
    "01 00 00 00 00 04 00 00 00 00 00 00 00",
    "01 00 00 00 00 07 00 00 00 00 00 00 00",
    "01 00 00 00 00 05 00 00 00 00 00 00 00",
    "01 00 00 00 00 01 00 00 00 00 00 00 00",
    "01 00 00 00 00 00 00 00 00 00 00 00 00",
)
NAVIGATOR_RIGHT_SIDE_DOWN = ("01 00 00 00 00 00 00", "02 00 00 e2 ff 00 00")
NAVIGATOR_BUTTONS = ("03 01 00", "03 00 00", "03 02 00", "03 00 00", "03 03 00")
BATTERY = "17 64 01"


def after(*reports: str) -> Cap:
    cap = Cap()
    for report in reports:
        cap.take(bytes.fromhex(report))
    return cap


def test_pushing_the_wired_cap_down_means_down_and_a_little_to_the_right():
    cap = after(*COMPACT_PUSHED_DOWN)

    np.testing.assert_allclose(cap.push, np.array([0.0, -0x0D, -0x125]) / FULL_SCALE, atol=1e-12)
    np.testing.assert_allclose(cap.turn, np.array([0.0, -0x1D, -0x1B]) / FULL_SCALE, atol=1e-12)


def test_the_wireless_cap_says_the_same_in_one_report_and_ends_at_rest():
    pressed = after(*WIRELESS_PUSHED_DOWN_AND_LET_GO[:4])
    released = after(*WIRELESS_PUSHED_DOWN_AND_LET_GO)

    np.testing.assert_allclose(pressed.push, [0.0, 0.0, -7.0 / FULL_SCALE], atol=1e-12)
    assert not pressed.turn.any()
    assert not released.push.any()


def test_tilting_the_cap_to_the_right_turns_about_the_way_forward():
    cap = after(*NAVIGATOR_RIGHT_SIDE_DOWN)

    np.testing.assert_allclose(cap.turn, [30.0 / FULL_SCALE, 0.0, 0.0], atol=1e-12)
    assert not cap.push.any()


def test_six_axes_in_one_report_are_those_of_two_reports():
    one = after("01 01 00 02 00 fd ff 04 00 fb ff 06 00")
    two = after("01 01 00 02 00 fd ff", "02 04 00 fb ff 06 00")

    np.testing.assert_array_equal(one.push, two.push)
    np.testing.assert_array_equal(one.turn, two.turn)


def test_both_buttons_are_told_apart():
    held = []
    cap = Cap()
    for report in NAVIGATOR_BUTTONS:
        cap.take(bytes.fromhex(report))
        held.append((cap.holds(LEFT_BUTTON), cap.holds(RIGHT_BUTTON)))

    assert held == [(True, False), (False, False), (False, True), (False, False), (True, True)]


@pytest.mark.parametrize(
    "report", ["", "01", "01 12 00 00 00", "02 ff ff ff", "03", BATTERY, "ff" * 64]
)
def test_other_and_broken_reports_change_nothing(report: str):
    cap = after(*COMPACT_PUSHED_DOWN)
    before = cap.push.tolist(), cap.turn.tolist()

    assert not cap.take(bytes.fromhex(report))

    assert (cap.push.tolist(), cap.turn.tolist()) == before


def test_a_cap_pushed_beyond_its_scale_counts_as_pushed_all_the_way():
    np.testing.assert_array_equal(after("01 ff 7f 00 80 00 00").push, [1.0, -1.0, 0.0])
