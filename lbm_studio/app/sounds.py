"""Sounds at the takes, played by a process that may use the sound card."""

from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.speech import SpeechLink
from lbm_studio.core.cues import Cue
from lbm_studio.link.messages import Message, PlayCue, Refused

PLAY_TIMEOUT_S = 30.0
"""The first sound starts the process; a slow machine takes its time [s]."""


class Sounds:
    """Plays cues if the settings say so; when it cannot, it says so once and is silent.

    Args:
        speech: the process that plays, started with the first sound.
        settings: whether sounds are wanted.
        notices: where it is said that there are none.
    """

    def __init__(self, speech: SpeechLink, settings: SettingsStore, notices: Notices) -> None:
        self._speech = speech
        self._settings = settings
        self._notices = notices
        self._is_mute = False

    def play(self, cue: Cue) -> None:
        """Play a cue."""
        if self._settings.current.sounds and not self._is_mute:
            self._speech.ask(PlayCue(cue=cue), self._answered, PLAY_TIMEOUT_S)

    def _answered(self, answer: Message) -> None:
        if isinstance(answer, Refused) and not self._is_mute:
            self._is_mute = True
            self._notices.add(f"Takes begin and end without sounds. {answer.reason}", Level.QUIET)
