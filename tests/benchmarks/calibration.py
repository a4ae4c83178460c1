"""How near calibration comes to the truth, on boards that the simulated cameras see.

    python -m tests.benchmarks.calibration [--json FILE]

Pictures have the size that policies see: 384 x 288 in the scene, 192 x 144 on the hands. The joints
are measured as they are, and with noise. A wrist camera's row is what its mounting comes to; a
base's is what follows with the cameras mounted as they were just found.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import Mount, StationDescription
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import write_json
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.hand_eye import HandSighting, find_board, mount_cameras
from lbm_studio.station.calibration.intrinsics import find_lens
from lbm_studio.station.calibration.residual import Residual
from lbm_studio.station.calibration.scene import place_camera
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Placement
from tests.station.calibration.boards import (
    NAME,
    POSTURES,
    held_before,
    pictures_of_board,
    places_on_table,
    postures_above,
)
from tests.station.calibration.conftest import lens_of, seen

BOARD = Board()
NOISE_RAD = (0.0, 2e-4, 5e-4)
BESIDE_M = 0.12


@dataclass(frozen=True)
class Found:
    """One thing that was found, and how far it is from the truth."""

    what: str
    off_mm: float
    off_deg: float
    residual: Residual

    def in_words(self) -> str:
        """Return a line."""
        left = f"{self.residual.px:.2f} px, {self.residual.mm:.2f} mm left over"
        return f"{self.what:<46} {self.off_mm:5.2f} mm {self.off_deg:6.3f} deg off; {left}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    station, finder, rows = dual_fr3(), BoardFinder(BOARD), list[Found]()
    for row in (*_scene(station, finder), *_arms(station, finder)):
        rows.append(row)
        print(row.in_words(), flush=True)
    if options.json:
        write_json(options.json, to_json(rows))


def _scene(station: StationDescription, finder: BoardFinder) -> Iterator[Found]:
    for camera in station.embodiment.cameras:
        if camera.mount is not Mount.SCENE:
            continue
        true = lens_of(camera)
        held = [camera.pose @ held_before(number, camera) for number in range(POSTURES)]
        waved = seen(finder, pictures_of_board(station, camera.name, BOARD, held))
        lens = find_lens(waved, BOARD, camera.width_px, camera.height_px)
        off_px = abs(lens.lens.fx_px - true.fx_px)
        print(
            f"{'lens of ' + camera.name:<46} focal length {off_px:.1f} px off of {true.fx_px:.0f}, "
            f"stated ± {lens.focal_error_px:.1f}; {lens.residual.px:.2f} px left over"
        )
        places = places_on_table()
        laid = seen(finder, pictures_of_board(station, camera.name, BOARD, places))
        found = place_camera(laid, BOARD, true, places[0])
        yield _found(f"pose of {camera.name}", found.pose, camera.pose, found.residual)


def _arms(station: StationDescription, finder: BoardFinder) -> Iterator[Found]:
    for arm in station.embodiment.arms:
        y = float(np.copysign(BESIDE_M, arm.base.position[1]))
        place = Placement(NAME, (-0.05, y, 0.005), 0.3)
        on_table = Pose(np.array(place.position), place.rotation)
        cameras = {each.name: each for each in station.embodiment.cameras if each.arm == arm.name}
        lenses = {name: lens_of(camera) for name, camera in cameras.items()}
        postures = postures_above(station, arm.name, BOARD, place)
        sightings = [
            {name: finder.find(image) for name, image in posture.pictures.items()}
            for posture in postures
        ]
        kinematics, random = ArmKinematics(arm), np.random.default_rng(1)
        for noise_rad in NOISE_RAD:
            views: list[HandSighting] = []
            for posture, sighting in zip(postures, sightings, strict=True):
                joints = posture.joints_rad + random.normal(0.0, noise_rad, len(posture.joints_rad))
                hand = kinematics.forward(joints).relative_to(arm.base)
                views += [HandSighting(n, board, hand) for n, board in sighting.items() if board]
            mounted = mount_cameras(views, BOARD, lenses)
            based = find_board(views, BOARD, lenses, mounted.mounts)
            noise = f", joints ± {1000.0 * noise_rad:.1f} mrad"
            for name, mount in mounted.mounts.items():
                left = mounted.residuals[name]
                yield _found(f"mount of {name}{noise}", mount, cameras[name].pose, left)
            base, worst = (
                on_table @ based.board_in_base.inverse(),
                max(based.residuals.values(), key=lambda residual: residual.mm),
            )
            yield _found(f"base of {arm.name}{noise}", base, arm.base, worst)


def _found(what: str, found: Pose, true: Pose, residual: Residual) -> Found:
    off_deg = float(np.degrees(found.angle_rad(true)))
    return Found(what, 1000.0 * found.distance_m(true), off_deg, residual)


if __name__ == "__main__":
    main()
