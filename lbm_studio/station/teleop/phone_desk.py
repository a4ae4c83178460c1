"""Who may move which arm by phone, and what becomes of what phones say: without any network."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Sequence

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.link.inputs import PhonePose
from lbm_studio.link.phone import (
    NONCE_BYTES,
    Challenge,
    Hello,
    Pose,
    Sentence,
    Stop,
    Welcome,
    hear,
    say,
)

WRONG_LINK = "This link is not valid any more. Scan the code in the window again."

_MOST_ODD_MESSAGES = 20
_FORWARD_EVERY_S = 0.005
"""A phone that sends faster is listened to at this pace [s]."""

_LOG = logging.getLogger(__name__)


class HangUpError(StudioError):
    """The connection must end; the text is told to the phone."""


class PhoneDesk:
    """All phones of one station. Use from one thread.

    Args:
        token: of the link; whoever has it may move the arms.
        arms: names of the arms that may be chosen.
        clock: stamps poses.
        forward: takes a pose to the station.
        stop: stops all arms.
    """

    def __init__(
        self,
        token: bytes,
        arms: Sequence[str],
        clock: Clock,
        *,
        forward: Callable[[PhonePose], object],
        stop: Callable[[], object],
    ) -> None:
        self.arms = tuple(arms)
        self.clock = clock
        self.forward = forward
        self.stop = stop
        self.owners: dict[str, PhoneCall] = {}
        self._token = token

    def call(self) -> "PhoneCall":
        """Return the conversation with a phone that has just connected."""
        return PhoneCall(self, secrets.token_bytes(NONCE_BYTES))

    def is_right(self, nonce: bytes, answer: str) -> bool:
        """Whether an answer shows that the phone holds the token."""
        right = hmac.new(self._token, nonce, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right.encode(), answer.encode("utf-8", "replace"))


class PhoneCall:
    """The conversation with one phone.

    Args:
        desk: where it takes place.
        nonce: what the phone has to answer.
    """

    def __init__(self, desk: PhoneDesk, nonce: bytes) -> None:
        self._desk = desk
        self._nonce = nonce
        self._is_welcome = False
        self._number = -1
        self._last: PhonePose | None = None
        self._odd = 0
        self._told = ""

    @property
    def greeting(self) -> str:
        """The first thing to be said to the phone."""
        return say(Challenge(self._nonce.hex()))

    def take(self, text: str | bytes) -> str | None:
        """Take in what the phone says; return what is to be answered, if anything.

        Raises:
            HangUpError: the phone may not go on.
        """
        try:
            said = hear(text)
        except StudioError as error:
            self._count_odd()
            if not self._is_welcome:
                raise HangUpError(WRONG_LINK) from error
            return None
        if not self._is_welcome:
            return self._check(said)
        match said:
            case Pose():
                return self._move(said)
            case Stop():
                self._desk.stop()
            case Hello():
                self._count_odd()
        return None

    def end(self) -> None:
        """The phone is gone: what it held is let go of."""
        self._let_go()

    def _check(self, said: Hello | Pose | Stop) -> str:
        if not isinstance(said, Hello) or not self._desk.is_right(self._nonce, said.answer):
            raise HangUpError(WRONG_LINK)
        self._is_welcome = True
        return say(Welcome(self._desk.arms))

    def _move(self, said: Pose) -> str | None:
        if said.number <= self._number:  # said before, and heard again
            self._count_odd()
            return None
        self._number = said.number
        owner = self._desk.owners.get(said.arm)
        if said.arm not in self._desk.arms:
            return self._tell(f"There is no {said.arm} arm here.")
        if owner is not None and owner is not self:
            return self._tell(f"Another phone moves the {said.arm} arm.")
        self._forward(said)
        return self._tell("")

    def _forward(self, said: Pose) -> None:
        now_ns = self._desk.clock.now_ns()
        last = self._last
        if last is not None and last.arm != said.arm:
            self._let_go()
            last = None
        is_early = last is not None and seconds_between(last.sampled_ns, now_ns) < _FORWARD_EVERY_S
        if is_early and last is not None and (last.held, last.touch) == (said.held, said.touch):
            return
        self._desk.owners[said.arm] = self
        self._last = PhonePose(
            arm=said.arm,
            touch=said.touch,
            held=said.held,
            position_m=said.position,
            rotation_xyzw=said.rotation,
            opening=said.opening,
            scale=said.scale,
            sampled_ns=now_ns,
        )
        self._desk.forward(self._last)

    def _let_go(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return
        self._desk.owners.pop(last.arm, None)
        now_ns = self._desk.clock.now_ns()
        self._desk.forward(
            PhonePose(
                arm=last.arm,
                touch=last.touch,
                held=False,
                position_m=last.position_m,
                rotation_xyzw=last.rotation_xyzw,
                opening=None,
                scale=last.scale,
                sampled_ns=now_ns,
            )
        )

    def _tell(self, sentence: str) -> str | None:
        """Return a sentence for the phone when it is not the one told last."""
        if sentence == self._told:
            return None
        self._told = sentence
        return say(Sentence(sentence))

    def _count_odd(self) -> None:
        self._odd += 1
        if self._odd > _MOST_ODD_MESSAGES:
            raise HangUpError("This page and the station do not understand each other. Reload it.")
        _LOG.info("A phone said something that is ignored.")
