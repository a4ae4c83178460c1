"""The Run panel: say what the robot should do, and have it done."""

from collections.abc import Callable
from dataclasses import replace

from lbm_studio.app.arm_words import STATION_SILENT, is_silent
from lbm_studio.app.jobs import Jobs
from lbm_studio.app.layouts import Layouts, Seeds, unseen_seed
from lbm_studio.app.library import Match, SkillLibrary, Understanding
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Notices
from lbm_studio.app.processes import Processes
from lbm_studio.app.run_words import checkpoint_choices, run_sentence, understood_sentence
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.trained import why_unfit
from lbm_studio.app.trial import Trial, TrialCounter
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.goal import GOAL_SPOKEN
from lbm_studio.app.views.run import MAX_SPEED, MIN_SPEED, RunState, RunView
from lbm_studio.link.messages import (
    CheckGoal,
    GoHome,
    Halt,
    LoadPolicy,
    Message,
    Mode,
    Pause,
    Refused,
    Resume,
    SetSpeed,
    StartPolicy,
    Tick,
)
from lbm_studio.policy.shipped import shipped_policy

LOAD_TIMEOUT_S = 120.0
CHECK_TIMEOUT_S = 5.0
START_TICKS = 2
"""So many ticks later, a policy that was started moves the arms."""

ACTIVE = (RunState.RUNNING, RunState.PAUSED)

_STATES = {
    Mode.POLICY: RunState.RUNNING,
    Mode.PAUSED: RunState.PAUSED,
    Mode.HOMING: RunState.HOMING,
    Mode.STOPPED: RunState.STOPPED,
    Mode.TELEOPERATION: RunState.BUSY,
    Mode.DEMONSTRATION: RunState.BUSY,
}


class RunPanel(ViewModel[RunView]):
    """Runs a trained policy on the station."""

    def __init__(
        self,
        live: StationLink,
        processes: Processes,
        library: SkillLibrary,
        jobs: Jobs,
        settings: SettingsStore,
        notices: Notices,
        *,
        seeds: Seeds = unseen_seed,
    ) -> None:
        super().__init__(RunView(speed=settings.current.speed), notices)
        self._live = live
        self._processes = processes
        self._library = library
        self._jobs = jobs
        self._settings = settings
        self._layouts = Layouts(live, seeds, self._refuse)
        self._trial = Trial()
        self._counter = TrialCounter()
        self._match = Match(Understanding.UNKNOWN)
        self._chosen_by_hand = False
        self._is_loading = False
        self._loads = 0
        self._starts_by_tick = -1
        self._is_silent = False
        library.changed.connect(lambda _: self.refresh())

    # --- what to do ------------------------------------------------------------------------------

    def set_prompt(self, text: str) -> None:
        """Say what to do; the understood skill appears beneath."""
        self._match = self._library.find(text)
        self._update(prompt=text)
        if not self._chosen_by_hand:
            skill = self._match.skill
            checkpoint = skill.checkpoint if skill else self._policy_for_any(text)
            self._update(checkpoint=checkpoint)

    def await_goal(self, is_spoken: bool) -> None:
        """Begin nothing while a goal is being spoken, until it is confirmed or dropped."""
        self._update(is_goal_spoken=is_spoken)

    def accept_suggestion(self, goal: str) -> None:
        """Take a suggested goal as the prompt."""
        self.set_prompt(goal)

    def choose_checkpoint(self, checkpoint: str) -> None:
        """Choose the policy by hand; empty leaves it to the prompt again."""
        self._chosen_by_hand = bool(checkpoint)
        if not checkpoint:
            self.set_prompt(self.view.prompt)
        elif checkpoint in [choice.checkpoint for choice in self.view.checkpoints]:
            self._update(checkpoint=checkpoint)
        else:
            self._refuse("That policy is not there any more.")

    def refresh(self) -> None:
        """Look for trained policies again."""
        choices = checkpoint_choices(self._library.skills, self._jobs.runs())
        is_there = self.view.checkpoint in [choice.checkpoint for choice in choices]
        if not is_there:
            self._chosen_by_hand = False
        self._update(checkpoints=choices, checkpoint=self.view.checkpoint if is_there else "")
        self.set_prompt(self.view.prompt)

    # --- doing it --------------------------------------------------------------------------------

    def run(self) -> None:
        """Load the policy if needed and run it towards the prompt; moves the arms (Ctrl+Enter)."""
        problem = self._why_not_run()
        if problem:
            self._refuse(problem)
            return
        self._processes.ensure(ProcessName.INFERENCE)
        self._is_loading = True
        self._loads += 1
        checkpoint = self.view.checkpoint
        if checkpoint == self.view.loaded and self._is_inference_running():
            self._check_goal()
            return

        def loaded() -> None:
            self._update(loaded=checkpoint)
            self._check_goal()

        self._update(loaded="")
        self._ask_inference(LoadPolicy(checkpoint=checkpoint), loaded, LOAD_TIMEOUT_S)

    def pause(self) -> None:
        """Hold still; Resume goes on."""
        self._ask_in((RunState.RUNNING,), Pause(), "Nothing is running.")

    def resume(self) -> None:
        """Go on after Pause."""
        self._ask_in((RunState.PAUSED,), Resume(), "Nothing is paused.")

    def home(self) -> None:
        """Bring the arms to their rest pose, slowly; moves the arms."""
        states = (RunState.READY, RunState.NEEDS_SKILL, *ACTIVE)
        self._ask_in(states, GoHome(), "The arms cannot go home now.")

    def halt(self) -> None:
        """End the trial, or the way home, and hold still."""
        if self._is_loading:
            self._is_loading = False
            self._update()
            return
        self._starts_by_tick = -1
        self._ask_in((RunState.LOADING, *ACTIVE, RunState.HOMING), Halt(), "Nothing is running.")

    def set_speed(self, speed: float) -> None:
        """Set the speed, clamped to 0.25 to 2."""
        speed = min(MAX_SPEED, max(MIN_SPEED, speed))
        self._settings.update(speed=speed)
        self._update(speed=speed)
        if self.view.state in ACTIVE:
            self._live.ask(SetSpeed(speed=speed), self._answered)

    # --- the scene -------------------------------------------------------------------------------

    def choose_scene(self, name: str) -> None:
        """Lay out a scene of the simulated station."""
        if name not in self._live.skills:
            self._refuse(f"There is no scene called “{name}”.")
        elif self.view.state not in (RunState.READY, RunState.NEEDS_SKILL):
            self._refuse("Halt first: the scene cannot change while the arms move.")
        else:
            self._layouts.load(name)

    def new_layout(self) -> None:
        """Lay out the chosen scene anew."""
        scene = self.view.scene or next(iter(self._live.skills), "")
        if not scene:
            self._refuse("Only the simulated station lays out scenes by itself.")
        else:
            self.choose_scene(scene)

    def reset_counter(self) -> None:
        """Set the success counter to nothing of nothing."""
        self._counter = TrialCounter()
        self._update()

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
        tick = self._live.tick
        self._is_silent = tick is not None and is_silent(tick, now_ns)
        if tick is None or self._live.description is None or self._is_silent:
            self._is_loading = False
            self._starts_by_tick = -1
            self._trial = Trial()
            self._update(scenes=(), scene="", seed=-1, loaded="", goal_reached=None)
            return
        if tick.stop_reason:
            self._is_loading = False  # a stop ends the wish to run, too
            self._starts_by_tick = -1
        if self.view.loaded and not self._is_inference_running():
            self._update(loaded="")
        self._layouts.follow(tick)
        was_running = self._trial.is_running
        self._trial.follow(tick, now_ns, self._live.limits)
        if was_running and not self._trial.is_running:
            self._counter = self._counter.with_trial(self._trial.success)
        if self._trial.is_over:
            self._live.tell(Halt())
        self._update(
            scenes=self._layouts.choices,
            scene=tick.skill,
            seed=tick.seed,
            elapsed_s=self._trial.elapsed_s,
            slowed_sentence=self._trial.slowed,
            goal_reached=self._trial.success,
        )

    def _check_goal(self) -> None:
        """Run only what the policy was taught: it would do something for any prompt."""
        goal = self._match.goal or self.view.prompt.strip()
        self._update()
        self._ask_inference(CheckGoal(goal=goal), lambda: self._start_policy(goal), CHECK_TIMEOUT_S)

    def _ask_inference(self, message: Message, then: Callable[[], None], timeout_s: float) -> None:
        this_load = self._loads

        def answered(answer: Message) -> None:
            if not self._is_loading or this_load != self._loads:
                return  # given up meanwhile: the arms must not move any more
            if isinstance(answer, Refused):
                self._is_loading = False
                self._refuse(answer.reason)
                self._update()
            else:
                then()

        self._live.ask_inference(message, answered, timeout_s)

    def _start_policy(self, goal: str) -> None:
        def started(answer: Message) -> None:
            was_halted, self._is_loading = not self._is_loading, False
            tick = self._live.tick
            if isinstance(answer, Refused):
                self._refuse(answer.reason)
            elif was_halted:
                self._live.ask(Halt(), self._answered)
            elif tick is not None:
                self._starts_by_tick = tick.number + START_TICKS
            self._update()

        self._live.ask(StartPolicy(goal=goal, speed=self.view.speed), started)

    def _answered(self, answer: Message) -> None:
        if isinstance(answer, Refused):
            self._refuse(answer.reason)

    def _ask_in(self, states: tuple[RunState, ...], message: Message, refusal: str) -> None:
        if self.view.state in states:
            self._live.ask(message, self._answered)
        else:
            self._refuse(refusal)

    def _why_not_run(self) -> str:
        state = self.view.state
        reasons: dict[RunState, str] = {
            RunState.OFFLINE: STATION_SILENT if self._is_silent else "Connect a station first.",
            RunState.LOADING: "The policy is still being loaded.",
            RunState.RUNNING: "It is running already.",
            RunState.PAUSED: "It is paused. Press Go on.",
            RunState.HOMING: "The arms are on their way home.",
            RunState.BUSY: "The arms are being moved by hand. End that first.",
            RunState.STOPPED: "The stop is latched. Hold Reset first.",
        }
        if state in reasons:
            return reasons[state]
        if self.view.is_goal_spoken:
            return GOAL_SPOKEN
        if not self.view.prompt.strip():
            return "Say first what the robot should do."
        if not self.view.checkpoint:
            return "No trained skill matches this. Train one, or choose a policy by hand."
        return ""

    def _policy_for_any(self, prompt: str) -> str:
        """Return the policy that ships, for what no skill of the user is meant by; or nothing.

        It has only ever seen the simulated station: arms that are real are never offered it.
        """
        shipped, station = shipped_policy(), self._live.description
        if shipped is None or not prompt.strip() or (station and not station.simulated):
            return ""
        return "" if station and why_unfit(shipped, station.embodiment) else str(shipped)

    def _is_inference_running(self) -> bool:
        return self._processes.status(ProcessName.INFERENCE).is_running

    def _update(self, **changes: object) -> None:
        view = replace(self.view, **changes)  # type: ignore[arg-type]
        tick = self._live.tick
        state = self._state(view, tick)
        view = replace(
            view,
            state=state,
            understood=understood_sentence(view, self._match, by_hand=self._chosen_by_hand),
            suggestions=() if self._match.goal else self._match.suggestions,
            successes=self._counter.successes,
            trials=self._counter.trials,
        )
        sentence = STATION_SILENT if self._is_silent else run_sentence(view, tick)
        self.publish(replace(view, sentence=sentence))

    def _state(self, view: RunView, tick: Tick | None) -> RunState:
        if tick is None or self._live.description is None or self._is_silent:
            return RunState.OFFLINE
        if tick.stop_reason:
            return RunState.STOPPED
        if self._is_loading:
            return RunState.LOADING
        if tick.mode is Mode.IDLE and tick.number < self._starts_by_tick:
            return RunState.LOADING  # it has begun, the ticks just do not say so yet
        idle = RunState.READY if view.checkpoint else RunState.NEEDS_SKILL
        return _STATES.get(tick.mode, idle)
