"""Frames of one arm: the station's, the base's, and two end effectors on one flange.

The arm's controller speaks of its own end effector, wherever Desk says that is; the station speaks
of the point between the finger tips (``tool``). Both sit on the flange, so one is carried to the
other without asking what Desk was told.
"""

from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.arms.settings import Reference

_MODEL_TOLERANCE_M = 0.002
_MODEL_TOLERANCE_RAD = 0.01


@dataclass(frozen=True)
class ArmFrames:
    """Takes poses and wrenches between the frames of one arm.

    Attributes:
        base: ``station_T_base``.
        tool: ``ee_T_tool``, from the controller's end effector to the point between the fingers.
    """

    base: Pose
    tool: Pose

    @classmethod
    def of(cls, base: Pose, flange_to_tool: Pose, flange_to_ee: Pose) -> "ArmFrames":
        """Build from what sits on the flange."""
        return cls(base, flange_to_tool.relative_to(flange_to_ee))

    def tool_in_station(self, base_to_ee: Pose) -> Pose:
        """Return ``station_T_tool`` of the controller's ``base_T_ee``."""
        return self.base @ base_to_ee @ self.tool

    def tool_in_base(self, station_to_tool: Pose) -> Pose:
        """Return ``base_T_tool``."""
        return station_to_tool.relative_to(self.base)

    def at_ee(self, reference: Reference) -> Reference:
        """Return what the controller's end effector has to do for the tool to follow."""
        pose = reference.pose @ self.tool.inverse()
        lever_m = pose.position - reference.pose.position
        velocity = reference.velocity + np.cross(reference.angular_velocity, lever_m)
        return Reference(pose, velocity, reference.angular_velocity)

    def wrench_at_tool(self, applied: FloatArray, at: Pose, base_to_ee: Pose) -> FloatArray:
        """Return the wrench the arm is met with, about the tool, in the station frame.

        Args:
            applied: (6,) what the arm exerts on its surroundings, in the axes of the base.
            at: pose of the frame it is measured about, in the base frame.
            base_to_ee: pose of the controller's end effector.
        """
        force, torque = -applied[:3], -applied[3:]
        lever_m = at.position - (base_to_ee @ self.tool).position
        torque = torque + np.cross(lever_m, force)
        return np.concatenate([self.base.rotation @ force, self.base.rotation @ torque])


def disagreement(reported: Pose, modelled: Pose) -> str:
    """Return in words how far two poses of one hand differ; empty when they agree."""
    distance_m, angle_rad = reported.distance_m(modelled), reported.angle_rad(modelled)
    if distance_m <= _MODEL_TOLERANCE_M and angle_rad <= _MODEL_TOLERANCE_RAD:
        return ""
    return f"{1e3 * distance_m:.0f} mm and {np.degrees(angle_rad):.1f}°"
