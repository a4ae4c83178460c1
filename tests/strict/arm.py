"""Serve one simulated FR3 with the limits and the timing of a real one, until asked to end.

Run as a file by the interpreter of an environment of its own, which holds franka-sim and what it
needs: older versions of numpy and MuJoCo than the product's, so nothing of the product is imported.
Says “ready” once it listens.
"""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import argparse
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

os.environ.setdefault("MUJOCO_GL", "disable")  # nothing is drawn

import mujoco
import numpy as np
from franka_sim import mujoco_franka_sim
from franka_sim.franka_sim_server import FrankaSimServer


class FlangeSimulation(mujoco_franka_sim.MujocoFrankaSim):
    """Stands still while a cycle waits for its answer.

    As supplied, it reports the pose of link 7, 0.107 m short of the flange.
    """

    def __init__(self) -> None:
        super().__init__()
        self.may_step = threading.Event()
        self.may_step.set()

    def _read_and_publish_state(self) -> None:
        self.may_step.wait()
        super()._read_and_publish_state()

    def _bind_model(self) -> None:
        super()._bind_model()
        flange = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_BODY, f"{self.prefix}link8")
        if flange < 0:
            raise KeyError("The model has no body for the flange, link8.")
        self.ee_body_id = flange


class PatientServer(FrankaSimServer):
    """Says when it listens, and may give a client longer than a millisecond for its answer.

    On a machine that is too slow, arm and client then slow down alike; a cycle that a client
    leaves unanswered is lost all the same.
    """

    def __init__(self, patience_s: float, **options: Any) -> None:
        super().__init__(**options)
        self._patience_s = patience_s

    def _drain_gate(self, answer_deadline: float = 0.0) -> float:
        self.physics_sim.may_step.clear()
        try:
            return super()._drain_gate(answer_deadline + self._patience_s)
        finally:
            self.physics_sim.may_step.set()

    def start_gripper_server(self) -> None:
        super().start_gripper_server()
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def main() -> int:
    """Serve; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host", help="loopback address to listen on")
    parser.add_argument("--home", type=float, nargs=7, required=True, help="joint angles [rad]")
    parser.add_argument("--object-width", type=float, help="of what every grasp finds [m]")
    parser.add_argument("--lenient", action="store_true", help="enforce nothing")
    parser.add_argument("--patience", type=float, default=0.0, help="with late answers [s]")
    options = parser.parse_args()
    mujoco_franka_sim.ARM_INITIAL_Q = np.array(options.home)
    server = PatientServer(
        options.patience,
        host=options.host,
        physics_sim=FlangeSimulation(),
        gripper_object_width=options.object_width,
        enforce_motion_limits=not options.lenient,
        enforce_comm_constraints=not options.lenient,
    )

    def end(number: int, frame: FrameType | None) -> None:
        server.physics_sim.running = False

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        server.start()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
