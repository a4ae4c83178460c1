"""Carries a shift out on the model of a scene, before it is compiled."""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import mujoco

from lbm_studio.station.simulation.scene import quaternion
from lbm_studio.station.simulation.shift import Lighting, SceneShift, Surface

_TILE_PX, _TILES = 120, 2  # MuJoCo's chequered picture is two tiles wide
_SPECK_SHARE = 0.35


def restyle(spec: mujoco.MjSpec, shift: SceneShift) -> None:
    """Change light, surfaces and cameras: how the scene looks, never how things move in it."""
    if shift.lighting is not None:
        _light(spec, shift.lighting)
    for name, surface in shift.surfaces.items():
        _cover(spec, name, surface)
    for name, pose in shift.cameras.items():
        camera = spec.camera(name)
        camera.pos, camera.quat = pose.position, quaternion(pose.rotation)


def _light(spec: mujoco.MjSpec, lighting: Lighting) -> None:
    spec.visual.headlight.ambient = lighting.ambient
    spec.visual.headlight.diffuse = lighting.headlight
    for lamp in spec.lights:
        lamp.dir, lamp.diffuse = lighting.direction, lighting.lamp


def _cover(spec: mujoco.MjSpec, name: str, surface: Surface) -> None:
    """Lay a pattern over a shape of the scene."""
    ground, marks = surface.colours
    texture = spec.add_texture(
        name=name,
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        width=_TILES * _TILE_PX,
        height=_TILES * _TILE_PX,
        rgb1=ground,
        rgb2=marks,
        markrgb=marks,
        random=_SPECK_SHARE,
    )
    if surface.is_chequered:
        texture.builtin = mujoco.mjtBuiltin.mjBUILTIN_CHECKER
    else:
        texture.builtin = mujoco.mjtBuiltin.mjBUILTIN_FLAT
        texture.mark = mujoco.mjtMark.mjMARK_RANDOM
    repeat = 1.0 / (_TILES * surface.tile_m)
    material = spec.add_material(name=name, texuniform=True, texrepeat=[repeat, repeat])
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    shape = spec.geom(name)
    shape.material, shape.rgba = name, [1.0, 1.0, 1.0, 1.0]
