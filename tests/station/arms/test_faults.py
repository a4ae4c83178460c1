import franky
import pytest

from lbm_studio.core.arm_health import ArmCondition
from lbm_studio.station.arms.faults import (
    CAN_MOVE,
    FLAGS,
    RobotMode,
    explain_error,
    explain_mode,
    is_connection_lost,
    was_preempted,
)

ARM, ADDRESS = "the right arm", "172.16.0.2"
ABORTED = "libfranka: Move command aborted: motion aborted by reflex! "


@pytest.mark.parametrize(
    ("error", "condition", "words"),
    [
        (
            franky.NetworkException("libfranka: UDP receive: Timeout"),
            ArmCondition.AWAY,
            "The connection to the right arm at 172.16.0.2 is lost",
        ),
        (
            franky.IncompatibleVersionException(
                "libfranka: Incompatible library version (server version: 9, library version: 10)."
            ),
            ArmCondition.AWAY,
            "another version of the protocol than this program (9, not 10)",
        ),
        (
            franky.RealtimeException(
                "libfranka: Running kernel does not have realtime capabilities."
            ),
            ArmCondition.AWAY,
            "no real-time kernel",
        ),
        (
            franky.ControlException(ABORTED + '["joint_reflex", "power_limit_violation"]\nrate'),
            ArmCondition.REFLEX,
            "its own reflex: something pushed against a joint and the arm would have drawn",
        ),
        (
            franky.ControlException("libfranka: Move command aborted: User Stop pressed!"),
            ArmCondition.USER_STOPPED,
            "The hardware stop of the right arm is pressed. Release it",
        ),
        (
            franky.ControlException("libfranka: Move command preempted!"),
            ArmCondition.REFLEX,
            "Something else, perhaps Desk, ended the motion of the right arm",
        ),
        (
            franky.CommandException(
                'libfranka: Move command rejected: command not possible in the current mode ("Guid'
                'ing")!'
            ),
            ArmCondition.GUIDING,
            "Somebody guides the right arm by hand",
        ),
        (
            franky.CommandException(
                "libfranka: Move command preempted due to activated safety functions!"
            ),
            ArmCondition.REFLEX,
            "A safety input of the right arm",
        ),
        (
            RuntimeError("Motion planner failed with error code -100"),
            ArmCondition.REFLEX,
            "The right arm refuses: Motion planner failed with error code -100.",
        ),
    ],
)
def test_every_exception_becomes_a_sentence_with_a_remedy(
    error: Exception, condition: ArmCondition, words: str
) -> None:
    fault = explain_error(ARM, ADDRESS, error)

    assert words in fault.sentence
    assert fault.condition is condition
    assert fault.sentence.endswith(".")


@pytest.mark.parametrize("mode", [mode for mode in RobotMode if mode not in CAN_MOVE])
def test_every_mode_in_which_an_arm_cannot_move_is_explained(mode: RobotMode) -> None:
    fault = explain_mode(ARM, mode, ())

    assert fault is not None
    assert "the right arm" in fault.sentence.lower()


@pytest.mark.parametrize("mode", sorted(CAN_MOVE))
def test_a_mode_in_which_an_arm_can_move_needs_no_words(mode: RobotMode) -> None:
    assert explain_mode(ARM, mode, ("joint_reflex",)) is None


def test_a_reflex_names_every_flag_even_those_without_words_of_their_own() -> None:
    fault = explain_mode(ARM, RobotMode.REFLEX, ("cartesian_reflex", "start_elbow_sign_inconsist"))

    assert fault is not None
    assert "pushed against the hand and start elbow sign inconsist." in fault.sentence


def test_the_modes_and_flags_that_have_words_are_the_controllers_own() -> None:
    assert {mode.value for mode in RobotMode} == set(franky.RobotMode.__members__)
    assert all(hasattr(franky.Errors, flag) for flag in FLAGS)


def test_only_a_lost_connection_needs_connecting_again() -> None:
    assert is_connection_lost(franky.NetworkException("libfranka: server closed connection"))
    assert not is_connection_lost(franky.ControlException(ABORTED))


def test_being_told_to_stop_is_told_from_other_ends() -> None:
    assert was_preempted(franky.ControlException("libfranka: Move command preempted!"))
    assert not was_preempted(franky.ControlException(ABORTED))
