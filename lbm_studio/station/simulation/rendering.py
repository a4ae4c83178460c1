"""Pictures of the scene, drawn off screen with EGL, or with OSMesa where there is none.

MuJoCo reads ``MUJOCO_GL`` when it is imported; here the library is chosen when the first picture is
asked for, so that processes which never draw need none, and a missing one is told in a sentence.
"""

# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false

import ctypes
import importlib
import os
from collections.abc import Sequence
from typing import Any, Self

import mujoco
import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.keys import RENDERER_VARIABLE

LIBRARIES = ("egl", "osmesa")
"""Ways to draw without a screen, best first."""

_SHARED_OBJECTS = {"egl": "libEGL.so.1", "osmesa": "libOSMesa.so.8"}
_HINT = (
    "Install one, on Debian and Ubuntu with: sudo apt install libegl1 libgl1-mesa-dri libosmesa6."
)
_MAX_GEOMS = 500
_MAX_DEVICES = 16
_EGL_PLATFORM_DEVICE = 0x313F


class Renderer:
    """Draws cameras of one scene. Used from the thread that made it.

    Args:
        model: the scene.
        cameras: the cameras that may be asked for.

    Raises:
        StationError: no library for drawing works on this machine.
    """

    def __init__(self, model: mujoco.MjModel, cameras: Sequence[CameraDescription]) -> None:
        self._model = model
        self._views = {camera.name: _view(model, camera) for camera in cameras}
        self._option = mujoco.MjvOption()
        self._gl = _open_context(model)
        self._gl.make_current()
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        self._scene = mujoco.MjvScene(model, _MAX_GEOMS)
        for flag in (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION):
            self._scene.flags[flag] = False

    def render(self, data: mujoco.MjData, camera: str) -> NDArray[np.uint8]:
        """Return (H, W, 3) uint8 RGB as the camera sees the state."""
        view, rectangle = self._views[camera]
        self._gl.make_current()
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self._model, data, self._option, None, view, everything, self._scene)
        pixels = np.empty((rectangle.height, rectangle.width, 3), np.uint8)
        mujoco.mjr_render(rectangle, self._scene, self._context)
        mujoco.mjr_readPixels(pixels, None, rectangle, self._context)
        return np.ascontiguousarray(pixels[::-1])

    def close(self) -> None:
        """Release the drawing library. May be called twice."""
        if self._context is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._context = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def choose_library() -> str:
    """Return the first library for drawing that works here, or the one the user set.

    Raises:
        StationError: there is none.
    """
    chosen = os.environ.get(RENDERER_VARIABLE, "").lower()
    candidates = (chosen,) if chosen in LIBRARIES else LIBRARIES
    for library in candidates:
        if _IS_USABLE[library]():
            return library
    missing = " and ".join(_SHARED_OBJECTS[library] for library in candidates)
    raise StationError(
        f"Pictures cannot be drawn: {missing} cannot be used on this machine. {_HINT}"
    )


def _open_context(model: mujoco.MjModel) -> Any:
    library = choose_library()
    module = importlib.import_module(f"mujoco.{library}")
    return module.GLContext(int(model.vis.global_.offwidth), int(model.vis.global_.offheight))


def _is_egl_usable() -> bool:
    """Whether EGL has a device that can be drawn on; asked before PyOpenGL binds itself to it."""
    try:
        egl = ctypes.CDLL(_SHARED_OBJECTS["egl"])
    except OSError:
        return False
    find = egl.eglGetProcAddress
    find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    addresses = [find(name) for name in (b"eglQueryDevicesEXT", b"eglGetPlatformDisplayEXT")]
    if not all(addresses):
        return False
    handle, count = ctypes.c_void_p, ctypes.c_int(0)
    query = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, handle, handle)(addresses[0])
    open_display = ctypes.CFUNCTYPE(handle, ctypes.c_uint, handle, handle)(addresses[1])
    devices = (handle * _MAX_DEVICES)()
    if not query(_MAX_DEVICES, ctypes.addressof(devices), ctypes.addressof(count)):
        return False
    egl.eglInitialize.argtypes = [handle, handle, handle]
    displays = (
        open_display(_EGL_PLATFORM_DEVICE, device, None) for device in devices[: count.value]
    )
    return any(bool(display) and egl.eglInitialize(display, None, None) for display in displays)


def _is_osmesa_usable() -> bool:
    try:
        ctypes.CDLL(_SHARED_OBJECTS["osmesa"])
    except OSError:
        return False
    return True


_IS_USABLE = {"egl": _is_egl_usable, "osmesa": _is_osmesa_usable}


def _view(
    model: mujoco.MjModel, camera: CameraDescription
) -> tuple[mujoco.MjvCamera, mujoco.MjrRect]:
    view = mujoco.MjvCamera()
    view.type = mujoco.mjtCamera.mjCAMERA_FIXED
    view.fixedcamid = model.camera(camera.name).id
    return view, mujoco.MjrRect(0, 0, camera.width_px, camera.height_px)
