import pytest

from lbm_studio.app.sounds import Sounds
from lbm_studio.core.cues import Cue
from lbm_studio.link.messages import PlayCue
from tests.app.fakes import FakeSpeech


@pytest.fixture
def speech():
    return FakeSpeech()


@pytest.fixture
def sounds(speech, settings, notices):
    return Sounds(speech, settings, notices)


def test_a_cue_is_played_by_the_process_that_may(sounds, speech):
    sounds.play(Cue.KEPT)

    assert speech.asked == [PlayCue(cue=Cue.KEPT)]


def test_nothing_sounds_when_the_settings_say_so(sounds, speech, settings):
    settings.update(sounds=False)

    sounds.play(Cue.KEPT)

    assert speech.asked == []


def test_a_machine_without_a_loudspeaker_says_so_once(sounds, speech, said):
    speech.refuse[PlayCue] = "There is no loudspeaker."

    sounds.play(Cue.STARTED)
    sounds.play(Cue.KEPT)

    assert said() == ["Takes begin and end without sounds. There is no loudspeaker."]
    assert len(speech.asked) == 1
