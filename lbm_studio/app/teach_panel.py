"""The Teach panel: record demonstrations of one goal."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lbm_studio.app.arm_keys import ArmKeys
from lbm_studio.app.arm_words import is_silent
from lbm_studio.app.background import Background
from lbm_studio.app.cameras import stale_camera
from lbm_studio.app.countdown import Countdown
from lbm_studio.app.datasets import Shelf
from lbm_studio.app.events import Signal
from lbm_studio.app.experience import Outcome
from lbm_studio.app.film import take_of
from lbm_studio.app.layouts import Layouts, Seeds, recorded_seed
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.take_recorder import TakePhase, TakeRecorder, TakeRequest
from lbm_studio.app.taught import TaughtDataset
from lbm_studio.app.teach_projection import Situation, project, why_not_start
from lbm_studio.app.teach_words import verdict_of
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.teach import MotionSource, Take, TeachView
from lbm_studio.core.cues import Cue
from lbm_studio.link.messages import EpisodeKept, Mode, SetGoal, Tick

FILM_STRIP = 5
MAX_FAILURES_IN_SERIES = 5
OPEN_TAKE = (TakePhase.RECORDING, TakePhase.DECIDING)


class TeachPanel(ViewModel[TeachView]):
    """Records takes into the dataset of the goal.

    Signals:
        cued: what is to be said with a sound.

    Args:
        live: the station.
        shelf: where the datasets are.
        background: reads files.
        settings: how many takes are wanted, and how they begin.
        notices: where things are refused.
        seeds: chooses the seed of a new layout.
        experience: reads what came of training before.
    """

    def __init__(
        self,
        live: StationLink,
        shelf: Shelf,
        background: Background,
        settings: SettingsStore,
        notices: Notices,
        *,
        seeds: Seeds = recorded_seed,
        experience: Callable[[], Sequence[Outcome]] = tuple,
    ) -> None:
        super().__init__(TeachView(wanted=settings.current.wanted_takes), notices)
        self._live = live
        self._settings = settings
        self._recorder = TakeRecorder(live, self._kept, self._trouble)
        self._layouts = Layouts(live, seeds, self._trouble)
        self.cued: Signal[Cue] = Signal()
        self._keys = ArmKeys(live)
        self._countdown = Countdown()
        self._phase = TakePhase.NONE
        self._dataset = TaughtDataset(shelf, background, experience, self._trouble)
        self._failures = 0
        self._stale_camera = ""
        self._is_silent = False

    # --- what is taught --------------------------------------------------------------------------

    def set_goal(self, text: str) -> None:
        """Say what the next takes show."""
        goal = " ".join(text.split())
        if self._is_busy:
            self._refuse("Keep or discard the running take before changing the goal.")
        elif goal != self.view.goal:
            self._update(goal=goal)
            if goal:
                self._live.tell(SetGoal(goal=goal))
            if not self.view.scene:
                self._choose_dataset(goal)

    def await_goal(self, is_spoken: bool) -> None:
        """Begin nothing while a goal is being spoken, until it is confirmed or dropped."""
        self._update(is_goal_spoken=is_spoken)

    def set_wanted(self, count: int) -> None:
        """Say how many takes are wanted."""
        if count < 1:
            self._refuse("At least one take is needed.")
            return
        self._settings.update(wanted_takes=count)
        self._update(wanted=count)

    def set_source(self, source: MotionSource) -> None:
        """Choose who moves the arms; refused while recording."""
        if self._is_busy:
            self._refuse("Keep or discard the running take before changing who moves the arms.")
            return
        self._update(source=source)

    def choose_scene(self, name: str) -> None:
        """Lay out a scene of the simulated station; its goal becomes the goal."""
        if self._is_busy:
            self._refuse("Keep or discard the running take before choosing another scene.")
        elif name not in self._live.skills:
            self._refuse(f"There is no scene called “{name}”.")
        else:
            self._layouts.load(name)

    def new_layout(self) -> None:
        """Lay out the chosen scene anew."""
        if self._is_busy:
            self._refuse("Keep or discard the running take before laying out anew.")
        elif not self.view.scene:
            self._refuse("Choose a scene first.")
        else:
            self._layouts.load(self.view.scene)

    # --- takes -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin a take (key R), on a new layout where this one has been used already."""
        problem = self._why_not_start()
        if problem:
            self.end_series()
            self._refuse(problem)
        elif self._layouts.is_loading:
            self._layouts.go_on(self._get_ready)
        elif self._needs_layout():
            self._layouts.load(self.view.scene, then=self._get_ready)
            self._update()
        else:
            self._get_ready()

    def _get_ready(self) -> None:
        """Count down before a person moves the arms; the colleague begins at once."""
        seconds = self._settings.current.countdown_s
        if seconds and self.view.source is not MotionSource.COLLEAGUE:
            self._countdown.start(seconds)
            self._update()
        else:
            self._begin()

    def _count_down(self, now_ns: int) -> None:
        if not self._countdown.poll(now_ns):
            return
        if self._countdown.is_running:
            self._cue(Cue.COUNT)
        elif problem := self._why_not_start():
            self._refuse(problem)
        else:
            self._begin()

    def _begin(self) -> None:
        self._layouts.touch()
        self._keys.renew()
        self._recorder.start(
            TakeRequest(
                str(self._dataset.path),
                self.view.goal,
                self.view.source,
                self._settings.current.operator,
            )
        )
        self._update(verdict=(), is_doubtful=False)

    def start_series(self) -> None:
        """Let the colleague record the rest: successful takes are kept until enough are there."""
        if self.view.source is not MotionSource.COLLEAGUE:
            self._refuse("Only the colleague records by itself. Choose it first.")
            return
        if self.view.kept >= self.view.wanted:
            self._refuse("All wanted takes are there already.")
            return
        self._failures = 0
        self._update(is_series=True)
        self.start()

    def end_series(self) -> None:
        """Let the colleague finish the running take and no other."""
        if self.view.is_series:
            self._update(is_series=False)

    def finish(self) -> None:
        """End the running take and ask what becomes of it, or count no more (key R again)."""
        if self._stopped_counting():
            return
        if self._recorder.phase is not TakePhase.RECORDING:
            self._refuse("Nothing is being recorded.")
            return
        self.end_series()
        self._recorder.finish()
        self._update()

    def keep(self, success: bool | None = None) -> None:
        """Keep the running or ended take (Enter).

        Args:
            success: whether the goal was reached; None leaves it to the simulated goal.
        """
        if self._recorder.phase not in OPEN_TAKE:
            self._refuse("There is no take to keep.")
            return
        self._recorder.keep(success)
        self._update()

    def discard(self) -> None:
        """Forget the running or ended take, or count no more (Backspace)."""
        if self._stopped_counting():
            return
        if self._recorder.phase not in OPEN_TAKE:
            self._refuse("There is no take to discard.")
            return
        self.end_series()
        self._recorder.discard(self._lay_out_same)
        self._cue(Cue.DISCARDED)

    def redo(self) -> None:
        """Forget the running or ended take and begin the same layout again."""
        if self._recorder.phase not in OPEN_TAKE:
            self._refuse("There is no take to do again.")
            return
        self.end_series()
        self._recorder.discard(lambda: self._lay_out_same(then_start=True))
        self._cue(Cue.DISCARDED)

    def undo_last(self) -> None:
        """Take back the last kept take (Z); it can be restored on the panel Review."""
        last = self._last_take()
        if last is None:
            self._refuse("There is no take to take back.")
            return
        takes = tuple(replace(t, deleted=True) if t is last else t for t in self.view.takes)
        self._dataset.take_back(last.number, self._count)
        self._update(takes=takes)

    # --- the keyboard ----------------------------------------------------------------------------

    def key_pressed(self, key: str) -> bool:
        """A key went down, e.g. ``"w"``, ``"up"``; return whether it moves an arm."""
        return self._is_keyboard_live() and self._keys.press(key)

    def key_released(self, key: str) -> bool:
        """A key went up; return whether it moves an arm."""
        return self._keys.release(key) and self._is_keyboard_live()

    def release_keys(self) -> None:
        """The window lost the focus: no key is held any more."""
        self._keys.release_all()

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
        tick = self._live.tick
        if tick is None or self._live.description is None:
            self._is_silent = False
            self._go_offline()
            return
        self._is_silent = is_silent(tick, now_ns)
        if self._is_silent:
            self._wait_for_station()
            return
        if not self._keys.is_ready:
            self._keys.renew()
            self._meet_station(tick)
        self._follow_layout(tick)
        self._follow_others(tick)
        self._layouts.follow(tick)
        was = self._recorder.phase
        self._recorder.poll(tick, now_ns)
        self._watch_pictures(now_ns)
        self._count_down(now_ns)
        if self._is_keyboard_live():
            self._keys.send(now_ns)
        self._follow_phase()
        if was is TakePhase.RECORDING and self._recorder.phase is TakePhase.DECIDING:
            self._take_ended()
        self._update()

    def _go_offline(self) -> None:
        self._countdown.cancel()
        if self._keys.is_ready:
            self._keys.forget()
            self._recorder.lose()
            self._layouts.forget()
            self._update(scenes=(), scene="", seed=-1, is_series=False)
        self._update()

    def _wait_for_station(self) -> None:
        """Begin nothing while the station is silent; a running take can still be kept."""
        self._layouts.stay()
        self._countdown.cancel()
        self.end_series()
        if self._recorder.phase is TakePhase.RECORDING:
            self._recorder.finish()
        self._update()

    def _meet_station(self, tick: Tick) -> None:
        choices = self._layouts.choices
        self._update(scenes=choices)
        if choices and not tick.skill:
            self._layouts.load(choices[0].name)

    def _follow_layout(self, tick: Tick) -> None:
        if tick.skill == self.view.scene and tick.seed == self.view.seed:
            return
        is_other_scene = tick.skill != self.view.scene
        self._update(scene=tick.skill, seed=tick.seed, goal=tick.goal or self.view.goal)
        if is_other_scene and tick.skill:
            self._choose_dataset(tick.skill)

    def _follow_others(self, tick: Tick) -> None:
        if tick.stop_reason:  # nothing that was under way begins once the stop is reset
            self._layouts.stay()
            self._countdown.cancel()
            self.end_series()
        if tick.mode in (Mode.POLICY, Mode.PAUSED):
            self._layouts.touch()
            self._countdown.cancel()

    def _follow_phase(self) -> None:
        """Say with a sound that a take has begun or ended."""
        was, self._phase = self._phase, self._recorder.phase
        if self._phase is was:
            return
        if self._phase is TakePhase.RECORDING:
            self._cue(Cue.STARTED)
        elif self._phase is TakePhase.DECIDING:
            self._cue(Cue.STOPPED if self._recorder.was_stopped else Cue.ENDED)

    def _watch_pictures(self, now_ns: int) -> None:
        """Halt the arms when the person who moves them no longer sees what they do."""
        self._stale_camera = stale_camera(self._live, now_ns)
        is_by_hand = self.view.source is not MotionSource.COLLEAGUE
        if self._stale_camera and is_by_hand and self._recorder.phase is TakePhase.RECORDING:
            self._recorder.finish()
            self._trouble(
                f"The arms halt: “{self._stale_camera}” shows no fresh picture. "
                "Keep or discard this take."
            )

    def _choose_dataset(self, name: str) -> None:
        self._dataset.choose(name)
        self._update(dataset=self._dataset.name, kept=0, takes=(), verdict=())
        self._count()
        self._dataset.advise(lambda sentence: self._update(advice=sentence))

    def _count(self) -> None:
        self._dataset.count(lambda kept: self._update(kept=kept))

    def _take_ended(self) -> None:
        if not self.view.is_series or self._recorder.was_stopped:
            self.end_series()
        elif self._recorder.success is not False:
            self._recorder.keep(None)
        else:
            self._failures += 1
            if self._failures >= MAX_FAILURES_IN_SERIES:
                self.end_series()
                self._trouble("The colleague failed several times in a row and rests.")
            self._recorder.discard(self._next_layout)

    def _kept(self, answer: EpisodeKept) -> None:
        success = self._recorder.success
        take = take_of(answer.index, self._recorder.elapsed_s, success, self._live)
        self._failures = 0
        self._update(
            kept=self.view.kept + 1,
            takes=(*self.view.takes, take)[-FILM_STRIP:],
            verdict=verdict_of(answer, success),
            is_doubtful=False,
            dropped_ticks=answer.dropped_ticks,
        )
        if self.view.kept >= self.view.wanted and self.view.is_series:
            self.end_series()
            self._notices.add(f"All {self.view.wanted} takes are recorded.", Level.GOOD)
        self._cue(Cue.KEPT)
        self._next_layout()

    def _next_layout(self) -> None:
        if self.view.scene and self._can_lay_out():
            self._layouts.load(self.view.scene, then=self._go_on)

    def _lay_out_same(self, *, then_start: bool = False) -> None:
        if not self._can_lay_out():
            return
        if self.view.scene:
            then = self._get_ready if then_start else None
            self._layouts.load(self.view.scene, self.view.seed, then)
        elif then_start:
            self.start()

    def _go_on(self) -> None:
        if self.view.is_series:
            self.start()

    def _needs_layout(self) -> bool:
        tick = self._live.tick
        is_laid_out = tick is not None and self._layouts.is_fresh(tick)
        return bool(self.view.scene) and not is_laid_out

    def _can_lay_out(self) -> bool:
        situation = self._situation
        return not situation.is_stopped and not situation.is_silent

    @property
    def _situation(self) -> Situation:
        tick = self._live.tick
        return Situation(
            is_connected=tick is not None and self._live.description is not None,
            is_silent=self._is_silent,
            is_stopped=tick is not None and bool(tick.stop_reason),
            is_loading=self._layouts.is_loading,
        )

    def _why_not_start(self) -> str:
        return why_not_start(
            self.view,
            self._situation,
            is_busy=self._is_busy,
            has_dataset=self._dataset.path is not None,
            stale_camera=self._stale_camera,
        )

    def _is_keyboard_live(self) -> bool:
        is_recording = self._recorder.phase is TakePhase.RECORDING
        return is_recording and self.view.source is MotionSource.KEYBOARD

    def _last_take(self) -> Take | None:
        return next((take for take in reversed(self.view.takes) if not take.deleted), None)

    @property
    def _is_busy(self) -> bool:
        return self._recorder.phase is not TakePhase.NONE or self._countdown.is_running

    def _stopped_counting(self) -> bool:
        if not self._countdown.is_running:
            return False
        self._countdown.cancel()
        self._cue(Cue.DISCARDED)
        return True

    def _cue(self, cue: Cue) -> None:
        """Say something with a sound, and show it; the colleague records a series silently."""
        self._update(cue=cue)
        if not self.view.is_series:
            self.cued.emit(cue)

    def _trouble(self, sentence: str) -> None:
        self.end_series()
        self._refuse(sentence)

    def _update(self, **changes: object) -> None:
        view = replace(self.view, **changes)  # type: ignore[arg-type]
        self.publish(project(view, self._situation, self._recorder, self._countdown, self._keys))
