"""What people say becomes a goal; silence, noise and guesses never do."""

from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.sound import Samples
from lbm_studio.link.messages import Hearing, Verdict
from lbm_studio.speech.ear import Ear, as_goal, judge
from lbm_studio.speech.recogniser import Transcript
from tests.speech.clips import (
    GOALS,
    PEOPLE,
    VOICES,
    Clip,
    go_forward,
    in_noise,
    missing_programs,
    quiet_sounds,
    read_aloud,
    spoken,
    word_errors,
)

needs_people = pytest.mark.skipif(
    not PEOPLE.is_dir(), reason="needs recordings of people: apt-get install pocketsphinx-testdata"
)
needs_voices = pytest.mark.skipif(
    bool(missing_programs()), reason=f"needs {', '.join(missing_programs())}: apt-get install them"
)
SURE = Transcript("Fold the towel.", -0.1, 0.01, 0.8)


class Deaf:
    """An activity detector that takes everything for speech. Fulfils VoiceActivity."""

    def spoken_part(self, samples: Samples) -> tuple[Samples, float]:
        return samples, 1.0


class Guess:
    """A recogniser that always finds words. Fulfils Recogniser."""

    def transcribe(self, samples: Samples, goals: object) -> Transcript:
        return SURE


@needs_people
def test_a_person_tells_a_robot_what_to_do(ear: Ear) -> None:
    hearing = ear.hear(go_forward().samples)

    assert (hearing.verdict, hearing.text) == (Verdict.HEARD, "go forward ten meters")
    assert hearing.confidence > 0.7


@needs_voices
@pytest.mark.parametrize("voice", VOICES)
def test_a_goal_is_heard_in_several_voices(ear: Ear, tmp_path: Path, voice: str) -> None:
    hearing = ear.hear(spoken("put the red apple in the bowl", voice, tmp_path).samples)

    assert hearing.text == "put the red apple in the bowl"


@pytest.mark.slow
@needs_people
def test_people_who_read_aloud_are_understood_but_for_a_few_words(ear: Ear) -> None:
    heard = [(clip, ear.hear(clip.samples)) for clip in read_aloud()]

    errors = [word_errors(clip.words, hearing.text) for clip, hearing in heard]
    assert {hearing.verdict for _, hearing in heard} == {Verdict.HEARD}
    assert sum(errors) <= 0.2 * sum(len(clip.words.split()) for clip, _ in heard)


@pytest.mark.slow
@needs_voices
def test_goals_that_were_taught_are_heard_the_better_for_it(ear: Ear, tmp_path: Path) -> None:
    clips = [spoken(goal, voice, tmp_path) for goal in GOALS for voice in VOICES]

    strange = sum(word_errors(c.words, ear.hear(c.samples).text) for c in clips)
    taught = sum(word_errors(c.words, ear.hear(c.samples, GOALS).text) for c in clips)

    assert taught <= strange
    assert taught <= 2


@pytest.mark.slow
@needs_voices
def test_words_in_noise_are_heard_or_refused_but_never_made_up(ear: Ear, tmp_path: Path) -> None:
    clip = spoken(GOALS[2], "flite", tmp_path)

    loud, lost = (ear.hear(in_noise(clip, db).samples, GOALS) for db in (20.0, -15.0))

    assert loud.text == GOALS[2]
    assert (lost.verdict is Verdict.HEARD) == bool(lost.text)
    assert lost.verdict is not Verdict.HEARD


@pytest.mark.parametrize("clip", list(quiet_sounds()), ids=lambda clip: clip.name)
def test_a_sound_in_which_nobody_speaks_is_never_a_goal(ear: Ear, clip: Clip) -> None:
    hearing = ear.hear(clip.samples, GOALS)

    assert hearing.verdict in (Verdict.SILENCE, Verdict.NO_SPEECH)
    assert hearing.text == ""


@pytest.mark.slow
@pytest.mark.parametrize("clip", list(quiet_sounds()), ids=lambda clip: clip.name)
def test_noise_that_passes_for_speech_is_still_no_goal(ear: Ear, clip: Clip) -> None:
    fooled = Ear(Deaf(), ear._recogniser)  # noqa: SLF001

    assert fooled.hear(clip.samples, GOALS).text == ""


def test_silence_is_not_even_shown_to_the_recogniser() -> None:
    hearing = Ear(Deaf(), Guess()).hear(np.full(16_000, 0.0005, np.float32))

    assert hearing == Hearing(verdict=Verdict.SILENCE)


def test_a_sure_transcript_is_heard() -> None:
    hearing = judge(SURE)

    assert (hearing.verdict, hearing.text) == (Verdict.HEARD, "fold the towel")
    assert hearing.confidence == pytest.approx(0.896, abs=0.001)


@pytest.mark.parametrize(
    "transcript",
    [
        Transcript("Fold the towel.", -0.81, 0.01, 0.8),
        Transcript("Fold the towel.", -0.1, 0.31, 0.8),
        Transcript("Fold the towel. " * 9, -0.1, 0.01, 2.5),
    ],
    ids=["unlikely", "no speech", "repeats itself"],
)
def test_an_unsure_transcript_loses_its_words(transcript: Transcript) -> None:
    hearing = judge(transcript)

    assert (hearing.verdict, hearing.text) == (Verdict.UNSURE, "")
    assert 0.0 < hearing.confidence < 1.0


@pytest.mark.parametrize("text", ["", " . ", "...", "♪♪"])
def test_marks_without_words_are_no_goal(text: str) -> None:
    assert judge(Transcript(text, -0.1, 0.01, 0.8)).verdict is Verdict.NO_SPEECH


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        (" Put the Red Cube in the tray. ", "put the red cube in the tray"),
        ("Go forward 10 meters!", "go forward ten meters"),
        ("Press 2 buttons, then 13.", "press two buttons, then 13"),
        ("Pour 1.5 litres", "pour 1.5 litres"),
    ],
)
def test_a_goal_is_written_as_goals_are(text: str, goal: str) -> None:
    assert as_goal(text) == goal
