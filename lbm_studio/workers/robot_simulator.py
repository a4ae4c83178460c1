"""The robot simulator: controllers of all arms of a station, spoken to as to real FR3 arms.

One thread does everything: it serves the arms a thousand times a second, and between two steps it
answers whoever wants to have objects laid out, and tells where everything is.
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import find_station_file
from lbm_studio.link.bus import PHYSICS_TOPIC, Publisher, Responder
from lbm_studio.link.messages import (
    Accepted,
    LoadScene,
    Message,
    Physics,
)
from lbm_studio.link.session import Session
from lbm_studio.station.choice import find_station
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.robot.clock import STEP_NS, RobotTime
from lbm_studio.station.simulation.robot.process import (
    ROLE,
    TELL_EVERY_STEPS,
    loopback_addresses,
)
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.workers.lifetime import Lifetime

if TYPE_CHECKING:
    from lbm_studio.station.simulation.robot.servers import ArmServers
    from lbm_studio.station.simulation.robot.stage import Stage


class RobotSimulator:
    """The simulated controllers of one station.

    Args:
        session: where it is reached for all but what real controllers do.
        description: the station.
        addresses: one for each arm, in order.
        skill: whose objects lie on the table.
        seed: how they lie there at first.
    """

    def __init__(
        self,
        session: Session,
        description: StationDescription,
        addresses: Sequence[str],
        skill: Skill | None,
        seed: int = 0,
    ) -> None:
        self._session = session
        self._description = description
        self._addresses = tuple(addresses)
        self._skill = skill
        self._seed = seed
        self._clock = MonotonicClock()
        self._lifetime = Lifetime(session, ROLE)

    def run(self, on_ready: Callable[[], object] = lambda: None) -> None:
        """Serve the arms until asked to end; ``on_ready`` is called once they listen.

        Raises:
            StationError: franky-sim is not installed, or an address is taken.
        """
        try:
            from lbm_studio.station.simulation.robot.scene import robot_scene
            from lbm_studio.station.simulation.robot.servers import ArmServers
            from lbm_studio.station.simulation.robot.stage import Stage
        except ModuleNotFoundError as error:
            if error.name != "franky_sim":
                raise
            sentence = "The robot simulator is not installed: pip install 'lbm-studio[robot]'."
            raise StationError(sentence) from error
        simulator = robot_scene(self._description, self._skill.objects if self._skill else ())
        with ExitStack() as stack:
            stack.enter_context(self._lifetime)
            arms = stack.enter_context(ArmServers(simulator, self._addresses, self._clock))
            time = stack.enter_context(RobotTime(self._session.robot_time_file))
            events = stack.enter_context(Publisher(self._session.simulator_events))
            address = self._session.simulator_commands
            requests = stack.enter_context(Responder(address, LoadScene))
            table = Stage(self._description, self._skill, simulator)
            if self._skill is not None:
                self._lay_out(LoadScene(skill=self._skill.name, seed=self._seed), arms, table)

            def after_step(steps: int) -> None:
                time.tell(steps * STEP_NS)
                if steps % TELL_EVERY_STEPS == 0:
                    requests.poll(lambda request: self._lay_out(request, arms, table), 0.0)
                    events.publish(PHYSICS_TOPIC, self._physics(steps, table))

            on_ready()
            arms.run(self._lifetime.is_over, after_step)

    def _lay_out(self, request: LoadScene, arms: "ArmServers", stage: "Stage") -> Message:
        free = arms.free_arms
        stage.lay_out(request.skill, request.seed, request.shifts, free)
        arms.release(free)
        return Accepted()

    def _physics(self, steps: int, stage: "Stage") -> Physics:
        positions, mocap = stage.snapshot()
        return Physics(
            number=steps,
            captured_ns=self._clock.now_ns(),
            skill=stage.skill,
            seed=stage.seed,
            positions=positions,
            mocap=mocap,
        )


def simulate_robots(station: str, skill: str, seed: int, say: Callable[[str], object]) -> None:
    """Simulate the arms of a station until Ctrl-C, for whoever wants to connect to them.

    Args:
        station: by name.
        skill: whose objects lie on the table; empty for none.
        seed: of their layout.
        say: told where the arms listen.

    Raises:
        StudioError: a name is unknown, franky-sim is not installed, or an address is taken.
    """
    description = find_station(station)
    addresses = _addresses(station, description)
    session = Session.of_simulated_robots()
    try:
        simulator = RobotSimulator(
            session, description, addresses, find_skill(skill) if skill else None, seed
        )
        arms = zip(description.embodiment.arm_names, addresses, strict=True)
        places = ", ".join(f"{arm} arm on {address}" for arm, address in arms)
        simulator.run(lambda: say(f"Simulated: {places}. Ctrl-C ends it."))
    finally:
        session.remove()


def _addresses(station: str, description: StationDescription) -> tuple[str, ...]:
    """Return where the arms of a station are looked for, if that is on this machine."""
    file = find_station_file(station)
    told = tuple(arm.address for arm in file.arms) if file else ()
    is_here = bool(told) and all(address.startswith("127.") for address in told)
    return told if is_here else loopback_addresses(description)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker robot-simulator", description=__doc__)
    parser.add_argument("--station", default="simulated", help="default: %(default)s")
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")
    parser.add_argument("--address", nargs="+", help="of each arm (default: 127.0.0.1 ...)")
    parser.add_argument("--skill", default="", help="whose objects lie on the table")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    description = find_station(options.station)
    addresses = options.address or _addresses(options.station, description)
    skill = find_skill(options.skill) if options.skill else None
    RobotSimulator(Session(options.session), description, addresses, skill).run()
    return 0
