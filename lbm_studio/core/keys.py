"""Names that two modules share: dataset columns, file names and environment variables."""

STATE = "observation.state"
ACTION = "action"
IMAGE_PREFIX = "observation.images."
SUCCESS = "next.success"
DONE = "next.done"
TIMESTAMP = "timestamp"
FRAME_INDEX = "frame_index"
EPISODE_INDEX = "episode_index"
INDEX = "index"
TASK_INDEX = "task_index"
LANGUAGE = "language_persistent"
CAPTURED_NS = "lbm.captured_ns"
STATE_LATENCY_NS = "lbm.state_latency_ns"
CAMERA_CAPTURED_NS = "lbm.camera_captured_ns"
CAMERA_LATENCY_NS = "lbm.camera_latency_ns"
JOINTS = "lbm.joint_positions"
JOINT_VELOCITIES = "lbm.joint_velocities"
JOINT_TORQUES = "lbm.joint_torques"
WRENCHES = "lbm.wrenches"
CLAMPED = "lbm.clamped"

STATION_FILE = "meta/lbm_station.json"
"""Inside a dataset: the station description and action convention it was recorded with."""

RENDERER_VARIABLE = "MUJOCO_GL"

SHOWN_VARIABLE = "LBM_STUDIO_SHOWN"
"""Environment variable naming a file: the window writes the monotonic time [ns] of its first paint
there and closes. Measurements and the bundle test use it."""


def image_key(camera: str) -> str:
    """Return the dataset feature that holds a camera's images."""
    return IMAGE_PREFIX + camera
