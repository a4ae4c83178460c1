import pytest

from lbm_studio.app.speech import SpeechProcess
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.errors import StudioError
from lbm_studio.link.messages import FinishListening, FollowListening, Listening, Refused
from lbm_studio.link.session import Session
from tests.app.children import CHILD
from tests.app.waiting import LIMIT_S, wait_until

CLOCK = MonotonicClock()


@pytest.fixture
def make_speech(tmp_path):
    made = []

    def make(command=None, make_session=lambda: Session(tmp_path / "session")):
        made.append(
            SpeechProcess(
                CLOCK, log_folder=tmp_path / "logs", command=command, make_session=make_session
            )
        )
        return made[-1]

    yield make
    for speech in made:
        speech.close()


def answers_of(speech, *messages):
    answers = []
    for message in messages:
        speech.ask(message, answers.append, LIMIT_S)

    def has_answered():
        speech.poll(CLOCK.now_ns())
        return len(answers) == len(messages)

    wait_until(has_answered)
    return answers


def test_the_process_is_started_when_it_is_first_asked_and_ends_with_the_application(
    make_speech, tmp_path
):
    speech = make_speech()
    speech.poll(CLOCK.now_ns())
    before = list(tmp_path.iterdir())

    idle, nothing = answers_of(speech, FollowListening(), FinishListening())
    speech.close()

    assert before == []
    assert isinstance(idle, Listening)
    assert nothing == Refused(reason="Nothing is being recorded.")
    assert not (tmp_path / "session").exists()


def test_a_process_that_dies_answers_nobody_and_is_started_anew(make_speech, caplog):
    speech = make_speech(CHILD)  # the small program knows no such worker and ends at once

    for _ in range(2):
        (answer,) = answers_of(speech, FollowListening())
        assert answer == Refused(reason="The speech process does not answer.")
    assert caplog.text.count("speech ended with code") == 2


def test_a_session_that_cannot_be_made_is_told(make_speech):
    def refuse() -> Session:
        raise StudioError("The folder is not yours.")

    speech = make_speech(make_session=refuse)

    assert answers_of(speech, FollowListening()) == [
        Refused(reason="Speech cannot be started: The folder is not yours.")
    ]
