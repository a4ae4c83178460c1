"""The physical model of a station: table, arms, cameras and the objects of one skill."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, cos, degrees, sin

import mujoco
import numpy as np

from lbm_studio.core.embodiment import ArmDescription, CameraDescription, Mount, StationDescription
from lbm_studio.core.paths import resources
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.objects import (
    GREY,
    JointKind,
    MovingPiece,
    Part,
    SceneObject,
    Shape,
)

_MAX_TIME_STEP_S = 0.004
_TABLE_HALF_SIZE_M = (0.75, 0.9, 0.02)
_TABLE_X_M = 0.05
_FLOOR_Z_M = -0.75
_SOLID = 1
_STIFF_CONTACT = (0.008, 1.0)  # light things would otherwise sink into the fingers
_FIRM_FRICTION = (0.99, 0.999, 0.001, 0.5, 2.0)  # light pieces would otherwise creep
_PARKED_Z_M = -0.6


@dataclass(frozen=True)
class Scene:
    """A compiled model and what the parts of the station are called in it.

    Attributes:
        model: MuJoCo's compiled model; its colours are changed by each layout.
        steps_per_period: physics steps in one period of the policy.
        objects: the objects that lie on the table.
    """

    model: mujoco.MjModel
    steps_per_period: int
    objects: tuple[SceneObject, ...]


def build_scene(
    description: StationDescription,
    objects: Sequence[SceneObject],
    *,
    samples: int,
    restyle: Callable[[mujoco.MjSpec], object] = lambda _: None,
) -> Scene:
    """Compile the scene of a station.

    Args:
        description: arms, cameras and rate.
        objects: what lies on the table.
        samples: anti-aliasing samples a pixel; 0 renders fastest.
        restyle: changes how the scene looks, before it is compiled.
    """
    embodiment = description.embodiment
    spec = mujoco.MjSpec()
    steps = ceil(embodiment.chunk.period_s / _MAX_TIME_STEP_S - 1e-9)
    _set_options(spec, embodiment.chunk.period_s / steps)
    _set_looks(spec, description, samples)
    _add_surroundings(spec)
    for index, arm in enumerate(embodiment.arms):
        _add_arm(spec, arm, index, len(embodiment.arms))
    for camera in embodiment.cameras:
        _add_camera(spec, camera)
    for scene_object in objects:
        _add_object(spec, scene_object)
    restyle(spec)
    return Scene(spec.compile(), steps, tuple(objects))


def build_things(objects: Sequence[SceneObject]) -> str:
    """Return table, floor and objects alone as MJCF, to be put into the scene of somebody else."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    _add_surroundings(spec)
    for scene_object in objects:
        _add_object(spec, scene_object)
    spec.compile()
    return str(spec.to_xml())


def arm_part(arm: str, part: str) -> str:
    """Return the name of a joint, body, motor or frame of one arm in the compiled model."""
    return f"{arm}/{part}"


def moving_part(name: str) -> str:
    """Return the name of the moving piece of an object, and of its joint, in the compiled model."""
    return f"{name}/moving"


def _set_options(spec: mujoco.MjSpec, time_step_s: float) -> None:
    spec.option.timestep = time_step_s
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0
    spec.compiler.degree = False
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_AUTO


def _set_looks(spec: mujoco.MjSpec, description: StationDescription, samples: int) -> None:
    cameras = description.embodiment.cameras
    spec.visual.quality.offsamples = samples
    spec.visual.global_.offwidth = max(camera.width_px for camera in cameras)
    spec.visual.global_.offheight = max(camera.height_px for camera in cameras)
    spec.visual.map.znear = 0.005
    spec.visual.headlight.ambient = [0.38] * 3
    spec.visual.headlight.diffuse = [0.35] * 3
    spec.visual.headlight.specular = [0.05] * 3
    spec.worldbody.add_light(
        pos=[0.3, -0.5, 1.6],
        dir=[-0.25, 0.3, -0.9],
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
        castshadow=False,
        diffuse=[0.35] * 3,
        specular=[0.1] * 3,
    )
    spec.add_texture(
        name="sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.62, 0.66, 0.72],
        rgb2=[0.30, 0.33, 0.38],
        width=64,
        height=64,
    )


def _add_surroundings(spec: mujoco.MjSpec) -> None:
    world = spec.worldbody
    world.add_geom(
        name="floor",
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[4.0, 4.0, 0.1],
        pos=[0.0, 0.0, _FLOOR_Z_M],
        rgba=[0.33, 0.35, 0.39, 1.0],
    )
    x, y, z = _TABLE_HALF_SIZE_M
    world.add_geom(
        name="table",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[x, y, z],
        pos=[_TABLE_X_M, 0.0, -z],
        rgba=[0.80, 0.76, 0.70, 1.0],
        friction=[1.0, 0.005, 0.0001],
    )


def _add_arm(spec: mujoco.MjSpec, arm: ArmDescription, index: int, count: int) -> None:
    """Add one arm. Its shapes touch the table, the objects and the other arms, not each other."""
    model = mujoco.MjSpec.from_file(str(resources() / "fr3" / "fr3.xml"))
    own = _arm_bit(index)
    others = sum(_arm_bit(other) for other in range(count) if other != index)
    for geom in model.geoms:
        if geom.contype:
            geom.contype, geom.conaffinity = own, _SOLID | others
    for body in model.bodies:
        body.gravcomp = 1.0
    frame = spec.worldbody.add_frame(pos=arm.base.position, quat=quaternion(arm.base.rotation))
    frame.attach_body(model.body("base"), arm_part(arm.name, ""), "")


def _arm_bit(index: int) -> int:
    return 2 << index


def _add_camera(spec: mujoco.MjSpec, camera: CameraDescription) -> None:
    parent, pose = spec.worldbody, camera.pose
    if camera.mount is Mount.WRIST:
        parent = spec.body(arm_part(str(camera.arm), "hand"))
        tool = spec.site(arm_part(str(camera.arm), "tool"))
        pose = Pose(np.array(tool.pos), np.eye(3)) @ pose
    parent.add_camera(
        name=camera.name,
        pos=pose.position,
        quat=quaternion(pose.rotation),
        fovy=degrees(camera.vertical_fov_rad),
    )


def _add_object(spec: mujoco.MjSpec, scene_object: SceneObject) -> None:
    name = scene_object.name
    body = spec.worldbody.add_body(
        name=name, pos=[0.0, 0.0, _PARKED_Z_M], mocap=scene_object.is_fixture
    )
    if not scene_object.is_fixture:
        body.add_freejoint(name=name)
    _add_parts(body, scene_object.parts, scene_object.mass_kg, scene_object.friction)
    if scene_object.moving is not None:
        _add_moving_piece(body, scene_object.moving, moving_part(name), scene_object.friction)


def _add_moving_piece(
    body: mujoco.MjsBody, moving: MovingPiece, name: str, friction: float
) -> None:
    piece = body.add_body(name=name)
    piece.add_joint(
        name=name,
        type=_JOINTS[moving.kind],
        axis=moving.axis,
        pos=moving.anchor,
        range=moving.span,
        limited=True,
        stiffness=moving.spring,
        damping=moving.damping,
        frictionloss=moving.friction,
        solimp_friction=_FIRM_FRICTION,
        armature=moving.inertia,
    )
    _add_parts(piece, moving.parts, moving.mass_kg, friction)


def _add_parts(
    body: mujoco.MjsBody, parts: Sequence[Part], mass_kg: float, friction: float
) -> None:
    volumes = [_volume(part) if part.is_solid else 0.0 for part in parts]
    for part, volume in zip(parts, volumes, strict=True):
        colour = part.colour or GREY
        body.add_geom(
            type=_SHAPES[part.shape],
            size=part.half_size_m,
            pos=part.position,
            quat=[cos(part.yaw_rad / 2.0), 0.0, 0.0, sin(part.yaw_rad / 2.0)],
            rgba=[*(part.shade * channel for channel in colour), 1.0],
            mass=max(mass_kg, 0.05) * volume / max(sum(volumes), 1e-12),
            friction=[friction, 0.01, 0.001],
            priority=1,  # its own friction counts, whatever it touches
            solref=_STIFF_CONTACT,
            contype=_SOLID if part.is_solid else 0,
            conaffinity=_SOLID if part.is_solid else 0,
        )


_JOINTS = {
    JointKind.SLIDE: mujoco.mjtJoint.mjJNT_SLIDE,
    JointKind.HINGE: mujoco.mjtJoint.mjJNT_HINGE,
}
_SHAPES = {
    Shape.BOX: mujoco.mjtGeom.mjGEOM_BOX,
    Shape.CYLINDER: mujoco.mjtGeom.mjGEOM_CYLINDER,
}


def _volume(part: Part) -> float:
    x, y, z = part.half_size_m
    return x * y * z if part.shape is Shape.BOX else x * x * y


def quaternion(rotation: FloatArray) -> FloatArray:
    """Return the (4,) unit quaternion w, x, y, z of a (3, 3) rotation."""
    result = np.zeros(4)
    mujoco.mju_mat2Quat(result, np.ascontiguousarray(rotation).ravel())
    return result
