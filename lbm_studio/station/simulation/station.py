"""The simulated station: real physics behind the same interface as a real one."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Collection, Mapping, Sequence
from typing import Self

import mujoco
import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock
from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.shift import Shift
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.appearance import restyle
from lbm_studio.station.simulation.arm import SimulatedArm
from lbm_studio.station.simulation.past import Past
from lbm_studio.station.simulation.rendering import Renderer
from lbm_studio.station.simulation.scene import Scene, build_scene
from lbm_studio.station.simulation.shift import UNSHIFTED, SceneShift, draw_shift
from lbm_studio.station.simulation.skill import Skill, Task, draw_layout
from lbm_studio.station.simulation.world import World

_HOME_SPREAD_RAD = 0.02
_SETTLE_STEPS = 20
_TIME_ROUNDING_S = 1e-9


class SimulatedStation:
    """Arms, cameras and objects in MuJoCo. Equal calls give equal states, bit for bit.

    Time stands still except in :meth:`advance`, so it runs as fast as it is driven. All methods but
    :meth:`stop` are called from one thread.

    Args:
        description: the station to simulate.
        samples: anti-aliasing samples a pixel; 0 renders fastest.
        clock: stamps what is measured.
    """

    def __init__(
        self, description: StationDescription, *, samples: int = 0, clock: Clock | None = None
    ) -> None:
        self._description = description
        self._samples = samples
        self._clock = clock or MonotonicClock()
        self._period_s = description.embodiment.chunk.period_s
        self._renderer: Renderer | None = None
        self._envelope = SafetyEnvelope(description)
        self._disturbance: Mapping[str, FloatArray] = {}
        self._is_displaced = False
        self._in_force: dict[str, ArmTarget] = {}
        self._moment_ns = 0
        self._shown_ns: int | None = None
        self._last_stop = self._obeyed_stop = object()
        self._skill: Skill | None = None
        self.task: Task | None = None
        self.shifts: tuple[Shift, ...] = ()
        self._build(None, UNSHIFTED)
        self._reset(0)

    @property
    def description(self) -> StationDescription:
        """What the station is."""
        return self._description

    @property
    def world(self) -> World:
        """The true state of the scene, for skills and tests."""
        return self._world

    @property
    def model(self) -> mujoco.MjModel:
        """The compiled scene; another one once another skill is loaded."""
        return self._scene.model

    def connect(self) -> None:
        """Nothing to take hold of: the arms are ready from the beginning."""

    def close(self) -> None:
        """Release the drawing library. May be called twice."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def load(self, skill: Skill, seed: int, shifts: Collection[Shift] = ()) -> Task:
        """Lay out the objects of a skill and bring the arms home; equal calls give equal scenes.

        Args:
            skill: what is to be done.
            seed: of the layout.
            shifts: in which ways the station is to differ from the one that is described.

        Raises:
            StationError: the station lacks an arm the skill needs.
        """
        layout = draw_layout(skill, self._description, seed)
        shift = draw_shift(
            shifts, skill=skill, seed=seed, layout=layout, description=self._description
        )
        if skill is not self._skill or shift != self._shift:
            self._build(skill, shift)
        self._reset(seed)
        self._world.lay_out(shift.applied_to(layout))
        for _ in range(_SETTLE_STEPS):
            mujoco.mj_step(self._scene.model, self._data)
        mujoco.mj_forward(self._scene.model, self._data)
        self.shifts = tuple(shifts)
        self.task = Task(skill, seed, layout, self._world)
        return self.task

    def clear(self) -> None:
        """Take all objects away and bring the arms home, as before the first layout."""
        if self._skill is not None:
            self._build(None, UNSHIFTED)
        self._reset(0)
        self.task, self.shifts = None, ()

    def read(self) -> StationState:
        """Return what every arm measures now."""
        arms = {name: arm.state(self._data) for name, arm in self._arms.items()}
        return StationState(arms, self._clock.now_ns())

    def command(self, action: Action) -> None:
        """Send targets to be reached at the end of one period of the policy."""
        self._obey_stop()
        last_stop = self._last_stop
        executed = self._displaced(action)
        solutions = {
            name: self._arms[name].solve(target.pose, self._period_s)
            for name, target in executed.items()
        }
        if (
            last_stop is not self._last_stop
        ):  # stopped meanwhile: these targets must not be obeyed any more
            return
        for name, joints_rad in solutions.items():
            self._arms[name].follow(self._data, joints_rad, executed[name])
        self._in_force |= executed
        self._since_command_s = 0.0

    def disturb(self, offsets: Mapping[str, FloatArray]) -> None:
        """Displace the targets of the next command by (3,) metres an arm, unseen by its sender.

        What is executed stays within the safety card, so it may be displaced by less, and the way
        back may take several commands.
        """
        self._disturbance = dict(offsets)

    def advance(self, seconds: float) -> None:
        """Let time pass in the scene [s]. Parts of a physics step are kept for the next call."""
        self._owed_s += seconds
        time_step_s = self._scene.model.opt.timestep
        while self._owed_s >= time_step_s - _TIME_ROUNDING_S:
            self._owed_s -= time_step_s
            self._since_command_s += time_step_s
            self._obey_stop()
            fraction = min(1.0, self._since_command_s / self._period_s)
            for arm in self._arms.values():
                arm.interpolate(self._data, fraction)
            mujoco.mj_step(self._scene.model, self._data)
            self._moment_ns += round(time_step_s * NANOSECONDS_PER_SECOND)
            self._past.remember(self._moment_ns, self._data)
        mujoco.mj_kinematics(self._scene.model, self._data)
        if self.task is not None:
            self.task.observe()

    def step(self, action: Action) -> None:
        """Send targets and let one period of the policy pass."""
        self.command(action)
        self.advance(self._period_s)

    def hold(self) -> None:
        """Keep the targets in force at this moment; the grippers keep their grip."""
        self._in_force = {}
        for arm in self._arms.values():
            arm.hold(self._data)

    def stop(self) -> None:
        """Bring all arms to rest where they are, from any thread, before the next physics step."""
        self._last_stop = object()

    def capture(self, camera_names: Sequence[str]) -> dict[str, CameraFrame]:
        """Draw the named cameras, and only those: each shows what was there its latency ago.

        Raises:
            UnknownNameError: there is no such camera.
            StationError: nothing can be drawn on this machine.
        """
        cameras = [self._description.embodiment.camera(name) for name in camera_names]
        if self._renderer is None:
            self._renderer = Renderer(self._scene.model, self._description.embodiment.cameras)
        mujoco.mj_camlight(self._scene.model, self._data)
        now_ns = self._clock.now_ns() if self._shown_ns is None else self._shown_ns
        return {camera.name: self._picture(self._renderer, camera, now_ns) for camera in cameras}

    def _picture(self, renderer: Renderer, camera: CameraDescription, now_ns: int) -> CameraFrame:
        data, age_ns = self._data, 0
        if camera.latency_s:
            latency_ns = round(camera.latency_s * NANOSECONDS_PER_SECOND)
            shown = self._past.at(self._moment_ns - latency_ns)
            if shown is not None:
                age_ns, data = self._moment_ns - shown[0], shown[1]
        return CameraFrame(renderer.render(data, camera.name), now_ns - age_ns)

    def snapshot(self) -> tuple[bytes, bytes]:
        """Return all that moves: generalised positions, and poses of fixtures, as float64 bytes."""
        mocap = np.concatenate([self._data.mocap_pos.ravel(), self._data.mocap_quat.ravel()])
        return self._data.qpos.tobytes(), mocap.tobytes()

    def restore(self, positions: bytes, mocap: bytes, captured_ns: int | None = None) -> None:
        """Take on a snapshot of another station that has loaded the same skill and seed.

        Args:
            positions: generalised positions, as :meth:`snapshot` gave them.
            mocap: poses of fixtures, likewise.
            captured_ns: when that was; pictures are then stamped with it [ns].

        Raises:
            StationError: the snapshot is of another scene.
        """
        qpos, fixtures = np.frombuffer(positions), np.frombuffer(mocap)
        split = self._data.mocap_pos.size
        if qpos.size != self._data.qpos.size or fixtures.size != split + self._data.mocap_quat.size:
            raise StationError("The state does not belong to the scene that is loaded.")
        self._data.qpos[:] = qpos
        self._data.mocap_pos[:] = fixtures[:split].reshape(self._data.mocap_pos.shape)
        self._data.mocap_quat[:] = fixtures[split:].reshape(self._data.mocap_quat.shape)
        mujoco.mj_fwdPosition(self._scene.model, self._data)  # what touches what is asked as well
        self._shown_ns = captured_ns
        if captured_ns is not None:
            self._moment_ns = captured_ns
            self._past.remember(captured_ns, self._data)

    def _build(self, skill: Skill | None, shift: SceneShift) -> None:
        self.close()
        self._scene: Scene = build_scene(
            self._description,
            (*(skill.objects if skill else ()), *shift.distractors),
            samples=self._samples,
            restyle=lambda spec: restyle(spec, shift),
        )
        self._data = mujoco.MjData(self._scene.model)
        self._world = World(self._description, self._scene, self._data)
        arms, cameras = self._description.embodiment.arms, self._description.embodiment.cameras
        self._arms = {arm.name: SimulatedArm(arm, self._scene.model) for arm in arms}
        self._past = Past(self._scene.model, max((c.latency_s for c in cameras), default=0.0))
        self._skill, self._shift = skill, shift

    def _reset(self, seed: int) -> None:
        mujoco.mj_resetData(self._scene.model, self._data)
        self._owed_s = 0.0
        self._since_command_s = self._period_s
        self._obeyed_stop = self._last_stop
        self._disturbance = {}
        self._is_displaced = False
        self._in_force = {}
        self._moment_ns, self._shown_ns = 0, None
        self._past.forget()
        random = np.random.default_rng(seed)
        for arm in self._description.embodiment.arms:
            home = np.asarray(arm.home_joints_rad)
            spread = random.normal(0.0, _HOME_SPREAD_RAD, home.size)
            self._arms[arm.name].place(self._data, home + spread)
        mujoco.mj_forward(self._scene.model, self._data)

    def _obey_stop(self) -> None:
        last_stop = self._last_stop
        if last_stop is not self._obeyed_stop:
            self._obeyed_stop = last_stop
            self._in_force = {}
            for arm in self._arms.values():
                arm.stop(self._data)

    def _displaced(self, action: Action) -> dict[str, ArmTarget]:
        """Return the targets to execute: displaced by the disturbance, within the safety card."""
        offsets, self._disturbance = self._disturbance, {}
        if not offsets and not self._is_displaced:
            return dict(action.arms)
        wanted = {name: _moved(target, offsets.get(name)) for name, target in action.arms.items()}
        state = self.read()
        before = Action({**state.as_action().arms, **self._in_force})
        clamped = self._envelope.clamp(Action(wanted), before, self._period_s, state)
        self._is_displaced = bool(offsets) or bool(clamped.limits)
        return {name: clamped.action.arms[name] for name in action.arms}


def _moved(target: ArmTarget, offset: FloatArray | None) -> ArmTarget:
    if offset is None:
        return target
    pose = Pose(target.pose.position + offset, target.pose.rotation)
    return ArmTarget(pose, target.gripper_width_m)
