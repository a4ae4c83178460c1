"""What skills and demonstrators may ask of the simulated world. A policy never sees any of it."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Mapping

import mujoco
import numpy as np

from lbm_studio.core.action import ArmTarget
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Layout
from lbm_studio.station.simulation.objects import SceneObject
from lbm_studio.station.simulation.scene import Scene, arm_part, moving_part, quaternion


class World:
    """The true state of a scene.

    Args:
        description: the station the scene was built for.
        scene: the compiled model.
        data: its state.
        parts: which object plays the part of another; the others play their own.
    """

    def __init__(
        self,
        description: StationDescription,
        scene: Scene,
        data: mujoco.MjData,
        parts: Mapping[str, str] | None = None,
    ) -> None:
        self.description = description
        self._scene = scene
        self._data = data
        self._parts = parts or {}
        self._arm_roots = {
            name: int(scene.model.body(arm_part(name, "hand")).rootid[0])
            for name in description.embodiment.arm_names
        }

    def recast(self, parts: Mapping[str, str]) -> "World":
        """Return the same world with objects in the parts of others.

        Asked for one, it tells of the one that plays its part.
        """
        return World(self.description, self._scene, self._data, parts)

    def pose(self, name: str) -> Pose:
        """Return the pose of an object in the station frame.

        Raises:
            UnknownNameError: there is no such object in the scene.
        """
        body = self._data.body(self._object(name).name)
        return Pose(body.xpos.copy(), body.xmat.reshape(3, 3).copy())

    def offset_m(self, name: str, other: str) -> float:
        """Return the horizontal distance between the frames of two objects [m]."""
        offset = self.pose(name).position - self.pose(other).position
        return float(np.linalg.norm(offset[:2]))

    def joint_position(self, name: str) -> float:
        """Return where the moving piece of an object stands on its joint [m or rad]."""
        return float(self._data.joint(moving_part(self._object(name).name)).qpos[0])

    def moving_pose(self, name: str, position: float | None = None) -> Pose:
        """Return the pose of the moving piece of an object in the station frame.

        Args:
            name: of the object.
            position: the joint's to ask for instead of where it stands [m or rad].

        Raises:
            UnknownNameError: no such object has a moving piece.
        """
        moving = self._object(name).moving
        if moving is None:
            movable = [thing.name for thing in self._scene.objects if thing.moving is not None]
            raise UnknownNameError("moving object", name, movable)
        at = self.joint_position(name) if position is None else position
        return self.pose(name) @ moving.pose(at)

    def gripper(self, arm: str) -> ArmTarget:
        """Return where a gripper is, and how far it is open."""
        tool = self._data.site(arm_part(arm, "tool"))
        fingers = [self._data.joint(arm_part(arm, name)).qpos[0] for name in ("finger1", "finger2")]
        return ArmTarget(
            Pose(tool.xpos.copy(), tool.xmat.reshape(3, 3).copy()), float(sum(fingers))
        )

    def touching_arms(self, name: str) -> set[str]:
        """Return the arms that touch an object at this moment."""
        model, pairs = self._scene.model, self._data.contact.geom
        roots = model.body_rootid[model.geom_bodyid[pairs]]  # (contacts, 2)
        thing = model.body(self._object(name).name).rootid[0]
        touching = roots[(roots == thing).any(axis=1)]
        return {arm for arm, root in self._arm_roots.items() if (touching == root).any()}

    def lay_out(self, layout: Layout) -> None:
        """Put every object where the layout wants it, in its colour; velocities become zero."""
        for placement in layout.placements:
            pose = np.concatenate([placement.position, quaternion(placement.rotation)])
            body = self._scene.model.body(placement.name)
            if body.mocapid[0] >= 0:
                self._data.mocap_pos[body.mocapid[0]] = pose[:3]
                self._data.mocap_quat[body.mocapid[0]] = pose[3:]
            else:
                self._data.joint(placement.name).qpos[:] = pose
            if self._object(placement.name).moving is not None:
                self._data.joint(moving_part(placement.name)).qpos[0] = placement.joint_position
            if placement.colour is not None:
                self._paint(placement.name, np.asarray(placement.colour))

    def _paint(self, name: str, colour: FloatArray) -> None:
        thing = self._object(name)
        bodies = [(name, thing.parts)]
        if thing.moving is not None:
            bodies.append((moving_part(name), thing.moving.parts))
        for body_name, parts in bodies:
            first = int(self._scene.model.body(body_name).geomadr[0])
            for index, part in enumerate(parts):
                if part.colour is None:
                    self._scene.model.geom_rgba[first + index, :3] = part.shade * colour

    def _object(self, name: str) -> SceneObject:
        player = self._parts.get(name, name)
        for thing in self._scene.objects:
            if thing.name == player:
                return thing
        raise UnknownNameError("object", name, [thing.name for thing in self._scene.objects])
