"""A goal that is spoken: offered, corrected, confirmed; and never anything before that."""

from pathlib import Path

import pytest

from lbm_studio.app.goals import GoalMemory
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.notices import Level
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.views.goal import SpokenGoalState
from lbm_studio.link.messages import (
    CancelListening,
    FinishListening,
    FollowListening,
    Listening,
    SpeechPhase,
    StartListening,
    Verdict,
)
from tests.app.fakes import SECOND_NS, FakeSpeech, InlineBackground

State = SpokenGoalState


class NoShelf:
    def cards(self) -> tuple[()]:
        return ()


class Rig:
    """A spoken goal, and the person and the process around it."""

    def __init__(self, folder: Path, settings, notices) -> None:
        self.speech = FakeSpeech()
        self.is_free = True
        self.settled: list[str] = []
        library = SkillLibrary(folder, notices.add, lambda: 0.0)
        shelf: object = NoShelf()
        self.memory = GoalMemory(folder, shelf, library, InlineBackground(), notices.add)  # type: ignore[arg-type]
        self.goal = SpokenGoal(
            self.speech, self.memory, settings, notices, is_free=lambda: self.is_free
        )
        self.goal.settled.connect(self.settled.append)
        self._now_ns = SECOND_NS

    @property
    def state(self) -> State:
        return self.goal.view.state

    def poll(self) -> None:
        self._now_ns += SECOND_NS
        self.goal.poll(self._now_ns)

    def listen(self) -> "Rig":
        self.goal.press()
        self.poll()
        return self

    def speak(self, verdict: Verdict = Verdict.HEARD, text: str = "", sure: float = 0.9) -> "Rig":
        self.listen()
        self.goal.release()
        self.speech.done(verdict, text, sure)
        self.poll()
        return self


@pytest.fixture
def rig(tmp_path, settings, notices) -> Rig:
    return Rig(tmp_path, settings, notices)


def test_it_starts_listens_recognises_and_offers(rig):
    rig.speech.hold_back = {StartListening}
    states = [rig.state]
    rig.goal.press()
    states.append(rig.state)
    rig.speech.release()
    states.append(rig.state)
    rig.poll()
    rig.goal.release()
    states.append(rig.state)
    rig.speech.done(Verdict.HEARD, "lift the cup")
    rig.poll()

    assert [*states, rig.state] == [
        State.IDLE, State.STARTING, State.LISTENING, State.RECOGNISING, State.OFFERED,
    ]  # fmt: skip
    assert rig.goal.view.transcript == "lift the cup"


def test_a_person_sees_how_loud_it_is_and_what_to_do(rig):
    rig.listen()

    assert rig.goal.view.loudness_dbfs == -20.0
    assert rig.goal.view.sentence == "Speak now, then let go."


def test_nothing_counts_before_it_is_confirmed(rig):
    rig.speak(text="lift the cup")

    assert rig.settled == []
    assert rig.memory.goals == ()


def test_what_is_confirmed_is_what_was_corrected(rig):
    rig.speak(text="lift the cap")

    rig.goal.confirm(" lift  the cup ")

    assert rig.settled == ["lift the cup"]
    assert rig.memory.goals == ("lift the cup",)
    assert rig.state is State.IDLE


def test_an_offer_that_is_emptied_is_dropped(rig):
    rig.speak(text="lift the cup")

    rig.goal.confirm("   ")

    assert (rig.settled, rig.state) == ([], State.CANCELLED)


def test_only_an_offer_can_be_confirmed(rig):
    rig.listen()

    rig.goal.confirm("lift the cup")

    assert (rig.settled, rig.state) == ([], State.LISTENING)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (Verdict.SILENCE, "Nothing was heard. Is the microphone muted?"),
        (Verdict.NO_SPEECH, "No words were heard. Say it again, or type it."),
        (Verdict.UNSURE, "Not understood. Say it again, or type it."),
    ],
)
def test_what_was_not_heard_is_never_offered(rig, verdict, sentence):
    rig.speak(verdict)
    rig.goal.confirm("lift the cup")

    assert (rig.state, rig.goal.view.sentence) == (State.FAILED, sentence)
    assert rig.goal.view.level is Level.WARN
    assert rig.settled == []


def test_an_offer_that_is_not_sure_asks_to_check_each_word(rig):
    rig.speak(text="lift the cup", sure=0.5)

    assert rig.goal.view.sentence == "Not sure: check each word, then press Enter."
    assert (rig.state, rig.goal.view.transcript) == (State.OFFERED, "lift the cup")


@pytest.mark.parametrize("stage", ["starting", "listening", "recognising", "offered"])
def test_whatever_is_under_way_can_be_dropped(rig, stage):
    if stage == "starting":
        rig.speech.hold_back = {StartListening}
    rig.listen()
    if stage in ("recognising", "offered"):
        rig.goal.release()
    if stage == "offered":
        rig.speech.done(Verdict.HEARD, "lift the cup")
        rig.poll()
    assert rig.state.value == stage

    rig.goal.cancel()
    rig.speech.release()
    rig.speech.done(Verdict.HEARD, "lift the cup")
    rig.poll()

    assert (rig.state, rig.goal.view.sentence) == (
        State.CANCELLED,
        "Dropped. The goal is as it was.",
    )
    assert (CancelListening() in rig.speech.asked) == (stage != "offered")
    assert rig.settled == []


def test_a_key_that_is_let_go_at_once_was_pressed_by_mistake(rig):
    rig.goal.press()
    rig.goal.release()

    assert rig.goal.view.sentence == "Hold the key or the button while you speak."
    assert FinishListening() not in rig.speech.asked
    assert rig.speech.asked[-1] == CancelListening()


def test_an_answer_to_an_earlier_utterance_is_not_looked_at(rig):
    rig.listen()
    rig.goal.release()
    rig.speech.hold_back = {FollowListening}
    rig.speech.done(Verdict.HEARD, "the first one")
    rig.poll()

    rig.goal.press()
    rig.speech.release()

    assert rig.state is State.LISTENING


def test_one_question_at_a_time_is_asked(rig):
    rig.speech.hold_back = {FollowListening}
    rig.listen()
    rig.poll()
    rig.poll()

    assert rig.speech.asked.count(FollowListening()) == 1


def test_an_utterance_that_is_long_enough_is_recognised_by_itself(rig):
    rig.listen()
    rig.speech.listening = Listening(
        phase=SpeechPhase.RECOGNISING, level_dbfs=-96.0, recorded_s=0.0
    )
    rig.poll()
    rig.goal.release()

    assert rig.state is State.RECOGNISING
    assert FinishListening() not in rig.speech.asked


@pytest.mark.parametrize("request_kind", [StartListening, FinishListening, FollowListening])
def test_what_is_missing_is_told_as_the_process_tells_it(rig, said, request_kind):
    rig.speech.refuse[request_kind] = "There is no microphone."
    rig.listen()
    rig.goal.release()

    assert (rig.state, rig.goal.view.sentence) == (
        State.FAILED,
        "That did not work. Type the goal.",
    )
    assert said() == ["There is no microphone."]


def test_a_process_that_was_begun_anew_meanwhile_has_heard_nothing(rig, said):
    rig.listen()
    rig.goal.release()
    rig.speech.listening = Listening(phase=SpeechPhase.IDLE, level_dbfs=-96.0, recorded_s=0.0)
    rig.poll()

    assert rig.state is State.FAILED
    assert said() == ["Recognition ended unexpectedly. Say the goal again, or type it."]


def test_while_the_goal_cannot_change_nobody_listens(rig, said):
    rig.is_free = False
    rig.goal.press()

    assert (rig.state, rig.speech.asked) == (State.IDLE, [])
    assert said() == ["The goal cannot be changed now."]


def test_an_offer_is_dropped_once_the_arms_are_at_work(rig):
    rig.speak(text="lift the cup")
    rig.is_free = False
    rig.poll()
    rig.goal.confirm("lift the cup")

    assert rig.goal.view.sentence == "Dropped, since the arms are at work."
    assert rig.settled == []


def test_after_an_offer_one_can_speak_again(rig):
    rig.speak(text="lift the cap")
    rig.goal.press()

    assert (rig.state, rig.goal.view.transcript) == (State.LISTENING, "")


def test_what_was_asked_for_before_is_listened_for_and_suggested(rig, settings):
    settings.update(speech_model="/models/mine.pt")
    rig.goal.typed("lift the  cup")
    rig.goal.press()

    assert rig.goal.view.suggestions == ("lift the cup",)
    assert rig.speech.asked[0] == StartListening(goals=("lift the cup",), model="/models/mine.pt")


def test_what_is_typed_counts_at_once_and_nothing_typed_is_not_remembered(rig):
    rig.goal.typed(" lift  the cup")
    rig.goal.typed(" ")

    assert rig.settled == ["lift the cup", ""]
    assert rig.memory.goals == ("lift the cup",)


def test_once_a_goal_is_typed_what_went_wrong_is_not_told_any_more(rig):
    rig.speak(Verdict.SILENCE)

    rig.goal.typed("lift the cup")

    assert (rig.state, rig.goal.view.sentence) == (State.IDLE, "")
