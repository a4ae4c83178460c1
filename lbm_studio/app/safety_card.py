"""The safety card in words: every limit, how far it goes, and how often it acted."""

from collections import Counter
from collections.abc import Callable, Mapping
from math import degrees

from lbm_studio.app.views.safety import LimitRow
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.safety import REACTIONS, Limit, Reaction, tally
from lbm_studio.link.messages import Tick

_NAMES: Mapping[Limit, str] = {
    Limit.DEAD_MAN: "Dead-man switch",
    Limit.NOT_A_NUMBER: "Not a number",
    Limit.SILENT_POLICY: "Silent policy",
    Limit.OLD_PICTURES: "Old pictures",
    Limit.HEARTBEAT: "Silent window",
}
"""What people call a limit, where that is not its own name."""

_ALLOWED: Mapping[Limit, Callable[[SafetyCard], str]] = {
    Limit.WORKSPACE: lambda card: _box(card),
    Limit.LINEAR_SPEED: lambda card: f"{card.max_linear_speed_m_s:.2f} m/s",
    Limit.ANGULAR_SPEED: lambda card: f"{degrees(card.max_angular_speed_rad_s):.0f}°/s",
    Limit.GRIPPER_RANGE: lambda _: "as far as it opens",
    Limit.REACH: lambda _: "as far as the arm reaches",
    Limit.JOINT_RANGE: lambda card: (
        f"{degrees(card.joint_margin_rad):.0f}° inside, "
        f"elbow {_signed(degrees(card.max_elbow_rad))}°"
    ),
    Limit.JOINT_SPEED: lambda card: f"{card.max_joint_speed_share:.0%} of what a joint can",
    Limit.ARM_DISTANCE: lambda card: (
        f"hands {_cm(card.min_arm_distance_m)}, bodies {_cm(card.min_body_distance_m)}"
    ),
    Limit.TABLE_DISTANCE: lambda card: _cm(card.min_table_distance_m),
    Limit.DEAD_MAN: lambda card: f"silent for {card.dead_man_s:.2g} s",
    Limit.NOT_A_NUMBER: lambda _: "never asked for",
    Limit.JUMP: lambda card: f"{_cm(card.max_jump_m)}, {degrees(card.max_jump_rad):.0f}° at once",
    Limit.FORCE: lambda card: f"{card.max_force_n:.0f} N",
    Limit.TORQUE: lambda card: f"{card.max_torque_nm:.0f} Nm",
    Limit.TRACKING_ERROR: lambda card: (
        f"{_cm(card.max_tracking_error_m)}, {degrees(card.max_tracking_error_rad):.0f}°"
    ),
    Limit.SILENT_POLICY: lambda card: (
        f"hold {card.policy_hold_s:.2g} s, stop {card.policy_stop_s:.2g} s"
    ),
    Limit.OLD_PICTURES: lambda card: f"{card.max_picture_age_s:.2g} s",
    Limit.HEARTBEAT: lambda card: f"{card.heartbeat_s:.2g} s",
}


class LimitCounts:
    """How often each limit acted, from every tick that was heard.

    Attributes:
        steps: ticks in which something was sent.
        slowed: those of them that a limit changed.
        acted: ticks in which each limit acted, by its name.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.slowed = 0
        self.acted: Counter[str] = Counter()

    def follow(self, tick: Tick) -> None:
        """Take in a tick."""
        self.acted += tally([tick.clamped])
        if tick.sent:
            self.steps += 1
            self.slowed += bool(tick.clamped)

    def since(self, steps: int, slowed: int) -> str:
        """Return how many steps were slowed since there had been so many, a sentence or nothing."""
        made = self.steps - steps
        return slowed_words(self.slowed - slowed, made) if made > 0 else ""


def slowed_words(slowed: int, steps: int) -> str:
    """Return e.g. ``"12 % of steps slowed."``."""
    share = 100.0 * slowed / max(steps, 1)
    least = "less than 1" if 0.0 < share < 1.0 else f"{share:.0f}"
    return f"{least} % of steps slowed.".capitalize()


def limit_rows(card: SafetyCard, counts: LimitCounts) -> tuple[LimitRow, ...]:
    """Return a row for every limit, in the order of :class:`lbm_studio.core.safety.Limit`."""
    return tuple(_row(limit, card, counts.acted[limit]) for limit in Limit)


def _row(limit: Limit, card: SafetyCard, count: int) -> LimitRow:
    name, reaction = _NAMES.get(limit, limit.capitalize()), REACTIONS[limit]
    return LimitRow(
        name,
        _ALLOWED[limit](card),
        _acted(reaction, count),
        has_acted=count > 0,
        stops=reaction is not Reaction.CLAMP,
    )


def _acted(reaction: Reaction, count: int) -> str:
    if reaction is Reaction.HOLD:
        return "holds still"
    if not count:
        return "never"
    if reaction is Reaction.CLAMP:
        return f"{count} step{'s' * (count != 1)}"
    return "once" if count == 1 else f"{count} times"


def _box(card: SafetyCard) -> str:
    ends = zip("xyz", card.workspace_min_m, card.workspace_max_m, strict=True)
    words = [f"{axis} {_in_cm(low)} to {_in_cm(high)}" for axis, low, high in ends]
    return f"{', '.join(words)} cm"


def _in_cm(metres: float) -> str:
    return _signed(round(100.0 * metres, 1))


def _signed(number: float) -> str:
    return f"{number:.3g}".replace("-", "−")


def _cm(metres: float) -> str:
    return f"{_in_cm(metres)} cm"
