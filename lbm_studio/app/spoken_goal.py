"""A goal that is spoken or typed: nothing counts before a person has confirmed it."""

from collections.abc import Callable
from dataclasses import replace

from lbm_studio.app.events import Signal
from lbm_studio.app.goals import GoalMemory
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.speech import SpeechLink
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.goal import UNDER_WAY, SpokenGoalState, SpokenGoalView
from lbm_studio.core.clock import seconds_between
from lbm_studio.link.messages import (
    CancelListening,
    FinishListening,
    FollowListening,
    Hearing,
    Listening,
    Message,
    Refused,
    SpeechPhase,
    StartListening,
    Verdict,
)

START_TIMEOUT_S = 30.0
"""The first time, a process has to be started [s]."""

ANSWER_TIMEOUT_S = 10.0
FOLLOW_EVERY_S = 0.05
SHORTEST_S = 0.3
"""A key that is let go of sooner was pressed by mistake [s]."""

SURE = 0.7
"""Below this, a person is asked to look at each word."""

HOLD = "Hold the key or the button while you speak."
NOT_NOW = "The goal cannot be changed now."
ENDED = "Recognition ended unexpectedly. Say the goal again, or type it."
FAILED = "That did not work. Type the goal."

_SENTENCES = {
    SpokenGoalState.STARTING: "Wait: the microphone is being started.",
    SpokenGoalState.LISTENING: "Speak now, then let go.",
    SpokenGoalState.RECOGNISING: "Writing down what was said.",
    SpokenGoalState.OFFERED: "Is this right? Correct it, or press Enter.",
    SpokenGoalState.CANCELLED: "Dropped. The goal is as it was.",
}
_UNHEARD = {
    Verdict.SILENCE: "Nothing was heard. Is the microphone muted?",
    Verdict.NO_SPEECH: "No words were heard. Say it again, or type it.",
    Verdict.UNSURE: "Not understood. Say it again, or type it.",
}


class SpokenGoal(ViewModel[SpokenGoalView]):
    """One field for a goal, with push to talk.

    Args:
        speech: records and recognises.
        memory: goals of before.
        settings: which model recognises.
        notices: takes refusals.
        is_free: whether the goal can be changed at this moment.

    Signals:
        settled: the goal that a person typed or confirmed.
    """

    def __init__(
        self,
        speech: SpeechLink,
        memory: GoalMemory,
        settings: SettingsStore,
        notices: Notices,
        *,
        is_free: Callable[[], bool],
    ) -> None:
        super().__init__(SpokenGoalView(suggestions=memory.goals), notices)
        self.settled: Signal[str] = Signal()
        self._speech = speech
        self._memory = memory
        self._settings = settings
        self._is_free = is_free
        self._utterance = 0  # answers to an earlier one are not looked at
        self._recorded_s = 0.0
        self._is_asking = False
        self._asked_ns = 0
        memory.changed.connect(lambda goals: self._update(suggestions=goals))

    # --- typing ----------------------------------------------------------------------------------

    def typed(self, text: str) -> None:
        """Take what somebody typed."""
        goal = " ".join(text.split())
        if goal:
            self._memory.remember(goal)
        self.settled.emit(goal)
        if self.view.state not in UNDER_WAY:
            self._enter(SpokenGoalState.IDLE)  # what went wrong before is of no interest any more

    def refresh(self) -> None:
        """Look for goals in recordings again."""
        self._memory.refresh()

    # --- speaking --------------------------------------------------------------------------------

    def press(self) -> None:
        """Listen from now on (key M held, or the button)."""
        if not self._is_free():
            self._refuse(NOT_NOW)
            return
        self._utterance += 1
        self._recorded_s, self._is_asking = 0.0, False
        self._enter(SpokenGoalState.STARTING)
        request = StartListening(
            goals=self._memory.goals, model=self._settings.current.speech_model
        )
        self._ask(request, lambda _: self._enter(SpokenGoalState.LISTENING), START_TIMEOUT_S)

    def release(self) -> None:
        """Listen no more and write down what was said."""
        if self.view.state is SpokenGoalState.STARTING:
            self._drop(HOLD)
        elif self.view.state is SpokenGoalState.LISTENING:
            if self._recorded_s < SHORTEST_S:
                self._drop(HOLD)
                return
            self._enter(SpokenGoalState.RECOGNISING)
            self._ask(FinishListening(), lambda _: None, ANSWER_TIMEOUT_S)

    def cancel(self) -> None:
        """Forget what was said; the goal stays as it was."""
        if self.view.state in UNDER_WAY:
            self._drop(_SENTENCES[SpokenGoalState.CANCELLED])

    def confirm(self, text: str) -> None:
        """Take the transcript, as it was corrected, for the goal (Enter)."""
        if self.view.state is not SpokenGoalState.OFFERED:
            return
        if not text.split():
            self.cancel()
            return
        self.typed(text)
        self._enter(SpokenGoalState.IDLE)

    def poll(self, now_ns: int) -> None:
        """Follow the speech process; called at about 30 Hz."""
        if self.view.state in UNDER_WAY and not self._is_free():
            self._drop("Dropped, since the arms are at work.")
        is_followed = self.view.state in (SpokenGoalState.LISTENING, SpokenGoalState.RECOGNISING)
        is_due = seconds_between(self._asked_ns, now_ns) >= FOLLOW_EVERY_S
        if is_followed and is_due and not self._is_asking:
            self._asked_ns, self._is_asking = now_ns, True
            self._ask(FollowListening(), self._follow, ANSWER_TIMEOUT_S)

    # --- what the process answers ----------------------------------------------------------------

    def _ask(self, message: Message, then: Callable[[Message], object], timeout_s: float) -> None:
        utterance = self._utterance

        def answered(answer: Message) -> None:
            if utterance != self._utterance:
                return
            if isinstance(answer, Refused):
                self._give_up(answer.reason)
            else:
                then(answer)

        self._speech.ask(message, answered, timeout_s)

    def _follow(self, answer: Message) -> None:
        self._is_asking = False
        if not isinstance(answer, Listening):
            self._give_up(ENDED)
        elif answer.phase is SpeechPhase.LISTENING:
            self._recorded_s = answer.recorded_s
            self._update(loudness_dbfs=float(round(answer.level_dbfs)))
        elif answer.phase is SpeechPhase.RECOGNISING:
            self._enter(SpokenGoalState.RECOGNISING)  # it was long enough
        elif answer.hearing is None:
            self._give_up(ENDED)
        else:
            self._offer(answer.hearing)

    def _offer(self, hearing: Hearing) -> None:
        if hearing.verdict is not Verdict.HEARD:
            self._fail(_UNHEARD[hearing.verdict])
            return
        self._enter(SpokenGoalState.OFFERED, transcript=hearing.text)
        if hearing.confidence < SURE:
            sentence = "Not sure: check each word, then press Enter."
            self._update(sentence=sentence, level=Level.WARN)

    def _give_up(self, reason: str) -> None:
        self._refuse(reason)
        self._fail(FAILED)

    def _fail(self, sentence: str) -> None:
        self._utterance += 1
        self._enter(SpokenGoalState.FAILED, sentence=sentence, level=Level.WARN)

    def _drop(self, sentence: str) -> None:
        was = self.view.state
        self._utterance += 1
        self._enter(SpokenGoalState.CANCELLED, sentence=sentence)
        if was is not SpokenGoalState.OFFERED:
            self._speech.ask(CancelListening(), lambda _: None, ANSWER_TIMEOUT_S)

    def _enter(self, state: SpokenGoalState, **changes: object) -> None:
        calm = SpokenGoalView(state, _SENTENCES.get(state, ""), suggestions=self.view.suggestions)
        self.publish(replace(calm, **changes))  # type: ignore[arg-type]

    def _update(self, **changes: object) -> None:
        self.publish(replace(self.view, **changes))  # type: ignore[arg-type]
