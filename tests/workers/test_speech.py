"""The speech process, alone and behind its socket."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.cues import CUE_RATE_HZ, Cue, cue_samples
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.sound import SILENCE_DBFS, SPEECH_RATE_HZ, Samples
from lbm_studio.link.bus import Requester
from lbm_studio.link.messages import (
    Accepted,
    CancelListening,
    FinishListening,
    FollowListening,
    Hearing,
    Listening,
    Message,
    PlayCue,
    Refused,
    SpeechPhase,
    StartListening,
    Verdict,
)
from lbm_studio.link.session import Session
from lbm_studio.workers.speech import SpeechServer
from tests.speech.clips import FULL_SCALE, PEOPLE, go_forward
from tests.station.sound_card import card_that_plays
from tests.workers.processes import PATIENCE_S, WorkerProcess

CLIP = np.full(SPEECH_RATE_HZ, 0.5, np.float32)
HEARD = Hearing(verdict=Verdict.HEARD, text="fold the towel", confidence=0.9)


class Playback:
    """A microphone that delivers a clip at once. Fulfils Microphone."""

    def __init__(self, samples: Samples = CLIP) -> None:
        self.samples = samples
        self.is_recording = False
        self.is_full = False
        self.is_gone = False

    @property
    def recorded_s(self) -> float:
        return len(self.samples) / SPEECH_RATE_HZ

    def start(self) -> None:
        if self.is_gone:
            raise StationError("There is no microphone.")
        self.is_recording = True

    def loudest_dbfs(self) -> float:
        if self.is_gone:
            raise StationError("The microphone is gone.")
        return -6.0

    def stop(self) -> Samples:
        was_recording, self.is_recording = self.is_recording, False
        return self.samples if was_recording else self.samples[:0]


class Loudspeaker:
    """Writes down what it shall play: how many samples, at which rate. Fulfils Speaker."""

    def __init__(self) -> None:
        self.played: list[tuple[int, int]] = []

    def play(self, samples: Samples, rate_hz: int) -> None:
        self.played.append((len(samples), rate_hz))


class Rig:
    """A server whose recogniser says what a test wants, when it wants."""

    def __init__(self) -> None:
        self.microphone = Playback()
        self.speaker = Loudspeaker()
        self.heard: list[tuple[str, int, tuple[str, ...]]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.trouble: Exception | None = None
        self.executors = 0
        self.server = SpeechServer(self.microphone, self._executor, self._hear, self.speaker)

    def follow(self) -> Listening:
        answer = self.server.handle(FollowListening())
        assert isinstance(answer, Listening)
        return answer

    def until_done(self) -> Listening:
        """Return what is told once nothing is recognised any more."""
        while (answer := self.follow()).phase is SpeechPhase.RECOGNISING:
            pass
        return answer

    def until_refused(self) -> str:
        """Return the sentence that ends it."""
        try:
            while True:
                self.follow()
        except StudioError as error:
            return str(error)

    def _executor(self) -> Executor:
        self.executors += 1
        return ThreadPoolExecutor(1)

    def _hear(self, model: str, samples: Samples, goals: tuple[str, ...]) -> Hearing:
        self.may_answer.wait(PATIENCE_S)
        if self.trouble is not None:
            raise self.trouble
        self.heard.append((model, len(samples), goals))
        return HEARD


@pytest.fixture
def rig() -> Iterator[Rig]:
    result = Rig()
    yield result
    result.may_answer.set()
    result.server.close()


def test_what_is_said_while_it_listens_is_heard_once_it_is_finished(rig: Rig) -> None:
    rig.server.handle(StartListening(goals=("fold the towel",), model="mine.pt"))
    while_listening = rig.follow()
    rig.server.handle(FinishListening())
    done = rig.until_done()

    assert while_listening == Listening(
        phase=SpeechPhase.LISTENING, level_dbfs=-6.0, recorded_s=1.0
    )
    assert (done.phase, done.hearing) == (SpeechPhase.DONE, HEARD)
    assert rig.heard[-1] == ("mine.pt", len(CLIP), ("fold the towel",))
    assert not rig.microphone.is_recording


def test_the_model_is_loaded_while_somebody_speaks(rig: Rig) -> None:
    rig.server.handle(StartListening(model="mine.pt"))

    while not rig.heard:
        assert rig.follow().phase is SpeechPhase.LISTENING
    assert rig.heard == [("mine.pt", 0, ())]


def test_recognition_keeps_nobody_waiting(rig: Rig) -> None:
    rig.may_answer.clear()
    rig.server.handle(StartListening())
    rig.server.handle(FinishListening())

    answers = [rig.follow() for _ in range(3)]

    assert {answer.phase for answer in answers} == {SpeechPhase.RECOGNISING}
    assert answers[0].level_dbfs == SILENCE_DBFS


@pytest.mark.parametrize("was_finished", [False, True])
def test_what_is_cancelled_is_never_told(rig: Rig, was_finished: bool) -> None:
    rig.may_answer.clear()
    rig.server.handle(StartListening())
    if was_finished:
        rig.server.handle(FinishListening())
    rig.server.handle(CancelListening())
    rig.may_answer.set()

    answer = rig.follow()

    assert (answer.phase, answer.hearing) == (SpeechPhase.IDLE, None)
    assert not rig.microphone.is_recording


def test_a_new_utterance_forgets_the_last_one(rig: Rig) -> None:
    rig.server.handle(StartListening())
    rig.server.handle(FinishListening())
    rig.until_done()

    rig.server.handle(StartListening())

    assert rig.follow().hearing is None


def test_a_recording_that_is_long_enough_ends_by_itself(rig: Rig) -> None:
    rig.server.handle(StartListening())
    rig.microphone.is_full = True
    rig.follow()

    assert rig.until_done().hearing == HEARD


def test_nothing_can_be_finished_that_was_not_begun(rig: Rig) -> None:
    with pytest.raises(StationError, match="Nothing is being recorded"):
        rig.server.handle(FinishListening())


def test_without_a_microphone_nothing_begins(rig: Rig) -> None:
    rig.microphone.is_gone = True

    with pytest.raises(StationError, match="There is no microphone"):
        rig.server.handle(StartListening())
    assert rig.follow().phase is SpeechPhase.IDLE


def test_a_microphone_that_is_pulled_out_ends_the_utterance(rig: Rig) -> None:
    rig.server.handle(StartListening())
    rig.microphone.is_gone = True

    assert rig.until_refused() == "The microphone is gone."
    assert rig.follow().phase is SpeechPhase.IDLE


def test_a_missing_model_is_told_while_somebody_still_speaks(rig: Rig) -> None:
    rig.trouble = StudioError("No speech model is installed.")
    rig.server.handle(StartListening())

    assert rig.until_refused() == "No speech model is installed."
    assert not rig.microphone.is_recording
    assert rig.follow().phase is SpeechPhase.IDLE


def test_a_recogniser_that_dies_is_begun_anew(rig: Rig) -> None:
    rig.trouble = BrokenProcessPool()
    rig.server.handle(StartListening())
    sentence = rig.until_refused()

    rig.trouble = None
    rig.server._executor.shutdown()  # noqa: SLF001
    rig.server._executor = Broken()  # noqa: SLF001
    rig.server.handle(StartListening())
    rig.server.handle(FinishListening())

    assert sentence == "Recognition ended unexpectedly. Try again."
    assert rig.until_done().hearing == HEARD
    assert rig.executors == 2


class Broken(ThreadPoolExecutor):
    """An executor whose process has died."""

    def submit(self, *_: object, **__: object) -> object:  # type: ignore[override]
        raise BrokenProcessPool


def last_word(requester: Requester) -> Message:
    """Return the last word of the speech process on one utterance."""
    assert requester.ask(StartListening(), PATIENCE_S) == Accepted()
    while True:
        answer = requester.ask(FollowListening(), PATIENCE_S)
        if not isinstance(answer, Listening) or answer.phase is SpeechPhase.DONE:
            return answer


@pytest.mark.slow
@pytest.mark.skipif(not PEOPLE.is_dir(), reason="needs apt-get install pocketsphinx-testdata")
def test_a_sound_card_a_person_and_the_real_recogniser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = np.round(go_forward().samples * FULL_SCALE).astype(np.int16)
    monkeypatch.setenv("ALSA_CONFIG_PATH", card_that_plays(spoken, tmp_path)["ALSA_CONFIG_PATH"])
    session = Session(tmp_path / "session")

    with (
        WorkerProcess("speech", session),
        Requester(session.speech_commands, "speech process") as requester,
    ):
        answer = last_word(requester)  # a card that plays this fast is soon full

    assert isinstance(answer, Listening)
    assert answer.hearing is not None
    assert answer.hearing.text == "go forward ten meters"


def test_the_process_says_what_is_missing_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = np.zeros(100, np.int16)
    monkeypatch.setenv("ALSA_CONFIG_PATH", card_that_plays(silence, tmp_path)["ALSA_CONFIG_PATH"])
    session = Session(tmp_path / "session")

    with (
        WorkerProcess("speech", session),
        Requester(session.speech_commands, "speech process") as requester,
    ):
        nothing = requester.ask(FinishListening(), PATIENCE_S)
        idle = requester.ask(FollowListening(), PATIENCE_S)

    assert nothing == Refused(reason="Nothing is being recorded.")
    assert isinstance(idle, Listening)
    assert idle.phase is SpeechPhase.IDLE


def test_a_cue_is_played_and_nothing_is_recognised(rig: Rig) -> None:
    answer = rig.server.handle(PlayCue(cue=Cue.KEPT))

    assert answer == Accepted()
    assert rig.speaker.played == [(len(cue_samples(Cue.KEPT)), CUE_RATE_HZ)]
    assert rig.heard == []
