"""Demonstrations that are sound unless a test spoils them: a hand goes somewhere and grasps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource
from lbm_studio.core.pose import Pose
from lbm_studio.episodes.writer import DatasetWriter

HOME = np.array([-0.2, -0.2, 0.4])
OPEN_M, CLOSED_M = 0.08, 0.03
Numbers = NDArray[np.float64]
Spoil = Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]


def unspoiled(states: Numbers, actions: Numbers) -> tuple[Numbers, Numbers]:
    return states, actions


@dataclass
class Demonstration:
    """One take; ``spoil`` changes its (T, A) states and actions before they are recorded.

    Attributes:
        shown: which camera's picture is recorded under a name; its own by default.
        frozen: cameras that show their first picture for ever.
        level: brightness of the pictures, 1 as they are.
        camera_delay_ns: how old pictures are [ns].
    """

    place: tuple[float, float] = (0.0, 0.0)
    idle: int = 0
    ticks: int = 20
    goal: str = "lift the cube"
    success: bool | None = True
    seed: int = -1
    dropped_ticks: int = 0
    clamped: bool = False
    spoil: Spoil = unspoiled
    shown: dict[str, str] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    level: float = 1.0
    camera_delay_ns: int = 0

    def vectors(self, arms: int) -> tuple[Numbers, Numbers]:
        """Return (T, A) states, one tick behind the (T, A) actions."""
        share = np.clip((np.arange(self.ticks) - self.idle) / 8.0, 0.0, 1.0)
        object_m = np.array([*self.place, 0.05])
        hands = HOME + share[:, None] * (object_m - HOME)
        lifted = np.clip((np.arange(self.ticks) - self.idle - 12) / 8.0, 0.0, 1.0)
        hands[:, 2] += 0.2 * lifted
        widths = np.where(np.arange(self.ticks) - self.idle > 9, CLOSED_M, OPEN_M)
        resting = Pose(np.array([-0.2, 0.4, 0.4]), np.eye(3)).as_vector()
        actions = np.array(
            [
                np.concatenate(
                    [Pose(hand, np.eye(3)).as_vector(), *[resting] * (arms - 1), [width]]
                    + [[OPEN_M]] * (arms - 1)
                )
                for hand, width in zip(hands, widths, strict=True)
            ]
        )
        return self.spoil(np.concatenate([actions[:1], actions[:-1]]), actions)

    def record(self, writer: DatasetWriter, station: StationDescription) -> str:
        """Record and keep it, and return its uuid."""
        body = station.embodiment
        joints = sum(len(arm.home_joints_rad) for arm in body.arms)
        states, actions = self.vectors(len(body.arms))
        writer.begin()
        for tick, (state, action) in enumerate(zip(states, actions, strict=True)):
            captured_ns = tick * 200_000_000 + 10**9
            images = {
                camera.name: self._picture(body.cameras, camera, tick) for camera in body.cameras
            }
            writer.add(
                state=state,
                action=action,
                joints=np.zeros(joints),
                captured_ns=captured_ns,
                images=images,
                clamped=self.clamped,
                images_captured_ns=dict.fromkeys(images, captured_ns - self.camera_delay_ns),
            )
        metadata = EpisodeMetadata(
            self.goal,
            EpisodeSource.TELEOPERATION,
            self.success,
            skill="lift" if self.seed >= 0 else "",
            seed=self.seed,
            dropped_ticks=self.dropped_ticks,
        )
        return writer.keep(metadata).metadata.uuid

    def _picture(
        self, cameras: tuple[CameraDescription, ...], camera: CameraDescription, tick: int
    ) -> NDArray[np.uint8]:
        """Return stripes that are the camera's own, and a square that moves."""
        tick = 0 if camera.name in self.frozen else tick
        name = self.shown.get(camera.name, camera.name)
        number = [one.name for one in cameras].index(name)
        height, width = camera.height_px, camera.width_px
        rows, columns = np.mgrid[0:height, 0:width] / height
        image = 128 + 80 * np.sin(9.0 * (rows if number % 2 else columns) + number)
        picture = np.repeat(image[..., None], 3, axis=2)
        side = height // 4
        left = (2 * tick) % (width - side)
        picture[side : 2 * side, left : left + side] = (230, 40, 40)
        return (picture * self.level).astype(np.uint8)


def write_demonstrations(
    path: Path, station: StationDescription, takes: list[Demonstration], rate_hz: float = 5.0
) -> list[str]:
    """Record a dataset and return the uuids of its episodes."""
    with DatasetWriter.open(path, station, rate_hz=rate_hz) as writer:
        return [take.record(writer, station) for take in takes]


def sound_takes(count: int = 6) -> list[Demonstration]:
    """Return takes that nothing is wrong with, spread over the table."""
    random = np.random.default_rng(5)
    return [
        Demonstration(place=tuple(random.uniform([-0.1, -0.3], [0.15, 0.1])))  # type: ignore[arg-type]
        for _ in range(count)
    ]
