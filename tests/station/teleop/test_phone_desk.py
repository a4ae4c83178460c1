"""Who may move which arm by phone: the conversation, without a network."""

import hashlib
import hmac
import json
import random
from collections.abc import Callable

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.link.inputs import PhonePose
from lbm_studio.station.teleop.phone_desk import HangUpError, PhoneCall, PhoneDesk

TOKEN = bytes(range(32))
OTHER_TOKEN = bytes(32)


def answer_to(greeting: str, token: bytes) -> str:
    nonce = bytes.fromhex(json.loads(greeting)["nonce"])
    return json.dumps(
        {"kind": "hello", "answer": hmac.new(token, nonce, hashlib.sha256).hexdigest()}
    )


def pose(number: int, **changes: object) -> str:
    fields = {
        "kind": "pose",
        "number": number,
        "arm": "right",
        "touch": 1,
        "held": True,
        "position": [0.0, 0.01 * number, 0.0],
        "rotation": [0.0, 0.0, 0.0, 1.0],
        "opening": None,
        "scale": 1.0,
    }
    return json.dumps(fields | changes)


class Desk:
    """A desk that notes what it would tell the station."""

    def __init__(self) -> None:
        self.clock = ManualClock(start_ns=1)
        self.poses: list[PhonePose] = []
        self.stops = 0
        self.desk = PhoneDesk(
            TOKEN, ("right", "left"), self.clock, forward=self.poses.append, stop=self._stop
        )

    def phone(self, token: bytes = TOKEN) -> PhoneCall:
        call = self.desk.call()
        call.take(answer_to(call.greeting, token))
        return call

    def say(self, call: PhoneCall, text: str) -> str | None:
        self.clock.advance_s(0.016)
        return call.take(text)

    def _stop(self) -> None:
        self.stops += 1


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_whoever_holds_the_token_is_let_in_and_told_the_arms(desk: Desk):
    call = desk.desk.call()

    welcome = call.take(answer_to(call.greeting, TOKEN))

    assert json.loads(welcome or "") == {"kind": "welcome", "arms": ["right", "left"]}


@pytest.mark.parametrize(
    "opening",
    [
        lambda greeting: answer_to(greeting, OTHER_TOKEN),
        lambda greeting: json.dumps({"kind": "hello", "answer": ""}),
        lambda greeting: json.dumps({"kind": "hello", "answer": "ä" * 32}),
        lambda greeting: pose(1),
        lambda greeting: '{"kind": "stop"}',
        lambda greeting: "no message",
        lambda greeting: TOKEN.hex(),
    ],
    ids=["other token", "nothing", "no digits", "a pose", "a stop", "noise", "the token itself"],
)
def test_nobody_else_is(desk: Desk, opening: Callable[[str], str]):
    call = desk.desk.call()

    with pytest.raises(HangUpError, match="not valid any more"):
        call.take(opening(call.greeting))

    assert (desk.poses, desk.stops) == ([], 0)


def test_an_answer_that_was_overheard_opens_nothing(desk: Desk):
    first = desk.desk.call()
    overheard = answer_to(first.greeting, TOKEN)
    first.take(overheard)

    with pytest.raises(HangUpError):
        desk.desk.call().take(overheard)


def test_poses_reach_the_station_stamped_here(desk: Desk):
    desk.say(desk.phone(), pose(1))

    (told,) = desk.poses
    assert (told.arm, told.touch, told.held) == ("right", 1, True)
    assert told.position_m == (0.0, 0.01, 0.0)
    assert told.sampled_ns == desk.clock.now_ns()


def test_what_was_said_before_changes_nothing(desk: Desk):
    call = desk.phone()
    for number in (1, 2, 3):
        desk.say(call, pose(number))
    for number in (3, 1, 2):
        desk.say(call, pose(number))

    assert [told.position_m[1] for told in desk.poses] == [0.01, 0.02, 0.03]


def test_a_second_phone_may_have_the_other_arm_but_not_this_one(desk: Desk):
    first, second = desk.phone(), desk.phone()
    desk.say(first, pose(1))
    refusal = desk.say(second, pose(1))
    desk.say(second, pose(2, arm="left"))

    assert json.loads(refusal or "")["text"] == "Another phone moves the right arm."
    assert [told.arm for told in desk.poses] == ["right", "left"]


def test_an_arm_that_is_not_there_is_told_once(desk: Desk):
    call = desk.phone()
    answers = [desk.say(call, pose(number, arm="third")) for number in (1, 2)]

    assert json.loads(answers[0] or "")["text"] == "There is no third arm here."
    assert answers[1] is None
    assert desk.poses == []


def test_choosing_another_arm_lets_go_of_the_last(desk: Desk):
    call = desk.phone()
    desk.say(call, pose(1))
    desk.say(call, pose(2, arm="left"))

    assert [(told.arm, told.held) for told in desk.poses] == [
        ("right", True),
        ("right", False),
        ("left", True),
    ]
    other = desk.phone()
    desk.say(other, pose(1, arm="right"))
    assert desk.poses[-1].arm == "right"


def test_a_phone_that_goes_away_lets_go_and_frees_its_arm(desk: Desk):
    call = desk.phone()
    desk.say(call, pose(1))
    call.end()
    call.end()

    assert [told.held for told in desk.poses] == [True, False]
    desk.say(desk.phone(), pose(1))
    assert desk.poses[-1].held


def test_a_phone_may_stop_the_arms(desk: Desk):
    desk.say(desk.phone(), '{"kind": "stop"}')

    assert desk.stops == 1


def test_a_phone_that_floods_is_listened_to_at_its_pace_but_its_letting_go_at_once(desk: Desk):
    call = desk.phone()
    for number in range(100):
        call.take(pose(number))
    call.take(pose(100, held=False))

    assert [told.held for told in desk.poses] == [True, False]


def test_noise_changes_nothing_and_ends_the_conversation(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    dice = random.Random(7)
    call = desk.phone()
    desk.say(call, pose(1))
    before = list(desk.poses)

    def babble() -> None:
        for _ in range(1000):
            desk.say(call, dice.randbytes(dice.randint(0, 200)).decode("latin-1"))

    with pytest.raises(HangUpError, match="do not understand each other"):
        babble()

    assert desk.poses == before
    assert TOKEN.hex() not in caplog.text
