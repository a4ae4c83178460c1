"""A camera whose pictures come 120 ms late: what is recorded, learned from and acted on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.action import Action
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import Observation
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.take import Tick
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.link.frames import RING_PREFIX, FrameRing
from lbm_studio.link.messages import LoadPolicy, Predict
from lbm_studio.station.simulation.embodiments import single_fr3
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.inference import InferenceServer
from tests.episodes.recordings import make_metadata
from tests.workers.processes import make_tick
from tests.workers.test_inference import StandStill

LATENCY_S = 0.12
SLICE_S = 0.02
TICKS = 11
BEGIN_M = np.array([0.0, 0.2, 0.1])
SPEED_M_S = 0.25
START_NS = 10**12
LATE, PROMPT = "scene_right_0", "wrist_right_minus"


def late_station() -> StationDescription:
    """Return the small simulated station, one of its cameras late."""
    station = single_fr3()
    cameras = tuple(
        replace(camera, latency_s=LATENCY_S if camera.name == LATE else 0.0)
        for camera in station.embodiment.cameras
    )
    return replace(station, embodiment=replace(station.embodiment, cameras=cameras))


STATION = late_station()
ARMS = STATION.embodiment.arm_names
PERIOD_S = STATION.embodiment.chunk.period_s


@dataclass
class Recording:
    """A recorded swing of the arm, and what really was there every few milliseconds.

    Attributes:
        dataset: what was recorded.
        ticks: what was measured and seen.
        moments_ns: of the truth [ns].
        hands_m: (N, 3) where the hand was then.
        views: (N, H, W, 3) what a camera without latency saw.
    """

    dataset: Dataset
    ticks: list[Tick]
    moments_ns: NDArray[np.int64]
    hands_m: FloatArray
    views: NDArray[np.uint8]

    def hand_m(self, moments_ns: NDArray[np.int64]) -> FloatArray:
        """Return (N, 3) where the hand really was."""
        axes = (np.interp(moments_ns, self.moments_ns, axis) for axis in self.hands_m.T)
        return np.stack(list(axes), axis=1)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path = tmp_path_factory.mktemp("late") / "dataset"
    clock = ManualClock(START_NS)
    ticks: list[Tick] = []
    truth: list[tuple[int, FloatArray, NDArray[np.uint8]]] = []
    with (
        SimulatedStation(STATION, clock=clock) as station,
        SimulatedStation(single_fr3(), clock=clock) as witness,
        DatasetWriter.open(path, STATION) as writer,
    ):
        writer.begin()
        start = lowered(station)
        for number in range(TICKS):
            action = swung(start, number + 1)
            ticks.append(seen(station, action, clock))
            writer.add_tick(ticks[-1])
            station.command(action)
            for _ in range(round(PERIOD_S / SLICE_S)):
                witness.restore(*station.snapshot())
                view = witness.capture([LATE])[LATE].image
                truth.append((clock.now_ns(), station.read().arms["right"].pose.position, view))
                station.advance(SLICE_S)
                clock.advance_s(SLICE_S)
        writer.keep(make_metadata())
    moments, hands, views = zip(*truth, strict=True)
    return Recording(Dataset.open(path), ticks, np.array(moments), np.stack(hands), np.stack(views))


def lowered(station: SimulatedStation) -> Action:
    """Bring the hand to where the camera sees it, and return the action that keeps it there."""
    target = station.read().as_action().arms["right"]
    action = Action({"right": replace(target, pose=Pose(BEGIN_M, target.pose.rotation))})
    for _ in range(8):
        station.step(action)
    return action


def swung(start: Action, number: int) -> Action:
    """Return the target of a hand that moves sideways without a pause."""
    target = start.arms["right"]
    aside = target.pose.position + (0.0, -SPEED_M_S * PERIOD_S * number, 0.0)
    return Action({"right": replace(target, pose=Pose(aside, target.pose.rotation))})


def seen(station: SimulatedStation, action: Action, clock: ManualClock) -> Tick:
    state = station.read()
    frames = station.capture(STATION.embodiment.camera_names)
    return Tick(
        state=state.as_vector(ARMS),
        action=action.as_vector(ARMS),
        joints=state.arms["right"].joints_rad,
        captured_ns=state.captured_ns,
        images={name: frame.image for name, frame in frames.items()},
        images_captured_ns={name: frame.captured_ns for name, frame in frames.items()},
        clamped=False,
        images_latency_ns={n: clock.now_ns() - f.captured_ns for n, f in frames.items()},
        measured={m: state.joined(m, ARMS) for m in STATION.measures},
    )


def test_what_the_pictures_show_is_as_old_as_their_capture_times_say(recording: Recording) -> None:
    columns = recording.dataset.columns(0, (keys.CAPTURED_NS, keys.CAMERA_CAPTURED_NS))
    age_ns = columns[keys.CAPTURED_NS] - columns[keys.CAMERA_CAPTURED_NS][:, 0]
    pictures = recording.dataset.images(0, LATE)[2:].astype(float)
    per_tick = round(PERIOD_S / SLICE_S)

    errors = [
        np.abs(recording.views[2 * per_tick - lag :: per_tick][: len(pictures)] - pictures).mean()
        for lag in range(per_tick)
    ]

    assert int(np.argmin(errors)) * SLICE_S == pytest.approx(LATENCY_S)
    assert age_ns[2:] / 1e9 == pytest.approx(LATENCY_S, abs=0.005)


def test_latencies_are_recorded(recording: Recording) -> None:
    latencies = recording.dataset.columns(0, (keys.CAMERA_LATENCY_NS,))[keys.CAMERA_LATENCY_NS]

    np.testing.assert_allclose(latencies[2:, 0] / 1e9, LATENCY_S, atol=0.005)
    np.testing.assert_array_equal(latencies[:, 1], 0)


def test_an_observation_says_where_the_hand_was_when_the_pictures_were_taken(
    recording: Recording,
) -> None:
    observed = recording.dataset.observations(0)
    raw = recording.dataset.vectors(0)
    truth_m = recording.hand_m(observed.moments_ns)

    paired_mm = 1000.0 * np.linalg.norm(observed.states[:, :3] - truth_m, axis=1)
    unpaired_mm = 1000.0 * np.linalg.norm(raw.states[:, :3] - truth_m, axis=1)

    assert paired_mm[4:].max() < 3.0
    assert unpaired_mm[4:].min() > 20.0


def test_other_cameras_show_the_moment_too(recording: Recording) -> None:
    observed = recording.dataset.observations(0)

    np.testing.assert_array_equal(observed.pictures[LATE], np.arange(TICKS))
    np.testing.assert_array_equal(observed.pictures[PROMPT][2:], np.arange(1, TICKS - 1))


def test_what_was_commanded_is_taken_for_the_same_moment(recording: Recording) -> None:
    observed = recording.dataset.observations(0)
    commanded = recording.dataset.vectors(0).actions

    share = LATENCY_S / PERIOD_S
    expected = share * commanded[4:-1, :3] + (1.0 - share) * commanded[5:, :3]
    np.testing.assert_allclose(observed.actions[5:, :3], expected, atol=1e-3)


@pytest.fixture
def shown(recording: Recording) -> Iterator[list[Observation]]:
    """What a running policy is shown at each of the same ticks."""
    policy = StandStill()
    clock = ManualClock(START_NS)
    name = f"{RING_PREFIX}late-{id(recording)}"
    with FrameRing.create(name, STATION.embodiment.cameras) as ring:
        server = InferenceServer(lambda *_: policy, lambda: STATION, ring, clock)
        server.handle(LoadPolicy(checkpoint="any"))
        for number, tick in enumerate(recording.ticks):
            ns, state = tick.captured_ns, tuple(tick.state.tolist())
            taken = tick.images_captured_ns
            ring.write(number, ns, tick.images, images_captured_ns=taken)
            server.note(make_tick(number, captured_ns=ns, vector=state, joints=()))
            server.handle(Predict(number=0, session=1, captured_ns=ns, state=state, goal="Go."))
        yield policy.seen
        ring.unlink()


def test_a_running_policy_is_shown_what_was_learned_from(
    recording: Recording, shown: list[Observation]
) -> None:
    observed = recording.dataset.observations(0)

    for number, observation in enumerate(shown):
        state = observation.state
        assert state.captured_ns == observed.moments_ns[number]
        np.testing.assert_allclose(state.as_vector(ARMS), observed.states[number], atol=1e-5)
        for name, frame in observation.frames.items():
            tick = recording.ticks[int(observed.pictures[name][number])]
            assert frame.captured_ns == tick.images_captured_ns[name]
            np.testing.assert_array_equal(frame.image, tick.images[name])
