"""How often a policy mistakes a prompt: refuses what it was taught, or accepts anything else.

    python -m tests.benchmarks.prompts

Asks in words that are never taught (each skill names some), first a policy that was taught all
skills, then policies that were taught one each; then for other things altogether
(``tests/data/prompts.json``).
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import torch

from lbm_studio.learning.model.text import load_text_encoder
from lbm_studio.learning.repertoire import LIKE, Repertoire
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.layout import Layout
from lbm_studio.station.simulation.skill import Skill, draw_layout

PROMPTS = Path(__file__).resolve().parents[1] / "data" / "prompts.json"
LAYOUTS = 20
THRESHOLDS = (0.45, 0.5, 0.55, 0.6, 0.65)
SHOWN = 5


def main() -> None:
    """Print the rates."""
    unrelated = read_unrelated()
    taught = {skill.name: taught_goals(skill) for skill in SKILLS}
    _print_speed(sorted({goal for goals in taught.values() for goal in goals}))
    every = Repertoire(goal for goals in taught.values() for goal in goals)
    alone = {name: Repertoire(goals) for name, goals in taught.items()}
    asked = [(skill.name, prompt) for skill in SKILLS for prompt in unheard_goals(skill)]
    _print_rates(
        "taught all skills",
        [(every.likeness(prompt), prompt) for _, prompt in asked],
        [(every.likeness(prompt), prompt) for prompt in unrelated],
    )
    _print_rates(
        "taught one skill",
        [(alone[name].likeness(prompt), prompt) for name, prompt in asked],
        [(one.likeness(p), p) for one in alone.values() for p in unrelated],
    )


def read_unrelated() -> Sequence[str]:
    """Return other things that people ask for."""
    return json.loads(PROMPTS.read_text(encoding="utf-8"))["unrelated"]


def taught_goals(skill: Skill) -> tuple[str, ...]:
    """Return the prompts of a skill, filled in as recordings fill them."""
    filled = (layout.fill(skill.goals) for layout in _layouts(skill, LAYOUTS))
    return tuple(dict.fromkeys(chain(*filled)))


def unheard_goals(skill: Skill) -> tuple[str, ...]:
    """Return ways to ask for a skill that are never taught, each for another layout."""
    layouts = _layouts(skill, len(skill.unheard))
    return tuple(
        layout.fill([goal])[0] for layout, goal in zip(layouts, skill.unheard, strict=True)
    )


def _layouts(skill: Skill, count: int) -> Iterator[Layout]:
    description = find_station("simulated")
    return (draw_layout(skill, description, seed) for seed in range(count))


def _print_speed(goals: Sequence[str]) -> None:
    torch.set_num_threads(1)
    encoder = load_text_encoder()
    began_s = time.process_time()
    for goal in goals[:100]:
        encoder.read(goal)
    alone_ms = 1000 * (time.process_time() - began_s) / len(goals[:100])
    began_s = time.process_time()
    encoder.read_all(goals)
    together_ms = 1000 * (time.process_time() - began_s) / len(goals[100:])
    longest = max(len(encoder.read(goal).tokens) for goal in goals)
    print(f"{len(goals)} goals, up to {longest} tokens")
    print(f"CPU time to read one: {alone_ms:.1f} ms alone, {together_ms:.1f} ms among many")


def _print_rates(
    title: str, taught: Iterable[tuple[float, str]], other: Iterable[tuple[float, str]]
) -> None:
    lowest, highest = sorted(taught), sorted(other, reverse=True)
    pairs = [(low > high) + 0.5 * (low == high) for low, _ in lowest for high, _ in highest]
    print(f"{title}: area under the curve {sum(pairs) / len(pairs):.4f}")
    for threshold in THRESHOLDS:
        refused = sum(likeness < threshold for likeness, _ in lowest)
        recognised = sum(likeness < threshold for likeness, _ in highest)
        print(
            f"  below {threshold:.2f}: {refused} of {len(lowest)} unheard paraphrases refused "
            f"({100 * refused / len(lowest):.1f} %), {recognised} of {len(highest)} other things "
            f"({100 * recognised / len(highest):.1f} %){'  <- in force' * (threshold == LIKE)}"
        )
    for name, worst in (("least like", lowest), ("most like", highest)):
        shown = ", ".join(f"{likeness:.2f} {prompt}" for likeness, prompt in worst[:SHOWN])
        print(f"  {name}: {shown}")


if __name__ == "__main__":
    main()
