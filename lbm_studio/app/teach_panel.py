"""The Teach panel: record demonstrations of one goal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.background import Background
from lbm_studio.app.cameras import stale_camera
from lbm_studio.app.datasets import Shelf
from lbm_studio.app.health import STATION_SILENT, is_silent
from lbm_studio.app.layouts import Layouts, Seeds, recorded_seed
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.take_recorder import TakePhase, TakeRecorder, TakeRequest
from lbm_studio.app.teach_words import silent_sentence, teach_sentence, verdict_of
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.goal import GOAL_SPOKEN
from lbm_studio.app.views.teach import MotionSource, Take, TeachState, TeachView
from lbm_studio.core.action import gripper_index
from lbm_studio.core.embodiment import Mount, StationDescription
from lbm_studio.core.keyboard import KeyboardArm, key_help
from lbm_studio.link.messages import EpisodeKept, Mode, SetGoal, Tick
from lbm_studio.link.teleoperation import inputs_from_reading

FILM_STRIP = 5
MAX_FAILURES_IN_SERIES = 5
THUMBNAIL_WIDTH_PX = 160
OPEN_TAKE = (TakePhase.RECORDING, TakePhase.DECIDING)

_STATES = {
    TakePhase.STARTING: TeachState.STARTING,
    TakePhase.RECORDING: TeachState.RECORDING,
    TakePhase.DECIDING: TeachState.DECIDING,
    TakePhase.SAVING: TeachState.SAVING,
}


class TeachPanel(ViewModel[TeachView]):
    """Records takes into the dataset of the goal."""

    def __init__(
        self,
        live: StationLink,
        shelf: Shelf,
        background: Background,
        settings: SettingsStore,
        notices: Notices,
        *,
        seeds: Seeds = recorded_seed,
    ) -> None:
        super().__init__(TeachView(wanted=settings.current.wanted_takes), notices)
        self._live = live
        self._shelf = shelf
        self._background = background
        self._settings = settings
        self._recorder = TakeRecorder(live, self._kept, self._trouble)
        self._layouts = Layouts(live, seeds, self._trouble)
        self._keyboard: KeyboardArm | None = None
        self._dataset: Path | None = None
        self._failures = 0
        self._stale_camera = ""
        self._is_silent = False
        self._is_goal_spoken = False

    # --- what is taught --------------------------------------------------------------------------

    def set_goal(self, text: str) -> None:
        """Say what the next takes show."""
        goal = " ".join(text.split())
        if self._recorder.phase is not TakePhase.NONE:
            self._refuse("Keep or discard the running take before changing the goal.")
        elif goal != self.view.goal:
            self._update(goal=goal)
            if goal:
                self._live.tell(SetGoal(goal=goal))
            if not self.view.scene:
                self._choose_dataset(goal)

    def await_goal(self, is_spoken: bool) -> None:
        """Begin nothing while a goal is being spoken, until it is confirmed or dropped."""
        self._is_goal_spoken = is_spoken

    def set_wanted(self, count: int) -> None:
        """Say how many takes are wanted."""
        if count < 1:
            self._refuse("At least one take is needed.")
            return
        self._settings.update(wanted_takes=count)
        self._update(wanted=count)

    def set_source(self, source: MotionSource) -> None:
        """Choose who moves the arms; refused while recording."""
        if self._recorder.phase is not TakePhase.NONE:
            self._refuse("Keep or discard the running take before changing who moves the arms.")
            return
        self._update(source=source)

    def choose_scene(self, name: str) -> None:
        """Lay out a scene of the simulated station; its goal becomes the goal."""
        if self._recorder.phase is not TakePhase.NONE:
            self._refuse("Keep or discard the running take before choosing another scene.")
        elif name not in self._live.skills:
            self._refuse(f"There is no scene called “{name}”.")
        else:
            self._layouts.load(name)

    def new_layout(self) -> None:
        """Lay out the chosen scene anew."""
        if self._recorder.phase is not TakePhase.NONE:
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
        elif self._needs_layout():
            self._layouts.load(self.view.scene, then=self._begin)
            self._update()
        else:
            self._begin()

    def _begin(self) -> None:
        self._layouts.touch()
        if self._live.description is not None and self._live.tick is not None:
            self._keyboard = keyboard_of(self._live.description, self._live.tick)
        self._recorder.start(
            TakeRequest(
                str(self._dataset),
                self.view.goal,
                self.view.source,
                self._settings.current.operator,
            )
        )
        self._update()

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
        """End the running take and ask what becomes of it (key R again)."""
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
        """Forget the running or ended take (Backspace)."""
        if self._recorder.phase not in OPEN_TAKE:
            self._refuse("There is no take to discard.")
            return
        self.end_series()
        self._recorder.discard(self._lay_out_same)
        self._update()

    def redo(self) -> None:
        """Forget the running or ended take and begin the same layout again."""
        if self._recorder.phase not in OPEN_TAKE:
            self._refuse("There is no take to do again.")
            return
        self.end_series()
        self._recorder.discard(lambda: self._lay_out_same(then_start=True))
        self._update()

    def undo_last(self) -> None:
        """Take back the last kept take (Z); it can be restored on the panel Review."""
        last = self._last_take()
        dataset = self._dataset
        if last is None or dataset is None:
            self._refuse("There is no take to take back.")
            return

        def take_back() -> None:
            episodes = self._shelf.open(dataset).episodes
            uuid = next(e.metadata.uuid for e in episodes if e.index == last.number)
            self._shelf.edits(dataset).set_deleted(uuid, deleted=True)

        takes = tuple(replace(t, deleted=True) if t is last else t for t in self.view.takes)
        self._background.submit(take_back, lambda _: self._count(), self._trouble)
        self._update(takes=takes)

    # --- the keyboard ----------------------------------------------------------------------------

    def key_pressed(self, key: str) -> bool:
        """A key went down, e.g. ``"w"``, ``"up"``; return whether it moves an arm."""
        if self._keyboard is None or not self._is_keyboard_live():
            return False
        return self._keyboard.press(key)

    def key_released(self, key: str) -> bool:
        """A key went up; return whether it moves an arm."""
        if self._keyboard is None:
            return False
        return self._keyboard.release(key) and self._is_keyboard_live()

    def release_keys(self) -> None:
        """The window lost the focus: no key is held any more."""
        if self._keyboard is not None:
            self._keyboard.release_all()

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Follow the station; called at about 30 Hz."""
        tick = self._live.tick
        description = self._live.description
        if tick is None or description is None:
            self._is_silent = False
            self._go_offline()
            return
        self._is_silent = is_silent(tick, now_ns)
        if self._is_silent:
            self._wait_for_station()
            return
        if self._keyboard is None:
            self._keyboard = keyboard_of(description, tick)
            self._meet_station(tick)
        self._follow_layout(tick)
        self._follow_others(tick)
        self._layouts.follow(tick)
        was = self._recorder.phase
        self._recorder.poll(tick, now_ns)
        self._watch_pictures(now_ns)
        if self._is_keyboard_live():
            for message in inputs_from_reading(self._keyboard.reading(now_ns)):
                self._live.tell(message)
        if was is TakePhase.RECORDING and self._recorder.phase is TakePhase.DECIDING:
            self._take_ended()
        self._update()

    def _go_offline(self) -> None:
        if self._keyboard is not None:
            self._keyboard = None
            self._recorder.lose()
            self._layouts.forget()
            self._update(scenes=(), scene="", seed=-1, is_series=False)
        self._update()

    def _wait_for_station(self) -> None:
        """Begin nothing while the station is silent; a running take can still be kept."""
        self._layouts.stay()
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
            self.end_series()
        if tick.mode in (Mode.POLICY, Mode.PAUSED):
            self._layouts.touch()

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
        self._dataset = self._shelf.path_for(name) if name else None
        self._update(
            dataset=self._dataset.name if self._dataset else "", kept=0, takes=(), verdict=()
        )
        self._count()

    def _count(self) -> None:
        dataset = self._dataset
        if dataset is None or not dataset.exists():
            return

        def show(kept: int) -> None:
            if dataset == self._dataset:
                self._update(kept=kept)

        self._background.submit(lambda: self._shelf.card(dataset).episodes, show, self._trouble)

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
        take = Take(
            answer.index,
            f"take {answer.index + 1}",
            self._recorder.elapsed_s,
            success,
            thumbnail=self._thumbnail(),
        )
        self._failures = 0
        self._update(
            kept=self.view.kept + 1,
            takes=(*self.view.takes, take)[-FILM_STRIP:],
            verdict=verdict_of(answer, success),
            dropped_ticks=answer.dropped_ticks,
        )
        if self.view.kept >= self.view.wanted and self.view.is_series:
            self.end_series()
            self._notices.add(f"All {self.view.wanted} takes are recorded.", Level.GOOD)
        self._next_layout()

    def _next_layout(self) -> None:
        if self.view.scene and self._can_lay_out():
            self._layouts.load(self.view.scene, then=self._go_on)

    def _lay_out_same(self, *, then_start: bool = False) -> None:
        if not self._can_lay_out():
            return
        if self.view.scene:
            then = self._begin if then_start else None
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

    def _is_stopped(self) -> bool:
        tick = self._live.tick
        return tick is not None and bool(tick.stop_reason)

    def _can_lay_out(self) -> bool:
        return not self._is_stopped() and not self._is_silent

    def _why_not_start(self) -> str:
        tick = self._live.tick
        if tick is None or self._live.description is None:
            return "Connect a station first."
        if self._is_silent:
            return STATION_SILENT
        if self._recorder.phase is not TakePhase.NONE:
            return "A take is running already."
        if tick.stop_reason:
            return "The stop is latched. Hold Reset first."
        if self._layouts.is_loading:
            return "The layout is still being prepared."
        if self._is_goal_spoken:
            return GOAL_SPOKEN
        if not self.view.goal or self._dataset is None:
            return "Say first what is to be shown."
        if self._stale_camera and self.view.source is not MotionSource.COLLEAGUE:
            return f"“{self._stale_camera}” shows no fresh picture. See the panel Station."
        return ""

    def _is_keyboard_live(self) -> bool:
        is_recording = self._recorder.phase is TakePhase.RECORDING
        return is_recording and self.view.source is MotionSource.KEYBOARD

    def _last_take(self) -> Take | None:
        return next((take for take in reversed(self.view.takes) if not take.deleted), None)

    def _thumbnail(self) -> NDArray[np.uint8] | None:
        description = self._live.description
        cameras = description.embodiment.cameras if description else ()
        name = next((camera.name for camera in cameras if camera.mount is Mount.SCENE), "")
        frame = self._live.frames.get(name)
        if frame is None:
            return None
        step = max(1, frame.image.shape[1] // THUMBNAIL_WIDTH_PX)
        return frame.image[::step, ::step].copy()

    def _trouble(self, sentence: str) -> None:
        self.end_series()
        self._refuse(sentence)

    def _update(self, **changes: object) -> None:
        view = replace(self.view, **changes)  # type: ignore[arg-type]
        state = _STATES.get(self._recorder.phase) or self._idle_state(view.goal)
        view = replace(
            view,
            state=state,
            elapsed_s=self._recorder.elapsed_s,
            can_undo=any(not take.deleted for take in view.takes),
            arm=" and ".join(self._keyboard.active_arms) if self._keyboard else "",
            key_help=self._key_help(view.source),
        )
        if self._is_silent:
            sentence = silent_sentence(view)
        else:
            sentence = teach_sentence(view, self._is_stopped(), self._layouts.is_loading)
        self.publish(replace(view, sentence=sentence))

    def _key_help(self, source: MotionSource) -> tuple[tuple[str, str], ...]:
        description = self._live.description
        if source is not MotionSource.KEYBOARD or description is None:
            return ()
        return key_help(len(description.embodiment.arms))

    def _idle_state(self, goal: str) -> TeachState:
        if self._live.tick is None or self._live.description is None or self._is_silent:
            return TeachState.OFFLINE
        return TeachState.READY if goal else TeachState.NEEDS_GOAL


def keyboard_of(description: StationDescription, tick: Tick) -> KeyboardArm:
    """Return a keyboard with no key held that knows how far open each gripper is."""
    arms = description.embodiment.arms
    openings = {
        arm.name: tick.state[gripper_index(index, len(arms))] / arm.gripper_max_width_m
        for index, arm in enumerate(arms)
        if len(tick.state) == description.embodiment.action_size
    }
    return KeyboardArm(description.embodiment.arm_names, openings)
