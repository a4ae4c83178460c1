"""Starts the strict arms of a station, one process each, and ends them."""

import os
import select
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import franky_sim

from lbm_studio.core.embodiment import StationDescription

READY_WITHIN_S = 90.0
FLANGE_M = 0.107
FIFO_PRIORITY = 10

_END_WITHIN_S = 10.0
_LAUNCHER = Path(__file__).with_name("arm.py")


def strict_python() -> Path | None:
    """Return the interpreter that can import franka-sim; None where packaging/test made none."""
    python = Path(sys.prefix) / "franka-sim" / "bin" / "python"
    return python if python.exists() else None


class StrictArms:
    """Controllers of all arms of a station, each in a process. A context manager.

    Args:
        python: the interpreter of the environment that holds franka-sim.
        description: the station; its arms begin at home.
        addresses: one for each arm, in order.
        folder: for the model.
        object_width_m: of what every grasp finds; None for nothing [m].
        patience_s: how late an answer may be before its cycle counts as lost; none on a real arm,
            more where the machine is too slow for real time [s].
        real_time: whether they run under real-time scheduling; asked for where nothing else that
            runs must be on time, and the machine permits it.
    """

    def __init__(
        self,
        python: Path,
        description: StationDescription,
        addresses: Sequence[str],
        folder: Path,
        *,
        object_width_m: float | None = 0.03,
        patience_s: float = 0.0,
        real_time: bool = False,
    ) -> None:
        self.addresses = tuple(addresses)
        self._model = write_model(folder)
        self._commands: list[list[str]] = []
        for arm, address in zip(description.embodiment.arms, addresses, strict=True):
            command = ["chrt", "-f", str(FIFO_PRIORITY)] if real_time else []
            command += [str(python), str(_LAUNCHER), address]
            command += ["--home", *map(str, arm.home_joints_rad), "--patience", str(patience_s)]
            if object_width_m is not None:
                command += ["--object-width", str(object_width_m)]
            self._commands.append(command)
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        environment = {**os.environ, "FR3_MJCF": str(self._model)}
        try:
            for command in self._commands:
                process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
                self.processes.append(process)
            for process in self.processes:
                _await_ready(process)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(_END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self.processes = []


def write_model(folder: Path) -> Path:
    """Write the FR3 of franky-sim as franka-sim wants it: with a flange, and nothing to draw.

    The model is Apache-2.0; its NOTICE goes with it.
    """
    assets = Path(franky_sim.__file__).parent / "assets"
    tree = ET.parse(assets / "fr3.xml")
    root = tree.getroot()
    for compiler in root.iter("compiler"):
        compiler.set("meshdir", str(assets / "meshes"))
    _drop_looks(root)
    wrist = next(body for body in root.iter("body") if body.get("name") == "fr3_link7")
    hand = next(body for body in wrist.findall("body") if body.get("name") == "hand")
    wrist.remove(hand)
    flange = ET.SubElement(wrist, "body", name="fr3_link8", pos=f"0 0 {FLANGE_M}")
    hand.set("pos", "0 0 0")
    flange.append(hand)
    path = folder / "fr3.xml"
    tree.write(path)
    shutil.copy(assets / "NOTICE", folder / "NOTICE")
    return path


def _drop_looks(root: ET.Element) -> None:
    for body in root.iter("body"):
        for geom in [geom for geom in body.findall("geom") if geom.get("class") == "visual"]:
            body.remove(geom)
    used = {geom.get("mesh") for geom in root.iter("geom")}
    for asset in root.iter("asset"):
        for mesh in [mesh for mesh in asset.findall("mesh") if mesh.get("name") not in used]:
            asset.remove(mesh)


def _await_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    is_told, _, _ = select.select([process.stdout], [], [], READY_WITHIN_S)
    line = process.stdout.readline() if is_told else b""
    assert line == b"ready\n", "The strict simulator of an arm does not become ready."
