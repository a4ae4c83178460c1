"""What the station tells everybody after each control period."""

from collections.abc import Sequence

from lbm_studio.core.arm_health import ArmHealth, HardwareStop
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import Embodiment, Measurement
from lbm_studio.core.observation import StationState
from lbm_studio.link.messages import Health, Tick
from lbm_studio.station.control.commands import Scene
from lbm_studio.station.control.loop import Cycle
from lbm_studio.station.interface import Hardware, Station

_MILLISECONDS_PER_SECOND = 1000.0


def tick_message(cycle: Cycle, embodiment: Embodiment, *, goal: str, scene: Scene | None) -> Tick:
    """Return the message about one control period.

    Args:
        cycle: what happened in it.
        embodiment: gives the order of the vectors.
        goal: the prompt in force.
        scene: what is laid out; None where objects are real.
    """
    names = embodiment.arm_names
    state = cycle.state
    return Tick(
        number=cycle.number,
        captured_ns=state.captured_ns,
        state=tuple(state.as_vector(names).tolist()),
        joints=tuple(angle for name in names for angle in state.arms[name].joints_rad.tolist()),
        sent=() if cycle.sent is None else tuple(cycle.sent.as_vector(names).tolist()),
        clamped=cycle.limits,
        mode=cycle.mode,
        goal=goal,
        skill=scene.skill if scene else "",
        seed=scene.seed if scene else -1,
        success=scene.is_success() if scene else None,
        finished=cycle.finished,
        stop_reason=cycle.stop_reason,
        late_ms=cycle.late_s * _MILLISECONDS_PER_SECOND,
        intent={camera: tuple(points.ravel().tolist()) for camera, points in cycle.intent.items()},
        latency_ns=max(0, cycle.read_ns - state.captured_ns),
        joint_velocities=_joined(state, Measurement.JOINT_VELOCITIES, names),
        joint_torques=_joined(state, Measurement.JOINT_TORQUES, names),
        wrenches=_joined(state, Measurement.WRENCHES, names),
    )


def _joined(
    state: StationState, measurement: Measurement, arm_names: Sequence[str]
) -> tuple[float, ...]:
    return tuple(state.joined(measurement, arm_names).tolist())


def health_message(station: Station, cycle: Cycle) -> Health:
    """Return the message about how the arms are; simulated ones are always well."""
    captured_ns = cycle.state.captured_ns
    if isinstance(station, Hardware):
        return Health(
            captured_ns=captured_ns, arms=station.health(), hardware_stop=station.hardware_stop
        )
    latency_ms = seconds_between(captured_ns, cycle.read_ns) * _MILLISECONDS_PER_SECOND
    names = station.description.embodiment.arm_names
    return Health(
        captured_ns=captured_ns,
        arms=tuple(ArmHealth(name, latency_ms=latency_ms) for name in names),
        hardware_stop=HardwareStop.UNKNOWN,
    )
